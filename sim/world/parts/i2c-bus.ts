import { IoError } from "../../../hal/io/io-error.js";
import type { Random } from "../random.js";

/** A part on an I2C bus, at the level of bytes. */
export interface I2cPart {
  /** False: no acknowledge, as without supply. */
  readonly answers: boolean;
  /** It holds SDA low: nobody on the bus can talk. */
  readonly holdsBus?: boolean;
  /** What the controller writes in one transaction. */
  receive(bytes: Uint8Array): void;
  /** What the controller reads in one transaction. */
  transmit(count: number): Uint8Array;
}

/**
 * One I2C bus with its parts, and what can go wrong on it:
 * a line that is stuck, acknowledges that get lost, bits that flip on the way (the bus has no checksum, and the address may be
 * hit too), parts that do not answer.
 */
export class I2cBus {
  readonly #parts = new Map<number, I2cPart>();
  readonly #random: Random;
  /** SDA is held low: every transaction fails. */
  stuck = false;
  /** Chance that a transaction is not acknowledged, 0 to 1. */
  nackRate = 0;
  /** Chance that a byte on the bus has one bit flipped, 0 to 1. */
  bitErrorRate = 0;
  transactions = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  attach(address: number, part: I2cPart): void {
    if (this.#parts.has(address)) throw new RangeError(`two parts at address ${address}`);
    this.#parts.set(address, part);
  }

  /** Throws IoError where the controller sees a fault. */
  write(address: number, bytes: Uint8Array): void {
    this.#addressed(address).receive(this.#carried(bytes));
  }

  read(address: number, count: number): Uint8Array {
    return this.#carried(this.#addressed(address).transmit(count));
  }

  #addressed(address: number): I2cPart {
    this.transactions++;
    for (const part of this.#parts.values()) if (part.holdsBus === true) throw new IoError("I2C: SDA is held low");
    if (this.stuck) throw new IoError("I2C: SDA is held low");
    const carried = this.#hit(address << 1) >> 1;
    const part = this.#parts.get(carried & 0x7f);
    const isHeard = part?.answers === true && !(this.nackRate > 0 && this.#random.next() < this.nackRate);
    if (!isHeard) throw new IoError(`I2C: no acknowledge from 0x${address.toString(16)}`);
    return part;
  }

  #carried(bytes: Uint8Array): Uint8Array {
    return this.bitErrorRate === 0 ? bytes : bytes.map((byte) => this.#hit(byte));
  }

  #hit(byte: number): number {
    if (this.bitErrorRate === 0 || this.#random.next() >= this.bitErrorRate) return byte;
    return byte ^ (1 << this.#random.int(8));
  }
}

/**
 * The way of most parts: the first byte written is the register, what follows goes there and on; reads go on from where the
 * pointer is. `write` and `read` are asked byte by byte, `next` says which register comes after one.
 */
export abstract class RegisterPart implements I2cPart {
  #pointer = 0;
  /** True: it does not answer. */
  silent = false;
  isSupplied = true;
  holdsBus = false;

  get answers(): boolean {
    return this.isSupplied && !this.silent;
  }

  protected abstract write(register: number, value: number): void;
  protected abstract read(register: number): number;
  protected next(register: number): number {
    return (register + 1) & 255;
  }

  receive(bytes: Uint8Array): void {
    const [register, ...values] = bytes;
    if (register === undefined) return;
    this.#pointer = register;
    for (const value of values) {
      this.write(this.#pointer, value);
      this.#pointer = this.next(this.#pointer);
    }
  }

  transmit(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      out[i] = this.read(this.#pointer) & 255;
      this.#pointer = this.next(this.#pointer);
    }
    return out;
  }
}
