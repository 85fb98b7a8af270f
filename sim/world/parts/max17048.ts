import type { Battery } from "../devices/battery.js";
import type { Gauge } from "../devices/gauge.js";
import type { Random } from "../random.js";
import { RegisterPart } from "./i2c-bus.js";

const VERSION = 0x0012;

/** MAX17048 by register: what the cell and the fuel gauge's faults make of VCELL (0x02) and SOC (0x04). */
export class Max17048 extends RegisterPart {
  readonly #battery: Battery;
  readonly #gauge: Gauge;
  readonly #random: Random;
  /** Every reading is another one. */
  jumps = false;
  /** It goes on telling what it told last: it answers, and measures nothing. */
  frozen = false;
  readonly #told = new Map<number, number>();
  /** Low byte of the pair whose high byte was read last: a pair is one value. */
  #low = 0;

  constructor(battery: Battery, gauge: Gauge, random: Random) {
    super();
    this.#battery = battery;
    this.#gauge = gauge;
    this.#random = random;
  }

  /** The part is supplied by the cell. */
  override get answers(): boolean {
    return !this.silent && !this.#gauge.silent && this.#battery.present;
  }

  protected override write(): void {}

  protected override read(register: number): number {
    if (register & 1) return this.#low;
    const value = (this.frozen ? this.#told.get(register) : undefined) ?? this.#value(register);
    this.#told.set(register, value);
    this.#low = value & 255;
    return value >> 8;
  }

  #value(register: number): number {
    if (register === 0x08) return VERSION;
    if (register !== 0x02 && register !== 0x04) return 0;
    if (this.jumps) return this.#random.int(0x1_0000);
    const { lies } = this.#gauge;
    const raw =
      register === 0x02
        ? Math.round(((lies.millivolts ?? this.#battery.millivolts) * 64) / 5)
        : Math.floor((lies.chargePercent ?? this.#battery.chargePercent) * 256);
    return Math.min(0xffff, Math.max(0, raw));
  }
}
