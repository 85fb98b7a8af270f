/** The bytes are not exactly one CBOR value. */
export class CborSyntaxError extends Error {}

/** A CBOR value of RFC 8949, as far as boxes write it: no tags, no indefinite lengths. Maps keep the numbers of their keys. */
export type Cbor = number | bigint | string | boolean | null | undefined | Uint8Array | readonly Cbor[] | CborMap;
export type CborMap = ReadonlyMap<Cbor, Cbor>;

/** Deeper than anything that a box writes. */
const DEEPEST = 8;

/** A second reading of RFC 8949, which shares nothing with cbor-x. Throws CborSyntaxError. */
export function readCbor(bytes: Uint8Array): Cbor {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new CborSyntaxError("malformed CBOR: bytes behind its end");
  return value;
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): Cbor {
    if (depth > DEEPEST) throw new CborSyntaxError("malformed CBOR: too deep");
    const head = this.#bytes[this.#take(1)]!;
    const major = head >> 5;
    const info = head & 31;
    if (major === 7) return this.#simple(info);
    const argument = this.#argument(info);
    if (major === 0) return argument;
    if (major === 1) return typeof argument === "bigint" ? -1n - argument : -1 - argument;
    const count = Number(argument);
    if (major === 2) return this.#slice(count);
    if (major === 3) return this.#text(count);
    if (major === 4) return this.#list(count, depth);
    if (major === 5) return this.#map(count, depth);
    throw new CborSyntaxError("malformed CBOR: a tag");
  }

  #take(count: number): number {
    const from = this.at;
    if (count > this.#bytes.length - from) throw new CborSyntaxError("malformed CBOR: it ends too early");
    this.at += count;
    return from;
  }

  #argument(info: number): number | bigint {
    if (info < 24) return info;
    if (info === 24) return this.#view.getUint8(this.#take(1));
    if (info === 25) return this.#view.getUint16(this.#take(2));
    if (info === 26) return this.#view.getUint32(this.#take(4));
    if (info === 27) return this.#view.getBigUint64(this.#take(8));
    throw new CborSyntaxError("malformed CBOR: an indefinite length");
  }

  #simple(info: number): Cbor {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 23) return undefined;
    if (info === 26) return this.#view.getFloat32(this.#take(4));
    if (info === 27) return this.#view.getFloat64(this.#take(8));
    throw new CborSyntaxError(`malformed CBOR: simple value ${info}`);
  }

  #slice(count: number): Uint8Array {
    const from = this.#take(count);
    return this.#bytes.slice(from, from + count);
  }

  #text(count: number): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.#slice(count));
  }

  #list(count: number, depth: number): readonly Cbor[] {
    const list: Cbor[] = [];
    for (let i = 0; i < count; i++) list.push(this.value(depth + 1));
    return list;
  }

  #map(count: number, depth: number): CborMap {
    const map = new Map<Cbor, Cbor>();
    for (let i = 0; i < count; i++) {
      const key = this.value(depth + 1);
      map.set(key, this.value(depth + 1));
    }
    return map;
  }
}
