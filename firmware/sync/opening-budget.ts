import type { ClockPort } from "../../hal/ports/clock.js";
import { FORGED_MAX, FORGED_REFILL_MS } from "./limits.js";

/**
 * How much work forged messages may cost. To find out that a message does not open takes a board 53 ms, and a broker can send
 * hundreds a second: then nobody could type a code. The first FORGED_MAX are tried, then one each FORGED_REFILL_MS; while there is
 * nothing left, every message is dropped unopened, as if the broker had kept it. It outlives sessions: reconnecting refills nothing.
 */
export class OpeningBudget {
  readonly #clock: ClockPort;
  #left = FORGED_MAX;
  /** Monotonic ms up to which `#left` has been refilled. */
  #refilledMs: number;

  constructor(clock: ClockPort) {
    this.#clock = clock;
    this.#refilledMs = clock.monotonicMs();
  }

  /** Whether a message may be tried. */
  get allows(): boolean {
    const nowMs = this.#clock.monotonicMs();
    const earned = Math.floor((nowMs - this.#refilledMs) / FORGED_REFILL_MS);
    this.#refilledMs += earned * FORGED_REFILL_MS;
    this.#left = Math.min(FORGED_MAX, this.#left + earned);
    return this.#left > 0;
  }

  /** A message was tried and did not open. */
  spend(): void {
    this.#left--;
  }
}
