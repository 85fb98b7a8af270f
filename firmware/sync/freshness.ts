import { HELLO_WAITS_MS, REHELLO_INTERVAL_MS } from "./limits.js";

/**
 * How old at most is what a session takes (PROTOCOL.md section 3). A broker can hold any message back; it cannot answer the
 * box's question. So everything is measured from the hello that the last welcome answered, on the box's own monotonic clock:
 * the wall clock may be wrong, and a broker must gain nothing by that.
 */
export class Freshness {
  /** The hello that was answered last, and what the cloud's clock showed after it. */
  #answered: { readonly sentAtMs: number; readonly cloudSeconds: number } | undefined;
  /** After this, monotonic ms, nothing of the session is taken until the next welcome. */
  #deadlineMs = Number.NEGATIVE_INFINITY;

  /** A hello is wanted at `nowMs`: without its welcome the session is over one wait later, whether the hello gets out or not. */
  asked(nowMs: number): void {
    this.#deadlineMs = Math.min(this.#deadlineMs, nowMs + HELLO_WAITS_MS[0]!);
  }

  /** The welcome for the hello that went out at `sentAtMs` came; the cloud wrote `cloudSeconds` into it. */
  welcomed(sentAtMs: number, cloudSeconds: number): void {
    this.#answered = { sentAtMs, cloudSeconds };
    this.#deadlineMs = sentAtMs + REHELLO_INTERVAL_MS + HELLO_WAITS_MS[0]!;
  }

  /** Whether a message of the session may be taken at `nowMs`. Does not wait for a timer, which may come late. */
  takes(nowMs: number): boolean {
    return nowMs <= this.#deadlineMs;
  }

  /** Whether the answer is so young that the box may send by it at `nowMs`; past that it asks first. */
  isYoung(nowMs: number): boolean {
    return this.dueInMs(nowMs, REHELLO_INTERVAL_MS) > 0;
  }

  /** ms from `nowMs` until `afterMs` have passed since the hello that was answered last. */
  dueInMs(nowMs: number, afterMs: number): number {
    const sentAtMs = this.#answered?.sentAtMs ?? nowMs;
    return Math.max(0, sentAtMs + afterMs - nowMs);
  }

  /**
   * s since the cloud's clock showed `seconds`, at most: the answer may have been on its way for all the time since the
   * question, and the cloud leaves fractions out.
   */
  ageSeconds(seconds: number, nowMs: number): number {
    const { sentAtMs, cloudSeconds } = this.#answered!;
    return Math.ceil(cloudSeconds + 1 + (nowMs - sentAtMs) / 1000) - seconds;
  }
}
