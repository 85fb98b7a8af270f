import type { Digital, DigitalConstructor } from "../io/digital.js";
import type { TimersPort } from "../ports/clock.js";

/**
 * The switched supply of all solenoids, on a pin of the processor with a pull-down: a pulse ends here whatever an expander
 * does, and ends with the processor. One consumer at a time, since the converter feeds one coil.
 */
export class LockSupply {
  readonly #pin: Digital;
  readonly #timers: TimersPort;
  #isOn = false;

  constructor(options: { io: DigitalConstructor; pin: number; timers: TimersPort }) {
    this.#pin = new options.io({ pin: options.pin, mode: options.io.Output });
    this.#pin.write(0);
    this.#timers = options.timers;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** On for `ms`; then off, and `ended` is called. Only while off. */
  pulse(ms: number, ended: () => void): void {
    this.#isOn = true;
    // Armed before the current flows, so that no failure in between leaves a coil on.
    this.#timers.set(ms, () => {
      this.#pin.write(0);
      this.#isOn = false;
      ended();
    });
    this.#pin.write(1);
  }
}
