import { boxLog, entryWords, type LogEntry } from "../../../cloud/box-log.js";
import type { Access, Box } from "../../../cloud/domain.js";
import type { CloudService } from "../../../cloud/service.js";
import { windowAt } from "../../../cloud/windows.js";
import type {
  AccessRow,
  AtBox,
  BinRow,
  KeyRow,
  LogPage,
  LogRow,
  Overview,
  SheetView,
  Where,
} from "../../shared/lists.js";

/** What the cloud knows of a box and its keys, as rows. Nothing in here looks at the simulated world. */
export interface Asked {
  readonly cloud: CloudService;
  readonly box: Box;
  readonly timeZone: string;
  /** s since 1970 UTC. */
  readonly now: number;
}

/** Keys that are in the box, at home at its place, or roam. */
export function keyRows({ cloud, box }: Asked): KeyRow[] {
  const { index } = cloud.ingest.log;
  return cloud.store.organisation.keys.flatMap((key): KeyRow[] => {
    const where = key.fob === undefined ? ({ kind: "virtual" } as const) : whereIs(cloud, key.id);
    const isHere = where.kind === "bin" && where.box === box.id;
    if (!isHere && !key.roaming && key.home !== box.location) return [];
    const { id, name, fob, code, roaming } = key;
    const home = index.locations.get(key.home)?.name ?? "";
    return [{ id, name, fob: fob ?? null, code: code ?? null, home, roaming, where }];
  });
}

function whereIs(cloud: CloudService, key: number): Where {
  const { inventory, index } = cloud.ingest.log;
  const known = inventory.whereabouts(`key:${key}`);
  if (known?.place !== undefined) {
    const { box, bin, certain } = known.place;
    return { kind: "bin", box, bin: index.boxes.get(box)?.bins[bin]?.label ?? `${bin}`, certain };
  }
  return known?.holder === undefined ? { kind: "nowhere" } : { kind: "holder", name: known.holder };
}

export function accessRows({ cloud, box, timeZone, now }: Asked): AccessRow[] {
  const { accesses, users, keys } = cloud.store.organisation;
  const userName = new Map(users.map(({ id, name }) => [id, name]));
  const here = new Map(keys.filter((key) => key.roaming || key.home === box.location).map((key) => [key.id, key.name]));
  return accesses.flatMap((access): AccessRow[] => {
    const key = here.get(access.key);
    if (key === undefined) return [];
    const { id, user, code, schedule } = access;
    const window = windowAt(schedule, timeZone);
    const state =
      window === "always"
        ? "now"
        : window === "never"
          ? "never"
          : now < window.from
            ? "early"
            : now >= window.until
              ? "over"
              : "now";
    return [
      {
        id,
        user: userName.get(user) ?? `${user}`,
        key,
        code,
        window: schedule.kind === "ongoing" ? null : { start: schedule.start, end: schedule.end, zone: schedule.zone },
        now: state,
        atBox: atBox(cloud, box, access),
      },
    ];
  });
}

function atBox({ permissions }: CloudService, box: Box, access: Access): AtBox {
  const { state, since } = permissions.at(box.id, access);
  if (state === "silent") return { state, since };
  return { state: state === "there" ? "there" : "way" };
}

export function binRows({ cloud, box }: Asked): BinRow[] {
  const { inventory, index } = cloud.ingest.log;
  return box.bins.map(({ label, enabled }, bin) => {
    const { belief, item } = inventory.content(box.id, bin);
    const [kind, id = ""] = (item ?? "").split(":");
    const name = kind === "fob" ? id : (index.keys.get(Number(id)) ?? inventory.formerKey(Number(id)))?.name;
    return { label, enabled, belief, item: item === undefined ? null : (name ?? id) };
  });
}

export interface LogFilter {
  /** In any of the words of a row, whatever its case. */
  readonly text: string;
  readonly kind: "" | LogRow["kind"];
  readonly isOffline: boolean;
  readonly offset: number;
  /** At most 500. */
  readonly limit: number;
}

/** Entries that are searched: years of an office's box. */
const SEARCHED = 20_000;

/** The newest first. */
export function logPage({ cloud, box }: Asked, { text, kind, isOffline, offset, limit }: LogFilter): LogPage {
  const wanted = text.toLowerCase();
  const rows = boxLog(cloud.store, box.id, SEARCHED).map(logRow).reverse();
  const found = rows.filter(
    (row) =>
      (kind === "" || row.kind === kind) &&
      (!isOffline || row.offline) &&
      (wanted === "" || [row.where, row.what, row.who].some((word) => word.toLowerCase().includes(wanted))),
  );
  return { rows: found.slice(offset, offset + limit), total: found.length };
}

function logRow(entry: LogEntry): LogRow {
  const { where, what, who } = entryWords(entry);
  const { epoch, seq, time, boot, sinceBoot, offline, onBattery, status } = entry;
  return {
    id: `${epoch}/${seq}`,
    time: time ?? null,
    boot: boot ?? null,
    sinceBoot: sinceBoot ?? null,
    offline,
    onBattery,
    kind: entryWords(entry).kind as LogRow["kind"],
    where,
    what,
    who: who ?? "",
    status,
  };
}

export function sheetView({ cloud, box }: Asked): SheetView {
  const { sheet, targets } = cloud.sheets.sheet(box.id);
  return { sheet, targets };
}

export function overview({ cloud, box }: Asked): Overview {
  const { online, lastSeen, status } = cloud.store.boxState(box.id);
  const power = cloud.power(box.id);
  return {
    online,
    lastSeen: lastSeen ?? null,
    link: status?.link ?? null,
    faults: status?.faults ?? [],
    power:
      power === undefined
        ? null
        : {
            mains: power.mains,
            charge: power.chargePercent ?? null,
            mainsLostAt: power.mainsLostAt ?? null,
            emptyAt: power.emptyAt ?? null,
            toldAt: power.toldAt,
          },
    alerts: cloud.alerts.of(box.id).map(({ id, what, wayOut, since }) => ({ id, what, wayOut, since })),
    users: cloud.store.organisation.users.map(({ id, name, badge }) => ({ id, name, badge: badge ?? null })),
  };
}
