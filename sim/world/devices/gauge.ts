import type { GaugePort, GaugeReading } from "../../../hal/ports/power.js";
import type { Battery } from "./battery.js";
import type { Life } from "./life.js";

/** MAX17048-like fuel gauge with a thermometer beside the cell: state of charge, voltage and temperature, no current. */
export class Gauge {
  readonly #battery: Battery;
  /** True: the part does not answer. */
  silent = false;
  /** What the part tells instead of the truth, field by field. */
  lies: Partial<GaugeReading> = {};

  constructor(battery: Battery) {
    this.#battery = battery;
  }

  port(life: Life): GaugePort {
    return {
      read: () => {
        life.check();
        // The gauge is supplied by the cell: without one it does not answer.
        if (this.silent || !this.#battery.present) return undefined;
        return {
          // The part's register counts 1/256 %.
          chargePercent: Math.floor(this.#battery.chargePercent * 256) / 256,
          millivolts: this.#battery.millivolts,
          milliamps: undefined,
          celsius: this.#battery.celsius,
          ...this.lies,
        };
      },
    };
  }
}
