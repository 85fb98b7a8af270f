import { IoError } from "../io/io-error.js";
import type { SMBus, SMBusConstructor, SMBusOptions } from "../io/smbus.js";
import type { GaugePort, GaugeReading } from "../ports/power.js";
import { outcome } from "./retry.js";

/** Registers, two bytes each, high byte first (19-6171, "Register Summary"). */
const VCELL = 0x02;
const VERSION = 0x08;
/** The production version is 0x001_. */
const VERSION_MASK = 0xfff0;
const VERSION_FOUND = 0x0010;
const READINGS = 4;
/** The bus has no checksum: two readings in a row must agree within this, raw. 100 mV and 2 %. */
const VCELL_SPREAD = 1_280;
const SOC_SPREAD = 512;

/** Maxim MAX17048 fuel gauge, one cell. 19-6171, "VCELL register", "SOC register", "VERSION register". */
export class MAX17048 implements GaugePort {
  readonly #bus: SMBus;

  constructor(options: { sensor: SMBusOptions & { io: SMBusConstructor } }) {
    this.#bus = new options.sensor.io(options.sensor);
  }

  read(): GaugeReading | undefined {
    const reading = outcome(() => this.#steady());
    return reading instanceof IoError ? undefined : reading;
  }

  #steady(): GaugeReading | undefined {
    if ((this.#bus.readUint16(VERSION, true) & VERSION_MASK) !== VERSION_FOUND) return undefined;
    let before = this.#raw();
    for (let left = READINGS - 1; left > 0; left--) {
      const now = this.#raw();
      const isSteady =
        Math.abs(now.vcell - before.vcell) <= VCELL_SPREAD && Math.abs(now.soc - before.soc) <= SOC_SPREAD;
      // VCELL counts 78.125 uV, SOC 1/256 %.
      if (isSteady)
        return {
          chargePercent: now.soc / 256,
          millivolts: Math.round((now.vcell * 5) / 64),
          milliamps: undefined,
          celsius: undefined,
        };
      before = now;
    }
    return undefined;
  }

  /** VCELL and SOC in one transaction, so that they belong together. */
  #raw(): { vcell: number; soc: number } {
    const bytes = new Uint8Array(4);
    this.#bus.readBuffer(VCELL, bytes);
    return { vcell: (bytes[0]! << 8) | bytes[1]!, soc: (bytes[2]! << 8) | bytes[3]! };
  }
}
