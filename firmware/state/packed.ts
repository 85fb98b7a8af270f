import { utf8Decode, utf8Encode } from "../wire/utf8.js";
import type { BinChange } from "./box-state.js";

/**
 * The bins and codes of a checkpoint as tight bytes: each sector of the journal starts with all of them, so each byte here is
 * paid once a sector. 200 bins with keys take 1.4 KB, where CBOR arrays take 2.9 KB. Sequence numbers count from `base`.
 */
const Content = { same: 0, empty: 1, key: 2, fob: 3 } as const;
const UNCERTAIN = 4;

/** Bin, content and mark, sequence number, then the key's number or the fob's serial. */
export function packBin(bin: number, { seq, content, uncertain }: BinChange, base: number): number[] {
  const mark = uncertain ? UNCERTAIN : 0;
  const head = (kind: number) => [bin, kind | mark, ...packNumber(seq - base)];
  if (content === "same") return head(Content.same);
  if (content === "empty") return head(Content.empty);
  if (content.key !== undefined) return [...head(Content.key), ...packNumber(content.key)];
  const serial = utf8Encode(content.fob ?? "");
  return [...head(Content.fob), serial.length, ...serial];
}

export function unpackBin(from: PackedReader, base: number): [number, BinChange] {
  const bin = from.byte();
  const kind = from.byte();
  const seq = base + from.number();
  return [bin, { seq, content: unpackContent(kind & ~UNCERTAIN, from), uncertain: (kind & UNCERTAIN) !== 0 }];
}

function unpackContent(kind: number, from: PackedReader): BinChange["content"] {
  if (kind === Content.same) return "same";
  if (kind === Content.empty) return "empty";
  return kind === Content.key ? { key: from.number() } : { fob: utf8Decode(from.bytes(from.byte())) };
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
