import type { Digital, DigitalConstructor } from "../io/digital.js";
import type { TimersPort } from "../ports/clock.js";

/** Between samples of a level that is changing, ms. */
const SAMPLE_MS = 10;
/** An edge can be missed: the level is looked at so often in any case, ms. */
const LOOK_MS = 1_000;

export interface DebouncedInputOptions {
  readonly io: DigitalConstructor;
  readonly pin: number;
  readonly pullUp: boolean;
  readonly timers: TimersPort;
  /** How long a level must stay before it counts, ms; a multiple of 10. */
  readonly steadyMs: number;
  readonly changed: (level: number) => void;
}

/** An input pin that counts as changed once it has been steady. */
export class DebouncedInput {
  readonly #options: DebouncedInputOptions;
  readonly #pin: Digital;
  #level: number;
  #differsMs = 0;
  #isSampling = false;

  constructor(options: DebouncedInputOptions) {
    this.#options = options;
    const { io, pin, pullUp } = options;
    const mode = pullUp ? io.InputPullUp : io.Input;
    this.#pin = new io({ pin, mode, edge: io.Rising + io.Falling, onReadable: () => this.#sample() });
    this.#level = this.#pin.read();
    options.timers.set(LOOK_MS, () => this.#look());
  }

  get level(): number {
    return this.#level;
  }

  #look(): void {
    this.#sample();
    this.#options.timers.set(LOOK_MS, () => this.#look());
  }

  #sample(): void {
    if (this.#isSampling || this.#pin.read() === this.#level) return;
    this.#differsMs = 0;
    this.#sampleLater();
  }

  #sampleLater(): void {
    this.#isSampling = true;
    this.#options.timers.set(SAMPLE_MS, () => this.#sampled());
  }

  #sampled(): void {
    this.#isSampling = false;
    const level = this.#pin.read();
    if (level === this.#level) return;
    this.#differsMs += SAMPLE_MS;
    if (this.#differsMs < this.#options.steadyMs) {
      this.#sampleLater();
      return;
    }
    this.#level = level;
    this.#options.changed(level);
  }
}
