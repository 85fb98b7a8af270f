import { boardOf } from "../../../hal/boards/index.js";
import type { Box } from "../../cloud/domain.js";
import {
  type BoxSection,
  type FaultsSection,
  type FobNow,
  type HintSection,
  LINK_KINDS,
  type NeighbourNow,
  type NetSection,
  type PanelSection,
  type PeopleSection,
  type PowerSection,
  type StatesSection,
  type TimeSection,
} from "../shared/state.js";
import type { Scene, Theatre } from "./theatre.js";

export function boxSection({ box, cloud, machine, timeZone, brokerName }: Theatre): BoxSection {
  const { locations } = cloud.ingest.log.index;
  const placeOf = (location: number) => locations.get(location)?.name ?? "";
  const { profile } = boardOf(box.model);
  return {
    id: box.id,
    model: box.model,
    place: placeOf(box.location),
    timeZone,
    units: unitsOf(box),
    labels: box.bins.map(({ label }) => label),
    panel: profile.panel,
    hasBattery: machine.board.battery !== undefined,
    canOffline: profile.offlineCapable,
    boxes: cloud.store.organisation.boxes.map(({ id, model, location }) => ({ id, model, place: placeOf(location) })),
    brokerName,
  };
}

function unitsOf(box: Box): readonly number[] {
  const counts = new Map<string, number>();
  for (const { label } of box.bins) counts.set(label.slice(0, 1), (counts.get(label.slice(0, 1)) ?? 0) + 1);
  return [...counts.values()];
}

export function panelSection({ machine }: Theatre): PanelSection {
  const { view, backlightPercent } = machine.panel;
  return {
    view: view ?? null,
    percent: backlightPercent,
    lamp: machine.button.lamp,
    state: machine.state,
  };
}

export function peopleSection(theatre: Scene): PeopleSection {
  const { machine, box, cloud, hand } = theatre;
  const { keys, users } = cloud.store.organisation;
  const { contents, open } = machine.bins.state;
  const keyName = new Map(keys.flatMap(({ fob, name }) => (fob === undefined ? [] : [[fob, name] as const])));
  const badgeName = new Map(users.flatMap(({ badge, name }) => (badge === undefined ? [] : [[badge, name] as const])));
  const named = (fob: string): FobNow => {
    const name = keyName.get(fob) ?? badgeName.get(fob);
    return { fob, name: name ?? "", kind: keyName.has(fob) ? "key" : name === undefined ? "unknown" : "badge" };
  };
  const inside = new Set(contents);
  const held = new Set(hand.held);
  const elsewhere = new Set(cloudBins(theatre));
  const away = [...keyName.keys(), ...badgeName.keys()].filter(
    (fob) => !inside.has(fob) && !held.has(fob) && !elsewhere.has(fob),
  );
  return {
    bins: contents.map((fob, bin) => ({
      open: open[bin] ?? false,
      fob,
      jammed: machine.bins.isJammed(bin),
      unreachable: machine.bins.isUnreachable(bin),
      enabled: box.bins[bin]?.enabled ?? true,
    })),
    hand: [...held].map(named),
    away: away.map(named),
    names: Object.fromEntries(contents.flatMap((fob) => (fob === null ? [] : [[fob, keyName.get(fob) ?? ""]]))),
    mountReleased: machine.bins.mountReleased,
  };
}

/** Fobs that hang in other boxes, as far as the cloud knows. */
function cloudBins({ cloud, box }: Scene): string[] {
  const { inventory } = cloud.ingest.log;
  return cloud.store.organisation.keys.flatMap(({ id, fob }) => {
    const place = inventory.whereabouts(`key:${id}`)?.place;
    return fob !== undefined && place?.certain && place.box !== box.id ? [fob] : [];
  });
}

export function powerSection({ machine }: Theatre): PowerSection {
  const { battery, mains } = machine;
  return {
    mains: mains.present,
    cell: battery.present,
    percent: Math.round(battery.chargePercent * 10) / 10,
    milliamps: Math.round(battery.milliamps * 10) / 10,
    millivolts: battery.millivolts,
    celsius: battery.celsius,
  };
}

export function netSection({ machine, surroundings, cloud, isBrokerUp, isCloudUp }: Theatre): NetSection {
  const { state } = surroundings;
  return {
    internet: state.internet,
    links: LINK_KINDS.map((kind) => ({
      kind,
      fitted: machine.net[kind] !== undefined,
      state: state.links[kind],
      up: machine.net[kind]?.backhaul !== undefined,
    })),
    hotspot: state.hotspot,
    broker: isBrokerUp,
    cloud: isCloudUp,
    online: cloud.store.boxState(machine.name).online,
  };
}

/** What nobody sees who looks at the box alone, and no program of the box tells: as it shows outside. */
export function statesSection({ machine, cloud, connections }: Scene): StatesSection {
  const { online } = cloud.store.boxState(machine.name);
  return {
    power: machine.state,
    boots: machine.boots,
    link: LINK_KINDS.find((kind) => machine.net[kind]?.backhaul !== undefined) ?? null,
    isConnected: connections.some((id) => id === `smartbox-${machine.name}`),
    isInSession: online,
    screen: machine.panel.view?.screen ?? null,
    lock: machine.button.lamp === "flash" ? "armed" : null,
  };
}

/** The other boxes that run. */
export function neighboursSection({ machine, running, cloud }: Scene): readonly NeighbourNow[] {
  const { index } = cloud.ingest.log;
  return running
    .filter((other) => other !== machine)
    .map(({ name, state, panel, bins }) => ({
      id: name,
      place: index.locations.get(index.boxes.get(name)?.location ?? 0)?.name ?? "",
      state,
      view: panel.backlightPercent > 0 ? (panel.view ?? null) : null,
      online: cloud.store.boxState(name).online,
      bins: bins.state.contents.map((fob, bin) => (bins.isOpen(bin) ? "open" : fob === null ? "empty" : "full")),
    }));
}

export function timeSection({ world, machine, pace }: Theatre): TimeSection {
  const { errorSeconds } = machine.rtc;
  return {
    wall: Math.floor(world.wallSeconds()),
    pace,
    clockError: errorSeconds === undefined ? null : Math.round(errorSeconds),
  };
}

export function faultsSection({ machine }: Theatre): FaultsSection {
  return { reader: machine.reader.broken, gauge: machine.gauge.silent };
}

/** Nothing while the box has not got its first permissions: it would refuse the code. */
export function hintSection({ cloud, box }: Theatre): HintSection {
  if (cloud.permissions.versions(box.id).applied === 0) return { code: null, key: null };
  const { accesses } = cloud.store.organisation;
  const { inventory, index } = cloud.ingest.log;
  const opens = accesses.find(({ key, schedule }) => {
    const place = inventory.whereabouts(`key:${key}`)?.place;
    return schedule.kind === "ongoing" && place?.certain === true && place.box === box.id;
  });
  return { code: opens?.code ?? null, key: opens === undefined ? null : (index.keys.get(opens.key)?.name ?? null) };
}
