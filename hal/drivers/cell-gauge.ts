import type { GaugePort, GaugeReading, MainsPort } from "../ports/power.js";

/** A box that is awake takes 0.08 % of its cell in so long, 20 counts of the gauge, and its load moves the voltage by more, ms. */
const FROZEN_MS = 60_000;

/**
 * A fuel gauge with a thermometer of its own beside the cell. Without the gauge there is no reading; without the other, no degrees.
 * A gauge that tells the same of a cell that feeds the box, to the last bit and for a minute, has stopped measuring: no reading
 * until it tells something else, or a cell would run empty at 90 %.
 */
export class CellGauge implements GaugePort {
  readonly #gauge: GaugePort;
  readonly #thermometer: { read(): number | undefined };
  readonly #mains: MainsPort;
  readonly #monotonicMs: () => number;
  #last: GaugeReading | undefined;
  /** When `#last` was told first, or mains was last seen with it. */
  #sinceMs = 0;
  #isFrozen = false;

  constructor(needs: {
    gauge: GaugePort;
    thermometer: { read(): number | undefined };
    mains: MainsPort;
    monotonicMs: () => number;
  }) {
    this.#gauge = needs.gauge;
    this.#thermometer = needs.thermometer;
    this.#mains = needs.mains;
    this.#monotonicMs = needs.monotonicMs;
  }

  read(): GaugeReading | undefined {
    const reading = this.#gauge.read();
    if (reading === undefined) return undefined;
    this.#compare(reading);
    return this.#isFrozen ? undefined : { ...reading, celsius: this.#thermometer.read() };
  }

  /** On mains a full cell may stay as it is for days: that says nothing. */
  #compare(reading: GaugeReading): void {
    const nowMs = this.#monotonicMs();
    const isSame = reading.chargePercent === this.#last?.chargePercent && reading.millivolts === this.#last.millivolts;
    if (!isSame) {
      this.#last = reading;
      this.#isFrozen = false;
    }
    if (!isSame || this.#mains.present()) this.#sinceMs = nowMs;
    else if (nowMs - this.#sinceMs >= FROZEN_MS) this.#isFrozen = true;
  }
}
