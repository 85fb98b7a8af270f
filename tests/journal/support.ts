import { Journal } from "../../firmware/journal/journal.js";
import { EntropyError, type EntropyPort } from "../../hal/ports/entropy.js";
import { NorFlash } from "../../sim/devices/nor-flash.js";
import { Random } from "../../sim/random.js";

export interface Entry {
  readonly seq: number;
  readonly payload: Uint8Array;
}

export interface Shape {
  readonly sectorBytes: number;
  readonly sectors: number;
  readonly alignBytes: number;
}

export const SHAPES: readonly Shape[] = [
  ...[1, 4, 8, 16, 32].map((alignBytes) => ({ sectorBytes: 4096, sectors: 4, alignBytes })),
  { sectorBytes: 4096, sectors: 16, alignBytes: 4 },
  { sectorBytes: 16_384, sectors: 5, alignBytes: 4 },
  { sectorBytes: 65_536, sectors: 4, alignBytes: 1 },
];

export function newFlash(shape: Shape, seed = 1, image?: Uint8Array): NorFlash {
  const { sectorBytes, sectors, alignBytes } = shape;
  const options = { sizeBytes: sectorBytes * sectors, sectorBytes, alignBytes, seed };
  return new NorFlash(image === undefined ? options : { ...options, image });
}

export class SeededEntropy implements EntropyPort {
  broken = false;
  readonly #random: Random;
  constructor(seed: number) {
    this.#random = new Random(seed);
  }
  fill(into: Uint8Array): void {
    if (this.broken) throw new EntropyError("no entropy");
    into.set(this.#random.bytes(into.length));
  }
}

/** A checkpoint that can be checked: it says as of which sequence number it is, in `pieces` pieces. */
export function checkpointAsOf(seq: number, pieces: number): Uint8Array[] {
  return Array.from({ length: pieces }, (_, i) => {
    const piece = new Uint8Array(20 + 30 * i).fill(i);
    new DataView(piece.buffer).setFloat64(0, seq);
    return piece;
  });
}

/** Mounts with an owner whose whole state is the last sequence number. */
export function mount(flash: NorFlash, pieces = 3, seed = 1): Journal {
  const journal: Journal = Journal.mount({
    flash,
    entropy: new SeededEntropy(seed),
    checkpoint: () => checkpointAsOf(journal.nextSeq - 1, pieces),
  });
  return journal;
}

export function readAll(journal: Journal, fromSeq = 0): Entry[] {
  const cursor = journal.read(fromSeq);
  const entries: Entry[] = [];
  for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) entries.push(entry);
  return entries;
}

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

/** A payload that tells its sequence number, so that a mix-up shows. */
export function payloadFor(seq: number, byteLength: number): Uint8Array {
  const payload = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) payload[i] = Math.floor(seq / 256 ** (i % 4)) + 7 * i;
  return payload;
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

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
