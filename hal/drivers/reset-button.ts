import type { Digital, DigitalConstructor } from "../io/digital.js";
import type { TimerId, TimersPort } from "../ports/clock.js";
import type { PartFault } from "../ports/parts.js";
import type { ButtonPort } from "../ports/power.js";
import { DebouncedInput } from "./debounced-input.js";

const STEADY_MS = 30;
/** Nobody holds it for so long: it is jammed, or its line is shorted. */
const STUCK_MS = 20_000;
/** Half of a flash at 2 Hz. */
const FLASH_MS = 250;

/** The reset button on a pin with a pull-up, 0 while pressed, and the lamp in its ring, 1 is lit. */
export class ResetButton implements ButtonPort {
  readonly #timers: TimersPort;
  readonly #input: DebouncedInput;
  readonly #lamp: Digital;
  #mode: "off" | "on" | "flash" = "off";
  #stuckTimer: TimerId | undefined;
  #flashTimer: TimerId | undefined;
  #isStuck = false;
  onPress: (() => void) | undefined;

  constructor(options: { io: DigitalConstructor; pin: number; lampPin: number; timers: TimersPort }) {
    const { io, pin, timers } = options;
    this.#timers = timers;
    this.#lamp = new io({ pin: options.lampPin, mode: io.Output });
    this.#lamp.write(0);
    this.#input = new DebouncedInput({
      io,
      pin,
      timers,
      pullUp: true,
      steadyMs: STEADY_MS,
      changed: (level) => this.#changed(level),
    });
    // Held since before the boot: what woke the box is no press, but it may be stuck.
    if (this.#input.level === 0) this.#watch();
  }

  lamp(mode: "off" | "on" | "flash"): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    if (this.#flashTimer !== undefined) this.#timers.clear(this.#flashTimer);
    this.#flashTimer = undefined;
    this.#lamp.write(mode === "off" ? 0 : 1);
    if (mode === "flash") this.#flash(0);
  }

  faults(): readonly PartFault[] {
    return this.#isStuck ? [{ name: "reset button", reason: `pressed for ${STUCK_MS / 1_000} s` }] : [];
  }

  #changed(level: number): void {
    if (level === 0) {
      this.#watch();
      this.onPress?.();
      return;
    }
    if (this.#stuckTimer !== undefined) this.#timers.clear(this.#stuckTimer);
    this.#stuckTimer = undefined;
    this.#isStuck = false;
  }

  #watch(): void {
    this.#stuckTimer = this.#timers.set(STUCK_MS, () => {
      this.#isStuck = true;
    });
  }

  #flash(next: number): void {
    this.#flashTimer = this.#timers.set(FLASH_MS, () => {
      this.#lamp.write(next);
      this.#flash(1 - next);
    });
  }
}
