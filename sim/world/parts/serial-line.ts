import type { Random } from "../random.js";

/** What the receiver of the processor holds; what comes in beyond is lost. */
const HELD_BYTES = 512;

/** A serial line between the processor and a part, with noise. */
export class SerialLine {
  readonly #random: Random;
  #held: number[] = [];
  /** Chance that a byte has one bit flipped, either way, 0 to 1. */
  bitErrorRate = 0;
  /** A broken wire: nothing arrives anywhere. */
  cut = false;
  /** Set by the part. */
  toPart: ((bytes: Uint8Array) => void) | undefined;
  /** Set by the open port: bytes have come in. */
  onReadable: (() => void) | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** From the processor. */
  send(bytes: Uint8Array): void {
    if (!this.cut) this.toPart?.(this.#carried(bytes));
  }

  /** From the part, or from what couples into the wire. */
  deliver(bytes: Uint8Array): void {
    if (this.cut) return;
    for (const byte of this.#carried(bytes)) if (this.#held.length < HELD_BYTES) this.#held.push(byte);
    this.onReadable?.();
  }

  noise(count: number): void {
    this.deliver(this.#random.bytes(count));
  }

  take(): Uint8Array {
    const bytes = new Uint8Array(this.#held);
    this.#held = [];
    return bytes;
  }

  #carried(bytes: Uint8Array): Uint8Array {
    if (this.bitErrorRate === 0) return bytes;
    return bytes.map((byte) => (this.#random.next() < this.bitErrorRate ? byte ^ (1 << this.#random.int(8)) : byte));
  }
}
