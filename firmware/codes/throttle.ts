import type { ClockPort } from "../../hal/ports/clock.js";
import { Kind } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";

/** Wrong codes that cost nothing. */
export const FREE_FAILURES = 4;
const FIRST_PENALTY_S = 30;
const LONGEST_PENALTY_S = 3_600;

/** Penalty after `failures` wrong codes in a row, s: 30 after the fifth, doubling to an hour. */
export function penaltySeconds(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  // Capped before the power is taken: the count grows without end.
  const doublings = Math.min(failures - FREE_FAILURES - 1, 7);
  return Math.min(FIRST_PENALTY_S * 2 ** doublings, LONGEST_PENALTY_S);
}

/**
 * The one throttle of everything that can be typed. The count is in the journal; where a reboot lost the time of the last failure
 * (no wall clock then or now, or a clock that went back), the whole penalty starts again, so that pulling the plug never pays.
 */
export class Throttle {
  readonly #ledger: Ledger;
  readonly #clock: ClockPort;
  /** Monotonic ms until which nothing typed is looked at. */
  #untilMs: number;

  constructor(ledger: Ledger, clock: ClockPort) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#untilMs = clock.monotonicMs() + 1_000 * this.#remainingAtBoot();
  }

  /** Milliseconds to wait before the next code is looked at; 0: now. */
  waitMs(): number {
    if (this.#ledger.state.throttle.failures === 0) return 0;
    return Math.max(0, this.#untilMs - this.#clock.monotonicMs());
  }

  /** A penalty runs that the clock cannot carry over a reboot: after sleep it would start again, and again. */
  get startsOverAtBoot(): boolean {
    if (this.waitMs() === 0) return false;
    return this.#ledger.state.throttle.at === undefined || this.#clock.wallSeconds() === undefined;
  }

  /**
   * Records a wrong code; `target` is an EmergencyTarget, 0 for an ordinary code. To be called before the verdict is shown:
   * a failure that a power cut could undo would be a free guess. Throws WriteRefused, and then no verdict may be shown.
   */
  recordFailure(target: number): void {
    const count = this.#ledger.state.throttle.failures + 1;
    this.#ledger.write({ kind: Kind.codeFailure, count, target }, "vital");
    this.#untilMs = this.#clock.monotonicMs() + 1_000 * penaltySeconds(count);
  }

  #remainingAtBoot(): number {
    const { failures, at } = this.#ledger.state.throttle;
    const penalty = penaltySeconds(failures);
    const now = this.#clock.wallSeconds();
    if (at === undefined || now === undefined || now < at) return penalty;
    return Math.max(0, penalty - (now - at));
  }
}
