import type { DigitalConstructor } from "../io/digital.js";
import type { TimersPort } from "../ports/clock.js";
import type { MainsPort } from "../ports/power.js";
import { DebouncedInput } from "./debounced-input.js";

const STEADY_MS = 50;

/** External supply behind a divider on an input pin: 1 is present. */
export class MainsSense implements MainsPort {
  readonly #input: DebouncedInput;
  onChange: ((present: boolean) => void) | undefined;

  constructor(options: { io: DigitalConstructor; pin: number; timers: TimersPort }) {
    const changed = (level: number) => this.onChange?.(level === 1);
    this.#input = new DebouncedInput({ ...options, pullUp: false, steadyMs: STEADY_MS, changed });
  }

  present(): boolean {
    return this.#input.level === 1;
  }
}
