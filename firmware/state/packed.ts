import { utf8Decode, utf8Encode } from "../../hal/bytes/utf8.js";
import { Belief } from "../records/records.js";
import type { BinChange } from "./box-state.js";

/**
 * The bins and codes of a checkpoint as tight bytes: each sector of the journal starts with all of them, so each byte here is
 * paid once a sector. 200 bins with keys take 1.4 KB, where CBOR arrays take 2.9 KB. Sequence numbers count from `base`.
 */
const Item = { none: 0, key: 1, fob: 2, same: 3 } as const;

/** Bin, belief and kind of item, sequence number, then the key's number or the fob's serial. */
export function packBin(bin: number, { seq, belief, item }: BinChange, base: number): number[] {
  const head = (kind: number) => [bin, belief + kind * 16, ...packNumber(seq - base)];
  if (item === undefined) return head(Item.none);
  if (item === "same") return head(Item.same);
  if (item.key !== undefined) return [...head(Item.key), ...packNumber(item.key)];
  const serial = utf8Encode(item.fob ?? "");
  return [...head(Item.fob), serial.length, ...serial];
}

export function unpackBin(from: PackedReader, base: number): [number, BinChange] {
  const bin = from.byte();
  const mark = from.byte();
  const seq = base + from.number();
  return [bin, { seq, belief: (mark % 16) as Belief, item: unpackItem(mark >>> 4, from) }];
}

function unpackItem(kind: number, from: PackedReader): BinChange["item"] {
  if (kind === Item.none) return undefined;
  if (kind === Item.same) return "same";
  return kind === Item.key ? { key: from.number() } : { fob: utf8Decode(from.bytes(from.byte())) };
}

/** An entry as firmware before the beliefs wrote it. What a pick-up had emptied then was never surely empty. */
export function unpackOldBin(from: PackedReader, base: number): [number, BinChange] {
  const bin = from.byte();
  const mark = from.byte();
  const seq = base + from.number();
  const kind = mark & 3;
  const item = kind === 0 ? "same" : kind === 1 ? undefined : unpackItem(kind - 1, from);
  const isSure = (mark & 4) === 0 && typeof item === "object";
  return [bin, { seq, belief: isSure ? Belief.holds : Belief.doubt, item }];
}

/** A whole number below 2^53: seven bits a byte, lowest first, bit 7 says that more follow. By division: shifts end at 32 bits. */
export function packNumber(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}

/** Entries one after the other, in pieces of at most `maxBytes`; none is split. */
export function* inPieces(entries: Iterable<readonly number[]>, maxBytes: number): Iterable<Uint8Array> {
  let piece: number[] = [];
  for (const entry of entries) {
    if (piece.length + entry.length > maxBytes) {
      yield Uint8Array.from(piece);
      piece = [];
    }
    piece.push(...entry);
  }
  if (piece.length > 0) yield Uint8Array.from(piece);
}

/** Reads back what the functions above packed. Beyond the end it reads zeros. */
export class PackedReader {
  readonly #bytes: Uint8Array;
  #at = 0;

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
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  bytes(byteLength: number): Uint8Array {
    this.#at += byteLength;
    return this.#bytes.slice(this.#at - byteLength, this.#at);
  }
}
