import { type Access, CloudError, type Key } from "../../cloud/domain.js";
import { importKeys } from "../../cloud/import/import-keys.js";
import { binLabels } from "../../cloud/new-box.js";
import { WorldError } from "../../world/devices/site.js";
import type { Machine } from "../../world/machine/machine.js";
import type { Act, Input } from "./acts.js";
import type { Stage, Theatre } from "./theatre.js";

/** A clock that is wrong is this far ahead, s. */
const WRONG_BY_SECONDS = 3 * 3_600;

type Does = { readonly [K in Input["act"]]: (scene: Stage, input: Extract<Input, { act: K }>) => unknown };

/** Does what somebody did on the page. Rejects with WorldError and CloudError. */
export async function play(theatre: Theatre, act: Act): Promise<void> {
  if (act.act === "pace") theatre.pace = act.pace;
  else if (act.act === "story") theatre.playStory(act.id);
  else if (act.act === "stop-story") theatre.stopStory();
  else if (act.act === "start-over") theatre.startOver();
  else if (act.act === "engine") await theatre.useEngine(act.engine);
  else if (act.act === "begin-own") theatre.beginOwn(act);
  else if (act.act === "look-back") theatre.director.goTo(act.at);
  else if (act.act === "back-to-now") theatre.director.backToNow();
  else if (act.act === "go-on") theatre.director.goOn();
  else theatre.do(act);
}

/** What an input answers. */
export type ActAnswer<K extends Input["act"]> = ReturnType<(typeof DOES)[K]>;

/** Touches the world, at once; the box notices as time goes on. Throws WorldError and CloudError. */
export function perform<I extends Input>(scene: Stage, input: I): ActAnswer<I["act"]> {
  const does = DOES[input.act] as (scene: Stage, input: Input) => ActAnswer<I["act"]>;
  return does(scene, input);
}

function binNumber({ machine }: Stage, bin: number): number {
  if (bin < machine.bins.count) return bin;
  throw new WorldError(`there is no bin ${bin + 1}: the box has ${machine.bins.count}`);
}

/** Nobody gets at a cloud that is down. */
function cloudOf(scene: Stage): Stage["cloud"] {
  if (scene.isCloudUp) return scene.cloud;
  throw new CloudError("the cloud is down: switch it on again first");
}

function scan({ machine, isLit }: Stage, fob: string): void {
  if (machine.bins.state.contents.includes(fob)) throw new WorldError(`${fob} hangs in a bin: take it out first`);
  if (!isLit) throw new WorldError("the box is dark and reads nothing: press its reset button");
  machine.reader.scan(fob);
}

function setClock({ machine }: Stage, to: "right" | "wrong" | "lost"): void {
  const { rtc } = machine;
  if (to === "lost") rtc.lose();
  else rtc.restore(to === "right" ? 0 : WRONG_BY_SECONDS);
}

function addAccess(scene: Stage, { user, key, window }: Extract<Input, { act: "add-access" }>): Access {
  const schedule =
    window === null
      ? ({ kind: "ongoing" } as const)
      : ({ kind: "scheduled", start: window.start, end: window.end, zone: window.zone ?? "local" } as const);
  return cloudOf(scene).admin.addAccess(user, key, schedule);
}

function setKeyCode(scene: Stage, key: number, on: boolean): void {
  const { admin } = cloudOf(scene);
  if (on) admin.generateKeyCode(key);
  else admin.removeKeyCode(key);
}

/** One or none of both. */
function addOwn(scene: Stage, own: Extract<Input, { act: "add-own" }>): void {
  const { admin } = cloudOf(scene);
  const { location, timeZone, language, box, model, units } = own;
  const known = scene.cloud.store.organisation.locations.find(({ name }) => name === location);
  const place = known ?? admin.addLocation({ name: location, timeZone, language });
  admin.addNewBox({ id: box, model, location: place.id, bins: binLabels(units) });
}

function cutPower(machine: Machine, seconds: number): void {
  if (machine.state === "off") throw new WorldError("the box has no power as it is");
  machine.powerCut({ backAfterMs: seconds * 1_000 });
}

/** Keys that came in, and why a fob was not hung where the list has it: something else hangs there. */
interface Imported {
  readonly keys: readonly Key[];
  readonly notHung: readonly string[];
}

