const [UNSIGNED, BYTES, ARRAY, MAP] = [0, 2, 4, 5] as const;

/**
 * Writes one CBOR map (RFC 8949) into a place that is there already, for what would else be copied several times on its way. Whoever
 * writes counts the fields, and sees to it that there is room.
 */
export class MapWriter {
  readonly #out: Uint8Array;
  /** Behind what is written. */
  at = 0;

  /** At the start of `out`; `fields`: at most 22, so that one more fits into the head. */
  constructor(out: Uint8Array, fields: number) {
    this.#out = out;
    this.#head(MAP, fields);
  }

  key(key: number): void {
    this.#head(UNSIGNED, key);
  }

  /** A whole number below 2^53; above 2^32 as float64, as cbor-x has it. */
  whole(value: number): void {
    if (value <= 0xffffffff) {
      this.#head(UNSIGNED, value);
      return;
    }
    this.#out[this.at] = 0xfb;
    new DataView(this.#out.buffer, this.#out.byteOffset).setFloat64(this.at + 1, value);
    this.at += 9;
  }

  bytes(bytes: Uint8Array): void {
    this.#head(BYTES, bytes.length);
    this.#out.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** The head of an array whose length, at most 255, is told at the end, by the function that this answers. */
  array(): (length: number) => void {
    const at = this.at;
    this.#out[at] = (ARRAY << 5) | 24;
    this.at += 2;
    return (length) => {
      this.#out[at + 1] = length;
    };
  }

  #head(type: number, value: number): void {
    const out = this.#out;
    const top = type << 5;
    if (value < 24) {
      out[this.at++] = top | value;
      return;
    }
    const size = value <= 0xff ? 1 : value <= 0xffff ? 2 : 4;
    out[this.at++] = top | (size === 1 ? 24 : size === 2 ? 25 : 26);
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) out[this.at++] = value >>> shift;
  }
}
