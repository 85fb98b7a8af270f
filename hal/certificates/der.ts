/** What is not DER (X.690), or not the certificate that it should be. */
export class DerError extends Error {}

/** Tags that certificates are made of. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag and length included. */
  readonly whole: Uint8Array;
}

/** Reads elements one after another; every length is checked against what there is. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** Tag of the next element; undefined at the end. */
  get tag(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** Throws DerError when there is no such element, or it is not `tag`. */
  next(tag?: number): Element {
    const from = this.#at;
    const found = this.#byte();
    if (tag !== undefined && found !== tag) throw new DerError(`tag ${found} instead of ${tag}`);
    const length = this.#length();
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new DerError("an element ends beyond its surroundings");
    this.#at = start + length;
    return {
      tag: found,
      content: this.#bytes.subarray(start, this.#at),
      whole: this.#bytes.subarray(from, this.#at),
    };
  }

  /** The elements of the next one, which is `tag`. */
  into(tag: number = Tag.sequence): DerReader {
    return new DerReader(this.next(tag).content);
  }

  /** Nothing may follow. */
  end(): void {
    if (this.more) throw new DerError("something follows the last element");
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    let length = 0;
    const count = first & 0x7f;
    if (count < 1 || count > 3) throw new DerError("a length of no or too many bytes");
    for (let i = 0; i < count; i++) length = (length << 8) | this.#byte();
    return length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new DerError("cut off");
    return byte;
  }
}

/** Object identifier in dotted form (X.690 section 8.19). */
export function oidOf(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    if (arc > 0xffffff) throw new DerError("an object identifier out of range");
    arc = (arc << 7) | (byte & 0x7f);
    if (byte & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join(".");
}

/** Two positive integers in a sequence: a DSA or ECDSA signature (RFC 3279 section 2.2.3). Zero is none: it verifies for any text. */
export function isPairOfPositives(bytes: Uint8Array): boolean {
  try {
    const outer = new DerReader(bytes);
    const pair = outer.into();
    outer.end();
    for (let i = 0; i < 2; i++) {
      const { content } = pair.next(Tag.integer);
      if (content.length === 0 || content[0]! & 0x80 || content.every((byte) => byte === 0)) return false;
    }
    pair.end();
    return true;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return false;
  }
}
