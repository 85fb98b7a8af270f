import { Journal } from "../../../firmware/journal/journal.js";
import { EntropyError, type EntropyPort } from "../../../hal/ports/entropy.js";
import { NorFlash } from "../../world/devices/nor-flash.js";
import { Random } from "../../world/random.js";

export interface TrialEntry {
  readonly seq: number;
  readonly payload: Uint8Array;
}

export interface Shape {
  readonly sectorBytes: number;
  readonly sectors: number;
  readonly alignBytes: number;
}

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
    owner: { checkpoint: () => checkpointAsOf(journal.nextSeq - 1, pieces) },
  });
  return journal;
}

export function readAll(journal: Journal, fromSeq = 0): TrialEntry[] {
  const cursor = journal.read(fromSeq);
  const entries: TrialEntry[] = [];
  for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) entries.push(entry);
  return entries;
}

/** A payload that tells its sequence number, so that a mix-up shows. */
export function payloadFor(seq: number, byteLength: number): Uint8Array {
  const payload = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) payload[i] = Math.floor(seq / 256 ** (i % 4)) + 7 * i;
  return payload;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
