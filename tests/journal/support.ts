import type { Journal } from "../../firmware/journal/journal.js";
import type { Entry, Shape } from "../../sim/journal-trial/parts.js";

export * from "../../sim/journal-trial/parts.js";

export const SHAPES: readonly Shape[] = [
  ...[1, 4, 8, 16, 32].map((alignBytes) => ({ sectorBytes: 4096, sectors: 4, alignBytes })),
  { sectorBytes: 4096, sectors: 16, alignBytes: 4 },
  { sectorBytes: 16_384, sectors: 5, alignBytes: 4 },
  { sectorBytes: 65_536, sectors: 4, alignBytes: 1 },
];

export interface Replayed {
  readonly checkpoint: Uint8Array[];
  readonly records: Entry[];
}

export function replayAll(journal: Journal): Replayed {
  const checkpoint: Uint8Array[] = [];
  const records: Entry[] = [];
  journal.replay({
    checkpoint: (payload) => checkpoint.push(payload),
    record: (seq, payload) => records.push({ seq, payload }),
  });
  return { checkpoint, records };
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
