import type { GaugePort, GaugeReading } from "../ports/power.js";

/** A fuel gauge with a thermometer of its own beside the cell. Without the gauge there is no reading; without the other, no degrees. */
export class CellGauge implements GaugePort {
  readonly #gauge: GaugePort;
  readonly #thermometer: { read(): number | undefined };

  constructor(parts: { gauge: GaugePort; thermometer: { read(): number | undefined } }) {
    this.#gauge = parts.gauge;
    this.#thermometer = parts.thermometer;
  }

  read(): GaugeReading | undefined {
    const reading = this.#gauge.read();
    return reading && { ...reading, celsius: this.#thermometer.read() };
  }
}
