import { Exchange } from "../../firmware/records/records.js";
import { nameless } from "./nameless.js";
import type { ExchangeStatus } from "./state.js";
import type { LogEntry } from "./store/lines.js";
import type { CloudStore } from "./store.js";

/** Beside whatever was recorded without a link to the cloud. */
export const OFFLINE_SYMBOL = "⊘";

export type { LogEntry } from "./store/lines.js";

/** Exchanges and emergency openings of one box in the order of its journals, `last` of them. */
export function boxLog(store: CloudStore, box: string, last?: number): readonly LogEntry[] {
  return inOrder(store, box, store.log.box(box, last).entries);
}

function inOrder({ document }: CloudStore, box: string, entries: readonly LogEntry[]): readonly LogEntry[] {
  const epochs = Object.keys(document.boxes[box]?.epochs ?? {});
  return [...entries].sort((a, b) => epochs.indexOf(a.epoch) - epochs.indexOf(b.epoch) || a.seq - b.seq);
}

/** How it ended, for people. */
export const STATUS_WORDS: Readonly<Record<ExchangeStatus, string>> = {
  pending: "under way",
  done: "done",
  leftOpen: "door left open",
  notOpened: "did not open",
  unconfirmed: "nobody knows",
};

export interface EntryWords {
  /** `PICKUP`, `DROPOFF` or `EMERGENCY`. */
  readonly kind: string;
  /** A bin's label, `all` or `unmount`. */
  readonly where: string;
  readonly what: string;
  /** Absent for emergency openings: a sheet of paper has no name. */
  readonly who?: string;
}

export function entryWords(entry: LogEntry): EntryWords {
  if ("exchange" in entry) {
    return {
      kind: entry.exchange === Exchange.pickup ? "PICKUP" : "DROPOFF",
      where: entry.binLabel,
      what: entry.keyName ?? (entry.fob === undefined ? "unknown" : `unknown fob ${entry.fob}`),
      who: entry.userName === "" ? nameless(entry.user) : entry.userName,
    };
  }
  const where = entry.target === "bin" ? (entry.bins[0]?.binLabel ?? "?") : entry.target;
  return { kind: "EMERGENCY", where, what: `sheet ${entry.sheet} code ${String(entry.number).padStart(2, "0")}` };
}
