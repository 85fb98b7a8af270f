import type { Random } from "../../world/random.js";

/** Values at which parsers turn: signs, sizes of fields, heads of CBOR and of MQTT. */
const ODD_BYTES = [
  0, 1, 2, 4, 0x17, 0x18, 0x19, 0x1b, 0x20, 0x40, 0x5f, 0x7f, 0x80, 0xa0, 0xbf, 0xe0, 0xf6, 0xfb, 0xff,
];
const MOST_CHANGES = 5;
const MOST_INSERTED = 16;

/** Changes inputs by chance: bytes are set, flipped, put in, taken out, doubled, or come from another input. */
export class Mutator {
  readonly #random: Random;
  readonly #mostBytes: number;

  constructor(random: Random, mostBytes: number) {
    this.#random = random;
    this.#mostBytes = mostBytes;
  }

  /** A changed `input`; `other`: what pieces may come from. */
  change(input: Uint8Array, other: Uint8Array): Uint8Array {
    let bytes = Array.from(input);
    for (let i = this.#random.int(MOST_CHANGES); i >= 0; i--) bytes = this.#once(bytes, other);
    return Uint8Array.from(bytes.slice(0, this.#mostBytes));
  }

  #once(bytes: number[], other: Uint8Array): number[] {
    const random = this.#random;
    const at = random.int(bytes.length + 1);
    const few = 1 + random.int(MOST_INSERTED);
    const byte = () => (random.next() < 0.5 ? random.pick(ODD_BYTES) : random.int(256));
    switch (random.int(9)) {
      case 0:
        if (at < bytes.length) bytes[at]! ^= 1 << random.int(8);
        return bytes;
      case 1:
        if (at < bytes.length) bytes[at] = byte();
        return bytes;
      case 2:
        if (at < bytes.length) bytes[at] = (bytes[at]! + (random.next() < 0.5 ? 1 : 255)) & 255;
        return bytes;
      case 3:
        bytes.splice(at, 0, byte());
        return bytes;
      case 4:
        bytes.splice(at, few);
        return bytes;
      case 5:
        bytes.splice(at, 0, ...Array.from({ length: few }, byte));
        return bytes;
      case 6:
        bytes.splice(at, 0, ...bytes.slice(at, at + few));
        return bytes;
      case 7: {
        const from = random.int(other.length + 1);
        bytes.splice(at, random.int(2) * few, ...other.subarray(from, from + few));
        return bytes;
      }
      default:
        return [...bytes.slice(0, at), ...other.subarray(random.int(other.length + 1))];
    }
  }
}
