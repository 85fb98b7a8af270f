import { JournalFullError, type Rank, type Room } from "../../firmware/journal/contract.js";
import type { Journal } from "../../firmware/journal/journal.js";
import { payloadFor, type Shape, type TrialEntry } from "../../sim/trials/journal-trial/parts.js";

export * from "../../sim/trials/journal-trial/parts.js";

export const SHAPES: readonly Shape[] = [
  ...[1, 4, 8, 16, 32].map((alignBytes) => ({ sectorBytes: 4096, sectors: 4, alignBytes })),
  { sectorBytes: 4096, sectors: 16, alignBytes: 4 },
  { sectorBytes: 16_384, sectors: 5, alignBytes: 4 },
  { sectorBytes: 65_536, sectors: 4, alignBytes: 1 },
];

export interface Replayed {
  readonly checkpoint: Uint8Array[];
  readonly records: TrialEntry[];
  readonly missing: { readonly through: number; readonly count: number }[];
}

export function replayAll(journal: Journal): Replayed {
  const checkpoint: Uint8Array[] = [];
  const records: TrialEntry[] = [];
  const missing: Replayed["missing"] = [];
  journal.replay({
    checkpoint: (payload) => checkpoint.push(payload),
    record: (seq, payload) => records.push({ seq, payload }),
    missing: (through, count) => missing.push({ through, count }),
  });
  return { checkpoint, records, missing };
}

/** More records than any part in these tests holds: a journal that takes more has lost some. */
const NEVER_FULL = 60_000;

/** Appends vital records until `journal.room` is `room`; throws if that never comes. */
export function appendUntil(journal: Journal, room: Room, byteLength = 32): void {
  for (let count = 0; journal.room !== room; count++) {
    if (count > NEVER_FULL) throw new Error(`${count} records and never ${room}`);
    journal.append(payloadFor(journal.nextSeq, byteLength), "vital");
  }
}

/** Appends until the journal refuses; how many it took. Throws if it never does. */
export function fill(journal: Journal, rank: Rank, byteLength = 32): number {
  for (let count = 0; count < NEVER_FULL; count++) {
    try {
      journal.append(payloadFor(journal.nextSeq, byteLength), rank);
    } catch (error) {
      if (!(error instanceof JournalFullError)) throw error;
      return count;
    }
  }
  throw new Error(`${NEVER_FULL} records and never full`);
}

/** True if a case is to run: all, or the one that `JOURNAL_CASE` names. */
export function selected(id: string): boolean {
  const only = process.env.JOURNAL_CASE;
  return only === undefined || only === "" || only === id;
}

/** Runs one permutation; its id is in the message of whatever fails, and reruns it alone. */
export function permutation(id: string, run: () => void): void {
  if (!selected(id)) return;
  try {
    run();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`rerun with JOURNAL_CASE=${id}\n${text}`);
  }
}
