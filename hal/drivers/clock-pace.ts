/** Both clocks count whole seconds, and one is read a little after the other, s. */
const SLACK_SECONDS = 1.5;
/** What cold and age may put between two crystals. A pair that parts by twice as much, 43 s a day, is always noticed. */
const RATE = 250e-6;
/** How long a clock that was wrong has to be right before it counts again: twice as long as the fault took to show, within these, ms. */
const SHORTEST_PROOF_MS = 60_000;
const LONGEST_PROOF_MS = 1_800_000;

/** `suspect`: wrong once, which a bus without a checksum can do; the next reading decides. `right`: also the first reading of all. */
export type PaceVerdict = "right" | "suspect" | "wrong";

/**
 * Holds a clock's readings against the processor's own clock. A clock that answers may stand still, fall behind, run ahead or
 * run backwards, and each of its readings looks like any other.
 */
export class ClockPace {
  #from: { readonly seconds: number; readonly atMs: number } | undefined;
  #isSuspect = false;
  #proofMs = 0;
  /** What is wrong with it, until it was right for long enough. */
  fault: string | undefined;

  /** The clock was set, or its readings so far are worth nothing: it is measured from here on. */
  begin(seconds: number, nowMs: number): void {
    this.#from = { seconds, atMs: nowMs };
    this.#isSuspect = false;
  }

  /** Judges a reading, s, that was taken at `nowMs` of the monotonic clock. */
  take(seconds: number, nowMs: number): PaceVerdict {
    if (this.#from === undefined) this.begin(seconds, nowMs);
    const from = this.#from!;
    const ranSeconds = seconds - from.seconds;
    const ranMs = nowMs - from.atMs;
    if (Math.abs(ranSeconds - ranMs / 1_000) <= SLACK_SECONDS + (ranMs / 1_000) * RATE) {
      this.#isSuspect = false;
      if (ranMs >= this.#proofMs) this.fault = undefined;
      return "right";
    }
    if (!this.#isSuspect) {
      this.#isSuspect = true;
      return "suspect";
    }
    this.fault = reason(ranSeconds, ranMs / 1_000);
    this.#proofMs = Math.min(LONGEST_PROOF_MS, Math.max(SHORTEST_PROOF_MS, 2 * ranMs));
    this.begin(seconds, nowMs);
    return "wrong";
  }
}

function reason(ranSeconds: number, trueSeconds: number): string {
  if (ranSeconds < 0) return "runs backwards";
  if (ranSeconds === 0) return "stands still";
  return ranSeconds < trueSeconds ? "falls behind" : "runs ahead";
}
