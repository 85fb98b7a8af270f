import type { Beliefs, Believed } from "./beliefs.js";
import { type Cbor, CborSyntaxError, readCbor } from "./cbor.js";
import { readRecord, UnreadRecord } from "./records.js";

/** Keys of the pieces, from the end of firmware/records/records.cddl. */
const Key = {
  sheet: 13,
  version: 20,
  slot: 22,
  asOf: 29,
  first: 32,
  next: 35,
  pending: 51,
  openAll: 70,
  chapter: 73,
  entries: 77,
};
const Chapter = {
  main: 1,
  oldBins: 5,
  used: 6,
  enabled: 7,
  faulty: 8,
  cutOff: 9,
  throttles: 10,
  bins: 20,
  opening: 21,
};
/** Chapters from here on say nothing of bins. */
const SILENT_FROM = 128;

/** Takes what a piece says of bins and of the snapshot. False: a later firmware's, which may be about any bin. */
export function takePiece(beliefs: Beliefs, piece: Uint8Array): boolean {
  let map: Cbor;
  try {
    map = readCbor(piece);
  } catch (error) {
    if (error instanceof CborSyntaxError) return false;
    throw error;
  }
  if (!(map instanceof Map)) return false;
  const chapter = map.get(Key.chapter);
  if (chapter === Chapter.main) return takeMain(beliefs, map);
  if (!Object.values(Chapter).includes(chapter)) return typeof chapter === "number" && chapter >= SILENT_FROM;
  const first = numberOf(map.get(Key.first));
  const entries = map.get(Key.entries);
  if (!(entries instanceof Uint8Array)) return false;
  const packed = new Packed(entries);
  if (chapter === Chapter.opening) {
    const seq = numberOf(map.get(Key.next));
    if (seq === undefined) return false;
    const [bin, before] = first === undefined ? [packed.byte(), undefined] : binEntry(packed, first);
    beliefs.opening = { seq, bin, before };
    return true;
  }
  if (first === undefined) return false;
  while (packed.more) takeEntry(beliefs, chapter, packed, first);
  return true;
}

function takeMain(beliefs: Beliefs, map: ReadonlyMap<Cbor, Cbor>): boolean {
  const pending = map.get(Key.pending);
  const seq = numberOf(map.get(Key.next));
  if (pending instanceof Uint8Array && seq !== undefined) {
    try {
      beliefs.exchange = { ...readRecord(pending), seq };
    } catch (error) {
      if (error instanceof UnreadRecord) return false;
      throw error;
    }
  }
  const version = numberOf(map.get(Key.version));
  if (version !== undefined) {
    beliefs.snapshot = { version, slot: numberOf(map.get(Key.slot))!, asOf: numberOf(map.get(Key.asOf))! };
  }
  beliefs.sheet = numberOf(map.get(Key.sheet)) ?? beliefs.sheet;
  const openAll = map.get(Key.openAll);
  if (Array.isArray(openAll)) beliefs.run = numberOf(openAll[0]);
  return true;
}

function takeEntry(beliefs: Beliefs, chapter: number, packed: Packed, first: number): void {
  if (chapter === Chapter.bins) {
    beliefs.bins.set(...binEntry(packed, first));
    return;
  }
  if (chapter === Chapter.oldBins) {
    beliefs.bins.set(...oldBinEntry(packed, first));
    return;
  }
  const bin = packed.byte();
  if (chapter === Chapter.faulty) beliefs.faulty.add(bin);
  if (chapter === Chapter.used) packed.byte();
  if (chapter === Chapter.throttles) for (let i = 0; i < 2; i++) packed.number();
  if (chapter !== Chapter.enabled) return;
  const number = packed.number();
  beliefs.enabled.set(bin, { isEnabled: number % 2 === 1, seq: first + Math.floor(number / 2) });
}

function binEntry(packed: Packed, first: number): [number, Believed] {
  const bin = packed.byte();
  const mark = packed.byte();
  const seq = first + packed.number();
  return [bin, { belief: mark % 16, seq, item: itemEntry(packed, mark >> 4) }];
}

function itemEntry(packed: Packed, sort: number): Believed["item"] {
  if (sort === 3) return "same";
  if (sort === 1) return { key: packed.number() };
  return sort === 2 ? { fob: packed.text() } : undefined;
}

/** Firmware before the four beliefs told the sure from the doubtful, and an emptied bin was never sure. */
function oldBinEntry(packed: Packed, first: number): [number, Believed] {
  const bin = packed.byte();
  const mark = packed.byte();
  const seq = first + packed.number();
  const item = [
    (): Believed["item"] => "same",
    () => undefined,
    () => itemEntry(packed, 1),
    () => itemEntry(packed, 2),
  ][mark % 4]!();
  const isSure = mark < 4 && typeof item === "object";
  return [bin, { belief: isSure ? 2 : 4, seq, item }];
}

function numberOf(value: Cbor): number | undefined {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

/** Entries of a piece, byte by byte; zeros beyond the end. */
class Packed {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  number(): number {
    const byte = this.byte();
    return byte < 128 ? byte : byte - 128 + 128 * this.number();
  }

  text(): string {
    const length = this.byte();
    this.#at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.#at - length, this.#at));
  }
}
