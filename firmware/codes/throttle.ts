import type { ClockPort } from "../../hal/ports/clock.js";
import { Kind } from "../records/records.js";
import { type Guessed, guessedIndex, ORDINARY, SHORT_INDEX } from "../state/box-state.js";
import type { Ledger } from "../state/ledger.js";
import { LADDER_MINUTES, LONG_CODE_DIGITS, penaltySeconds, SHORT_LADDER_MINUTES } from "./ladder.js";

/** A longer wait does not keep a box without mains awake, ms. */
const AWAKE_AT_MOST_MS = 3_600_000;

/** Whoever has waited gets this long to type, ms: a box that went dark at the end of the wait would begin it anew when it is woken. */
const TYPING_MS = 60_000;

/** What `digits` on the ordinary keypad are a guess at. */
export function guessedBy(digits: string): Guessed {
  return digits.length < LONG_CODE_DIGITS ? { ...ORDINARY, short: 1 } : ORDINARY;
}

function ladderOf(index: number): readonly number[] {
  return index === SHORT_INDEX ? SHORT_LADDER_MINUTES : LADDER_MINUTES;
}

/**
 * The throttles of everything that can be typed: each thing that guesses can reach has a count and a penalty of its own, so that
 * guesses at one never hold up who has a code of another (SPEC.md section 4). The counts are in the journal; where a reboot lost
 * the time of the last failure (no wall clock then or now, or a clock that went back), the whole penalty starts again, so that
 * pulling the plug never pays.
 *
 * Bounded: one entry for each bin, all bins, the release, ordinary and short codes; 204 in all.
 */
export class Throttle {
  readonly #ledger: Ledger;
  readonly #clock: ClockPort;
  /** By index, of all in the state: monotonic ms until which nothing typed for it is looked at. */
  readonly #untilMs = new Map<number, number>();

  constructor(ledger: Ledger, clock: ClockPort) {
    this.#ledger = ledger;
    this.#clock = clock;
    ledger.state.throttles.forEach((_, index) => {
      this.#untilMs.set(index, clock.monotonicMs() + 1_000 * this.#remainingAtBoot(index));
    });
  }

  /** Milliseconds to wait before the next code for this is looked at; 0: now. */
  waitMs(what: Guessed): number {
    return this.#waitMs(guessedIndex(what));
  }

  /**
   * A penalty runs, or ended just now, that the clock cannot carry over a reboot: after sleep it would start again, and again. Those
   * of more than an hour do not count here: a guesser must not empty the battery by leaving one behind.
   */
  get startsOverAtBoot(): boolean {
    for (const [index, { at, failures }] of this.#ledger.state.throttles) {
      const isKnown = at !== undefined && this.#clock.wallSeconds() !== undefined;
      if (isKnown || penaltySeconds(failures, ladderOf(index)) === 0) continue;
      const overMs = this.#clock.monotonicMs() - this.#untilMs.get(index)!;
      if (overMs >= -AWAKE_AT_MOST_MS && overMs < TYPING_MS) return true;
    }
    return false;
  }

  /**
   * Records a wrong code. To be called before the verdict is shown: a failure that a power cut could undo would be a free guess.
   * Throws WriteRefused, and then no verdict may be shown.
   */
  recordFailure(what: Guessed): void {
    const index = guessedIndex(what);
    const count = (this.#ledger.state.throttles.get(index)?.failures ?? 0) + 1;
    this.#ledger.write({ kind: Kind.codeFailure, count, ...what }, "vital");
    this.#untilMs.set(index, this.#clock.monotonicMs() + 1_000 * penaltySeconds(count, ladderOf(index)));
  }

  #waitMs(index: number): number {
    if (!this.#ledger.state.throttles.has(index)) return 0;
    return Math.max(0, this.#untilMs.get(index)! - this.#clock.monotonicMs());
  }

  #remainingAtBoot(index: number): number {
    const { failures, at } = this.#ledger.state.throttles.get(index)!;
    const penalty = penaltySeconds(failures, ladderOf(index));
    const now = this.#clock.wallSeconds();
    if (at === undefined || now === undefined || now < at) return penalty;
    return Math.max(0, penalty - (now - at));
  }
}
