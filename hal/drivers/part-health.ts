import type { TimersPort } from "../ports/clock.js";
import type { PartFault, PartsPort } from "../ports/parts.js";

const LOOK_MS = 1_000;
const MAX_FAULTS = 16;

/** Collects what the drivers say about their parts. */
export class PartHealth implements PartsPort {
  readonly #parts: readonly { faults(): readonly PartFault[] }[];
  readonly #timers: TimersPort;
  #told: string;
  onChange: (() => void) | undefined;

  constructor(options: { parts: readonly { faults(): readonly PartFault[] }[]; timers: TimersPort }) {
    this.#parts = options.parts;
    this.#timers = options.timers;
    this.#told = this.#names();
    this.#timers.set(LOOK_MS, () => this.#look());
  }

  faults(): readonly PartFault[] {
    return this.#parts.flatMap((part) => part.faults()).slice(0, MAX_FAULTS);
  }

  #look(): void {
    this.#timers.set(LOOK_MS, () => this.#look());
    const names = this.#names();
    if (names === this.#told) return;
    this.#told = names;
    this.onChange?.();
  }

  /** Reasons change with every bit error; what is broken does not. */
  #names(): string {
    return this.faults()
      .map((fault) => fault.name)
      .join();
  }
}
