import type { ClockPort } from "../../hal/ports/clock.js";
import type { Validity } from "../../hal/ports/network.js";

/**
 * After this, and then again after each such time, a certificate that the box's clock denies gets a chance: the clock could be the one that
 * is wrong, and would stay so for ever, as the right time comes over this very connection.
 */
const DOUBT_MS = 3_600_000;

/**
 * Decides when a broker's certificates are in date (PROTOCOL.md section 9). The socket has vouched for all else about them. A box without
 * a time goes on, and learns the time by the cloud's sealed answer: no broker can forge that one, whatever its certificate is worth.
 */
export class CertificateDates {
  readonly #clock: ClockPort;
  #doubtAtMs = DOUBT_MS;
  /** Why the clock denies the certificates of the present connection, which got a chance. */
  #denied: string | undefined;
  #failure: string | undefined;

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  /** Of the last connection, with the way out; undefined: its certificates were in date, as far as is known. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Why nothing is to be written over a connection with these certificates; undefined: go on. */
  beforeWriting(validity: Validity | undefined): string | undefined {
    const now = this.#clock.wallSeconds();
    this.#denied = undefined;
    if (now === undefined) return undefined;
    const failure = outOfDate(validity, now);
    if (failure !== undefined && this.#clock.monotonicMs() >= this.#doubtAtMs) {
      this.#doubtAtMs = this.#clock.monotonicMs() + DOUBT_MS;
      this.#denied = failure;
      return undefined;
    }
    this.#failure = failure;
    return failure;
  }

  /** No welcome came in time. Why the connection is to end: it got a chance, and the cloud did not bear its certificates out. */
  unanswered(): string | undefined {
    this.#failure = this.#denied ?? this.#failure;
    return this.#denied;
  }

  /** The cloud's own time came over it, sealed for this session: whether the connection may go on. */
  atWelcome(validity: Validity | undefined, seconds: number): string | undefined {
    this.#denied = undefined;
    this.#failure = outOfDate(validity, seconds);
    return this.#failure;
  }
}

/** Whole s from `now` until the certificates do not hold any more; without dates: for ever. */
export function secondsLeft(validity: Validity | undefined, now: number): number {
  return validity === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Math.ceil(validity.until - now) + 1);
}

function outOfDate(validity: Validity | undefined, now: number): string | undefined {
  if (validity === undefined) return undefined;
  if (now > validity.until) return `certificate ended ${day(validity.until)}: renew the broker's`;
  if (now < validity.from) return `certificate begins ${day(validity.from)}: look at the clocks`;
  return undefined;
}

function day(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 10);
}