/** Of boxes that run, somebody hangs the fobs into their bins. */
function importAndHang(scene: Stage, csv: string, isSure: boolean): Imported {
  const cloud = cloudOf(scene);
  const keys = importKeys(cloud.admin, cloud.store.organisation, csv, isSure);
  const notHung: string[] = [];
  for (const key of keys) {
    const place = cloud.ingest.log.inventory.whereabouts(`key:${key.id}`)?.place;
    const bins = scene.running.find(({ name }) => name === place?.box)?.bins;
    if (place === undefined || bins === undefined || key.fob === undefined) continue;
    const there = bins.content(place.bin);
    if (there === undefined) bins.stock(place.bin, key.fob);
    else notHung.push(`bin ${bins.label(place.bin)} of ${place.box} holds ${there}: ${key.fob} is not hung there`);
  }
  return { keys, notHung };
}

const DOES = {
  key: ({ machine }, { input }) => machine.panel.input(input),
  reset: ({ machine }) => machine.button.press(),
  scan: (scene, { fob }) => scan(scene, fob),
  take: (scene, { bin }) => scene.machine.bins.take(binNumber(scene, bin)),
  put: (scene, { bin, fob }) => {
    if (!scene.hand.held.includes(fob)) throw new WorldError(`${fob} is not in your hand`);
    scene.machine.bins.put(binNumber(scene, bin), fob);
  },
  close: (scene, { bin }) => scene.machine.bins.close(binNumber(scene, bin)),
  force: (scene, { bin }) => scene.machine.bins.force(binNumber(scene, bin)),
  fetch: ({ hand }, { fob }) => hand.fetch(fob),
  leave: ({ hand }, { fob }) => hand.leave(fob),
  mains: ({ machine }, { on }) => machine.setMains(on),
  cell: ({ machine }, { on }) => machine.setBattery(on),
  charge: ({ machine }, { percent }) => machine.battery.setChargePercent(percent),
  weather: ({ machine }, { celsius }) => machine.battery.weather({ celsius }),
  powercut: ({ machine }, { seconds }) => cutPower(machine, seconds),
  internet: ({ surroundings }, { state }) => surroundings.setInternet(state),
  link: ({ surroundings }, { kind, state }) => surroundings.setLink(kind, state),
  hotspot: ({ surroundings }, { hotspot }) =>
    hotspot === null ? surroundings.closeHotspot() : surroundings.openHotspot(hotspot),
  broker: (scene, { on }) => {
    scene.isBrokerUp = on;
  },
  cloud: (scene, { on }) => {
    scene.isCloudUp = on;
  },
  clock: (scene, { to }) => setClock(scene, to),
  jam: (scene, { bin, on }) => scene.machine.bins.jam(binNumber(scene, bin), on),
  unreachable: (scene, { bin, on }) => scene.machine.bins.unreachable(binNumber(scene, bin), on),
  fault: ({ machine }, { part, on }) => {
    if (part === "reader") machine.reader.broken = on;
    else machine.gauge.silent = on;
  },
  box: (scene, { id }) => scene.switchTo(id),
  "add-access": addAccess,
  "remove-access": (scene, { id }) => cloudOf(scene).admin.removeAccess(id),
  "key-code": (scene, { key, on }) => setKeyCode(scene, key, on),
  "add-user": (scene, { name, badge }) => cloudOf(scene).admin.addUser({ name, ...(badge !== null && { badge }) }),
  "erase-user": (scene, { user }) => cloudOf(scene).privacy.erase(user),
  "add-location": (scene, { name, timeZone, language }) =>
    cloudOf(scene).admin.addLocation({ name, timeZone, language }),
  "add-box": (scene, { id, model, location, units }) =>
    cloudOf(scene).admin.addNewBox({ id, model, location, bins: binLabels(units) }),
  "add-own": addOwn,
  import: (scene, { csv, sure }) => importAndHang(scene, csv, sure),
  unlock: (scene, { bin }) => cloudOf(scene).oneTouchUnlock(scene.box.id, bin),
  enable: (scene, { bin, on }) => cloudOf(scene).setBinEnabled(scene.box.id, bin, on),
  empty: (scene, { bin, sure }) => cloudOf(scene).admin.emptyBin(scene.box.id, bin, sure),
  holds: (scene, { bin, key, sure }) => cloudOf(scene).admin.fillBin(scene.box.id, bin, key, sure),
  seen: (scene) => cloudOf(scene).seen(scene.box.id),
  rotate: (scene) => cloudOf(scene).sheets.rotate(scene.box.id),
  revoke: (scene) => cloudOf(scene).closeSheets(scene.box.id),
  reboot: (scene) => cloudOf(scene).reboot(scene.box.id),
  caption: (scene, { id, caption, params, step, isOver }) => {
    scene.story = { id, caption, params, step, isOver };
  },
} as const satisfies Does;
