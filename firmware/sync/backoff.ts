import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from "./limits.js";

/**
 * Decorrelated jitter (Brooker, "Exponential Backoff And Jitter", 2015): each wait is random between the least wait and
 * three times the one before, so that boxes that lost the same broker do not come back together.
 */
export class Backoff {
  #state: number;
  #previousMs = BACKOFF_MIN_MS;

  /** `seed`: 32 bits; different for different boxes. */
  constructor(seed: number) {
    // 0 is the one state that xorshift never leaves.
    this.#state = seed >>> 0 || 1;
  }

  /** ms to wait before the next attempt, BACKOFF_MIN_MS to BACKOFF_MAX_MS. */
  next(): number {
    const span = this.#previousMs * 3 - BACKOFF_MIN_MS;
    this.#previousMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS + Math.floor(this.#random() * (span + 1)));
    return this.#previousMs;
  }

  /** A random part of `spanMs`. */
  within(spanMs: number): number {
    return Math.floor(this.#random() * spanMs);
  }

  reset(): void {
    this.#previousMs = BACKOFF_MIN_MS;
  }

  /** xorshift32 (Marsaglia 2003): 0 up to but not 1. Not for secrets. */
  #random(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state / 0x100000000;
  }
}
