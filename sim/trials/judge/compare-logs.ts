import { Exchange } from "../journal-reader/records.js";
import type { CloudRecord, ExchangeEntry } from "./cloud-record.js";
import type { DoorOpening } from "./doors-log.js";

export interface LogsVerdict {
  readonly exchanges: number;
  readonly emergencies: number;
  /** Happened at the doors, and the cloud does not have it. */
  readonly lost: number;
  /** In the cloud more than once. */
  readonly duplicated: number;
  /** In the cloud in another order than the box wrote it. */
  readonly reordered: number;
  readonly problems: readonly string[];
}

interface Box {
  readonly box: string;
  readonly label: (bin: number) => string;
  /** Fobs that a key had before: what happened at the doors was with the one of then. */
  readonly formerFobs?: (key: number) => readonly string[];
}

/** Holds what happened at the doors of one box against what the cloud has in its logs. */
export function compareLogs(
  openings: readonly DoorOpening[],
  cloud: CloudRecord,
  { box, label, formerFobs = () => [] }: Box,
): LogsVerdict {
  const problems: string[] = [];
  const entries = cloud.exchanges.filter((entry) => entry.box === box);
  const emergencies = cloud.emergencies.filter((entry) => entry.box === box);
  const sources = [...entries, ...emergencies].map((entry) => `${entry.epoch} ${entry.seq}`);
  const duplicated = sources.length - new Set(sources).size;
  if (duplicated > 0) problems.push(`the cloud has ${duplicated} entries twice`);
  const reordered = inversions(entries) + inversions(emergencies);
  if (reordered > 0) problems.push(`${reordered} entries of the cloud are out of order`);

  const exchanged = openings.filter((opening) => opening.by === "exchange");
  const missing = unmatched(exchanged, entries, (opening, entry) =>
    isSame(opening, entry, fobsOf(entry, cloud, formerFobs)),
  );
  for (const opening of missing) {
    problems.push(`the exchange at bin ${label(opening.bin)} at ${opening.atMs} ms is not in the cloud`);
  }
  const opened = openings.filter((opening) => opening.by === "emergency");
  const told = emergencies.flatMap((entry) => entry.bins.filter((bin) => bin.status !== "notOpened"));
  // A run through all bins is one entry, and a single opening may come in the middle of it: the order holds bin by bin.
  const bins = [...new Set(opened.map((opening) => opening.bin))];
  const untold = bins.flatMap((bin) => {
    const ofBin = <T extends { readonly bin: number }>(list: readonly T[]) => list.filter((one) => one.bin === bin);
    return unmatched(ofBin(opened), ofBin(told), () => true);
  });
  for (const opening of untold) {
    problems.push(`the emergency opening of bin ${label(opening.bin)} at ${opening.atMs} ms is not in the cloud`);
  }
  for (const entry of entries) {
    if (entry.status === "pending") problems.push(`the exchange ${entry.seq} at bin ${entry.binLabel} has no outcome`);
  }
  const lost = missing.length + untold.length;
  return { exchanges: exchanged.length, emergencies: opened.length, lost, duplicated, reordered, problems };
}

/** Walks both lists in order; what `list` has and no later entry matches is answered. */
function unmatched<A, B>(list: readonly A[], entries: readonly B[], matches: (item: A, entry: B) => boolean): A[] {
  let next = 0;
  return list.filter((item) => {
    for (let i = next; i < entries.length; i++) {
      if (!matches(item, entries[i]!)) continue;
      next = i + 1;
      return false;
    }
    return true;
  });
}

function isSame(opening: DoorOpening, entry: ExchangeEntry, fobs: readonly string[]): boolean {
  if (entry.bin !== opening.bin || entry.status === "notOpened") return false;
  const { moved } = opening;
  // The box died with the door open: that it was opened is in the log, what the hand did nobody can say.
  if (moved === undefined || entry.status === "unconfirmed") return true;
  const kind = moved.kind === "taken" ? Exchange.pickup : Exchange.dropoff;
  return entry.exchange === kind && (fobs.length === 0 || fobs.includes(moved.fob));
}

/** Fobs that the entry may mean; empty: any. */
function fobsOf(
  { fob, key }: ExchangeEntry,
  cloud: CloudRecord,
  formerFobs: NonNullable<Box["formerFobs"]>,
): readonly string[] {
  if (fob !== undefined) return [fob];
  const now = cloud.key(key)?.fob;
  return now === undefined || key === undefined ? [] : [now, ...formerFobs(key)];
}

/** Entries that stand behind one with a higher sequence number of the same epoch. */
function inversions(entries: readonly { readonly epoch: string; readonly seq: number }[]): number {
  const highest = new Map<string, number>();
  let count = 0;
  for (const { epoch, seq } of entries) {
    if (seq < (highest.get(epoch) ?? 0)) count++;
    highest.set(epoch, Math.max(seq, highest.get(epoch) ?? 0));
  }
  return count;
}
