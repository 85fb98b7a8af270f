/** Requests that a token may make at once after a rest, and then each second. Of one process. */
export const BURST = 300;
export const PER_SECOND = 30;
/** Tokens of which something is known; those that have rested are forgotten first. */
const TOKENS_MOST = 10_000;

interface Bucket {
  left: number;
  /** s since 1970 UTC. */
  at: number;
}

/** How much each token may ask: whoever asks in a loop waits, and nobody else does. */
export class Pace {
  readonly #buckets = new Map<string, Bucket>();

  /** A request of this token. Answers after how many seconds it may be made; 0: now. */
  take(token: string, nowSeconds: number): number {
    const bucket = this.#buckets.get(token) ?? { left: BURST, at: nowSeconds };
    // A clock that is set back gives nothing.
    const rested = Math.max(0, nowSeconds - bucket.at) * PER_SECOND;
    bucket.left = Math.min(BURST, bucket.left + rested);
    bucket.at = nowSeconds;
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) / PER_SECOND);
    bucket.left--;
    // In the order of use: whoever has not asked for longest is the first.
    this.#buckets.delete(token);
    this.#buckets.set(token, bucket);
    if (this.#buckets.size > TOKENS_MOST) this.#buckets.delete(this.#buckets.keys().next().value!);
    return 0;
  }
}
