import type { Battery } from "../devices/battery.js";
import type { Gauge } from "../devices/gauge.js";
import { RegisterPart } from "./i2c-bus.js";

/** TMP102 by register: the cell's temperature, or what the gauge's faults make of it, in register 0. */
export class Tmp102 extends RegisterPart {
  readonly #battery: Battery;
  readonly #gauge: Gauge;

  constructor(battery: Battery, gauge: Gauge) {
    super();
    this.#battery = battery;
    this.#gauge = gauge;
  }

  protected override write(): void {}

  protected override read(register: number): number {
    const celsius = this.#gauge.lies.celsius ?? this.#battery.celsius;
    const raw = Math.min(0x7ff, Math.max(-0x800, Math.floor(celsius * 16)));
    return register === 0 ? (raw >> 4) & 255 : register === 1 ? (raw & 15) << 4 : 0;
  }
}
