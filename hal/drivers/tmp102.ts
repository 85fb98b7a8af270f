import { IoError } from "../io/io-error.js";
import type { SMBus, SMBusConstructor, SMBusOptions } from "../io/smbus.js";
import { outcome } from "./retry.js";

/** Temperature, two bytes, high byte first: twelve bits from the top, two's complement (SBOS397, "Temperature Register"). */
const TEMPERATURE = 0x00;
const READINGS = 4;
/** The bus has no checksum: two readings in a row must agree within this, degrees. */
const SPREAD = 1;

/** Texas Instruments TMP102 beside the cell: its temperature. Converts by itself four times a second from power-up on. */
export class TMP102 {
  readonly #bus: SMBus;

  constructor(options: { sensor: SMBusOptions & { io: SMBusConstructor } }) {
    this.#bus = new options.sensor.io(options.sensor);
  }

  /** Degrees Celsius in steps of 1/16; undefined: no answer, or no steady one. */
  read(): number | undefined {
    const found = outcome(() => this.#steady());
    return found instanceof IoError ? undefined : found;
  }

  #steady(): number | undefined {
    let before = this.#celsius();
    for (let left = READINGS - 1; left > 0; left--) {
      const now = this.#celsius();
      if (Math.abs(now - before) <= SPREAD) return now;
      before = now;
    }
    return undefined;
  }

  #celsius(): number {
    const raw = this.#bus.readUint16(TEMPERATURE, true) >> 4;
    return (raw >= 0x800 ? raw - 0x1000 : raw) / 16;
  }
}
