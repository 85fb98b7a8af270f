import type { Digital, DigitalConstructor } from "../io/digital.js";
import { BEEPS, type Sound } from "../panel/sounds.js";
import type { TimerId, TimersPort } from "../ports/clock.js";

/** A buzzer with a tone of its own, on a pin whose resistor keeps it still. */
export class Buzzer {
  readonly #pin: Digital;
  readonly #on: 0 | 1;
  readonly #timers: TimersPort;
  #timer: TimerId | undefined;

  /** `on`: the level at which it sounds. */
  constructor(options: { io: DigitalConstructor; pin: number; on: 0 | 1; timers: TimersPort }) {
    this.#pin = new options.io({ pin: options.pin, mode: options.io.Output });
    this.#on = options.on;
    this.#timers = options.timers;
    this.#sound(false);
  }

  /** Returns at once; what still sounds ends. */
  play(sound: Sound): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#step(BEEPS[sound], 0);
  }

  /** Beep and pause in turn, as `BEEPS` has them. */
  #step(beeps: readonly number[], at: number): void {
    const ms = beeps[at];
    this.#sound(ms !== undefined && at % 2 === 0);
    this.#timer = ms === undefined ? undefined : this.#timers.set(ms, () => this.#step(beeps, at + 1));
  }

  #sound(isOn: boolean): void {
    this.#pin.write(isOn ? this.#on : 1 - this.#on);
  }
}
