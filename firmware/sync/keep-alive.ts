import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from "./limits.js";

/** Nobody is asked more often than this, ms: a connection that bears no more silence is of no use anyhow. */
const LEAST_MS = 10_000;
/** Of the silence that somebody on the way bears. */
const SHARE = 0.75;
/** Two silences that differ by less than this share are the same limit. */
const LIKENESS = 0.1;
/** Connections in a row that end with a ping that nobody answers. */
const LOST_PINGS = 3;
/** A connection that lasts for so many intervals shows that the interval is good. */
const GOOD_INTERVALS = 20;
/** What was learnt is forgotten after a day, ms: routers and brokers are changed. */
const KEPT_MS = 86_400_000;

/** How a connection went that the broker had taken. */
export interface Course {
  readonly lastedMs: number;
  /** ms for which the box had said nothing at its end. */
  readonly silentMs: number;
  /** The far end ended it. */
  readonly isFarEnd: boolean;
  /** A ping was not answered. */
  readonly isPingLost: boolean;
}

/**
 * How often the box pings. Brokers and routers on the way end what is silent for longer than they bear, and do not say how long that is.
 * Twice the same silence before the far end's close is such a limit; so is a silence after which ping upon ping gets no answer.
 */
export class KeepAlive {
  #intervalMs = PING_INTERVAL_MS;
  #learntAtMs: number | undefined;
  #silentMs: number | undefined;
  #lostPings = 0;

  /** ms between two pings of the next connection. */
  at(nowMs: number): number {
    if (this.#learntAtMs !== undefined && nowMs - this.#learntAtMs >= KEPT_MS) {
      this.#learntAtMs = undefined;
      this.#intervalMs = PING_INTERVAL_MS;
    }
    return this.#intervalMs;
  }

  ended({ lastedMs, silentMs, isFarEnd, isPingLost }: Course, nowMs: number): void {
    const before = this.#silentMs;
    this.#silentMs = undefined;
    this.#lostPings = isPingLost && lastedMs < GOOD_INTERVALS * this.#intervalMs ? this.#lostPings + 1 : 0;
    if (this.#lostPings >= LOST_PINGS) this.#learn(this.#intervalMs / 2, nowMs);
    // What ends sooner, or while a ping is out, ends for another reason.
    if (!isFarEnd || silentMs < LEAST_MS || silentMs > PING_INTERVAL_MS + PING_TIMEOUT_MS) return;
    if (before !== undefined && Math.abs(before - silentMs) <= LIKENESS * silentMs) {
      this.#learn(SHARE * Math.min(before, silentMs), nowMs);
    } else this.#silentMs = silentMs;
  }

  #learn(intervalMs: number, nowMs: number): void {
    this.#lostPings = 0;
    this.#intervalMs = Math.max(LEAST_MS, Math.floor(Math.min(intervalMs, this.#intervalMs)));
    this.#learntAtMs = nowMs;
  }
}
