import * as v from "valibot";
import { acceptedCode, countAccepted } from "../code-length.js";
import { CloudError, parse } from "../domain.js";
import type { CloudData, CloudDocument, EmergencyEntry, ExchangeEntry } from "../state.js";
import { emptyDocument, FORMAT } from "./document.js";
import type { WholeLog } from "./lines.js";

/** Formats that are read; older ones are brought up to date when they are opened. */
const OLDEST_FORMAT = 1;

const Shape = v.looseObject({
  organisation: v.looseObject({}),
  boxes: v.record(v.string(), v.looseObject({})),
  bins: v.optional(v.record(v.string(), v.looseObject({}))),
  holders: v.optional(v.record(v.string(), v.string())),
  exchanges: v.optional(v.array(v.looseObject({}))),
  emergencies: v.optional(v.array(v.looseObject({}))),
  events: v.optional(v.array(v.looseObject({}))),
  gaps: v.optional(v.array(v.looseObject({}))),
  notices: v.optional(v.array(v.looseObject({}))),
});

/** Throws CloudError: a newer version may mean other things by the same words, and would be written over. */
function checkFormat(format: unknown): void {
  if (typeof format === "number" && format >= OLDEST_FORMAT && format <= FORMAT) return;
  const by = typeof format === "number" && format > FORMAT ? "a newer version" : "no version that is known";
  throw new CloudError(
    `the cloud database has format ${String(format)}, of ${by}; this version reads ${OLDEST_FORMAT} to ${FORMAT}: ` +
      "use the version that wrote it",
  );
}

interface Format1 {
  inventory?: Record<string, { place?: { box: string; bin: number; certain: boolean }; holder?: string }>;
  doubtful?: Record<string, true>;
}

/** A database as it was read: of another format before `opened` has looked at it. */
export type AnyFormat = CloudDocument & Partial<Omit<CloudData, keyof CloudDocument>>;

/**
 * A database as it was read, brought up to date, and the log where that lies in it: up to format 2 it always did, as it does in
 * whatever `CloudStore.data` was written to. Throws CloudError for a format of another version.
 */
export function opened(read: AnyFormat): { readonly document: CloudDocument; readonly log: WholeLog | undefined } {
  checkFormat(read?.format);
  parse(Shape, "the cloud database", read);
  const { exchanges, emergencies, events, gaps, notices = [], ...rest } = read;
  const hasLog = exchanges !== undefined;
  const log = { exchanges, emergencies, events, gaps, notices } as WholeLog;
  const document: CloudDocument = { ...emptyDocument(), ...rest };
  if (read.format === 1) placesByBin(document);
  if (read.format < FORMAT && hasLog) rememberOpen(document, log);
  document.format = FORMAT;
  return { document, log: hasLog ? log : undefined };
}

/** Format 1 had places by thing and not by bin, and took a bin for surely empty as soon as somebody had opened it for a pick-up. */
function placesByBin(document: CloudDocument & Format1): void {
  const bins: CloudDocument["bins"] = {};
  const holders: CloudDocument["holders"] = {};
  for (const [item, { place, holder }] of Object.entries(document.inventory ?? {})) {
    if (holder !== undefined) holders[item] = holder;
    if (place === undefined) continue;
    bins[`${place.box}/${place.bin}`] = { belief: place.certain ? "holds" : "doubt", item, told: 0 };
  }
  for (const id of Object.keys(document.doubtful ?? {})) bins[id] ??= { belief: "doubt", told: 0 };
  delete document.inventory;
  delete document.doubtful;
  Object.assign(document, { bins, holders, told: 0 });
}

/** Up to format 2 what is open, and how many codes were accepted, was found by reading the whole log. */
function rememberOpen(document: CloudDocument, { exchanges, emergencies }: WholeLog): void {
  const openOf = (box: string) => {
    const state = document.boxes[box];
    if (state === undefined) return undefined;
    state.open ??= { exchanges: [], emergencies: [] };
    return state.open;
  };
  const isPending = ({ status }: ExchangeEntry | EmergencyEntry) => status === "pending";
  for (const entry of exchanges.filter(isPending)) openOf(entry.box)?.exchanges.push(entry);
  for (const entry of emergencies.filter(isPending)) {
    openOf(entry.box)?.emergencies.push({ entry, seqs: [entry.seq] });
  }
  const entries: readonly (ExchangeEntry | EmergencyEntry)[] = [...exchanges, ...emergencies];
  for (const entry of entries) {
    const state = document.boxes[entry.box];
    if (state !== undefined && acceptedCode("auth" in entry ? entry.auth : undefined)) countAccepted(state, entry.time);
  }
}
