import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import { Deadline } from "../wiring/deadline.js";

/** Changes of mains that are recorded at once, and how soon another one may be, ms. */
const BURST = 8;
const REFILL_MS = 300_000;

export interface MainsLogHost {
  /** Puts on record that mains came or went. */
  recordMains(present: boolean): void;
}

/**
 * Puts changes of mains on record, but not each flicker of a bad supply: after a burst, only what mains came to, once in five
 * minutes. A loose plug would otherwise fill the journal and wear the flash.
 */
export class MainsLog {
  readonly #clock: ClockPort;
  readonly #host: MainsLogHost;
  #tokens = BURST;
  #refilledMs: number;
  #recorded: boolean;
  #present: boolean;
  readonly #nextDeadline: Deadline;

  constructor(needs: {
    clock: ClockPort;
    timers: TimersPort;
    /** What the journal knows already. */
    present: boolean;
    host: MainsLogHost;
  }) {
    this.#clock = needs.clock;
    this.#nextDeadline = new Deadline(needs.timers);
    this.#host = needs.host;
    this.#recorded = needs.present;
    this.#present = needs.present;
    this.#refilledMs = needs.clock.monotonicMs();
  }

  changed(present: boolean): void {
    this.#present = present;
    this.#settle();
  }

  #settle(): void {
    this.#nextDeadline.clear();
    if (this.#present === this.#recorded) return;
    this.#refill();
    if (this.#tokens > 0) {
      this.#tokens--;
      this.#recorded = this.#present;
      this.#host.recordMains(this.#present);
    } else {
      const waitMs = this.#refilledMs + REFILL_MS - this.#clock.monotonicMs();
      this.#nextDeadline.set(Math.max(1, waitMs), () => this.#settle());
    }
  }

  #refill(): void {
    const now = this.#clock.monotonicMs();
    const due = Math.floor((now - this.#refilledMs) / REFILL_MS);
    this.#refilledMs += due * REFILL_MS;
    this.#tokens = Math.min(BURST, this.#tokens + due);
  }
}
