import type { ClockPort } from "../../hal/ports/clock.js";
import { MAX_IN_FLIGHT } from "./limits.js";

/** What was learnt is kept for so long, ms; then the broker is believed once more. */
const KEPT_MS = 3_600_000;
/** No message of records is made shorter, bytes: with less, the box says what is wrong and goes on trying. */
const LEAST_BYTES = 512;
/** What ends with nothing taken may have ended for another reason: only so many sessions in a row tell. */
const STUCK_SESSIONS = 2;

/** A session's records that the cloud did not get: the longest message of them, and how many publishes waited for PUBACK. */
export interface Stuck {
  readonly longestBytes: number;
  readonly inFlight: number;
}

/**
 * What a broker takes, where that is less than it says: some drop a long message with or without PUBACK, some end the connection over it,
 * or over more publishes than they can hold. Nothing is lost by that, for the records are in the journal, but they would be sent again as
 * before, for ever. So they are sent in shorter messages, and fewer at a time.
 */
export class BrokerBounds {
  readonly #clock: ClockPort;
  #messageBytes: number | undefined;
  #inFlight = MAX_IN_FLIGHT;
  #learntAtMs: number | undefined;
  /** Since then the cloud has got records: that was it. */
  #isRight = false;
  #stuckSessions = 0;

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  /** Bytes that a message of records may have; undefined: nothing is known. */
  get messageBytes(): number | undefined {
    this.#forget();
    return this.#messageBytes;
  }

  /** Publishes that may wait for PUBACK. */
  get inFlight(): number {
    this.#forget();
    return this.#inFlight;
  }

  /** In words, with the way out; undefined: it takes what it says. */
  get lacks(): string | undefined {
    this.#forget();
    if (!this.#isRight) return undefined;
    if (this.#messageBytes !== undefined) return `loses messages over ${this.#messageBytes} bytes: raise its limit`;
    return `takes ${this.#inFlight} messages at once: raise its limit`;
  }

  /** The cloud has got records. */
  moved(): void {
    this.#stuckSessions = 0;
    this.#isRight = this.#learntAtMs !== undefined;
  }

  /** The cloud is there, and records that were sent in messages of so many bytes are not. */
  tooLong(longestBytes: number): void {
    // Whoever loses the shortest as well loses them for another reason.
    if (longestBytes <= LEAST_BYTES) this.#forgetAll();
    else this.#learn(Math.max(LEAST_BYTES, Math.floor(longestBytes / 2)), this.#inFlight);
  }

  /** The broker ended the connection over so many publishes. */
  tooMany(inFlight: number): void {
    const least = Math.max(1, Math.floor(Math.min(inFlight, this.#inFlight) / 2));
    this.#learn(this.#messageBytes, least);
  }

  /** A session ended otherwise than by this side's link, and the cloud had got nothing of what was sent in it. */
  stuck({ longestBytes, inFlight }: Stuck): void {
    if (++this.#stuckSessions < STUCK_SESSIONS) return;
    this.#stuckSessions = 0;
    this.tooMany(inFlight);
    this.tooLong(longestBytes);
  }

  #learn(messageBytes: number | undefined, inFlight: number): void {
    this.#messageBytes = messageBytes;
    this.#inFlight = inFlight;
    this.#isRight = false;
    this.#learntAtMs = this.#clock.monotonicMs();
  }

  #forget(): void {
    if (this.#learntAtMs !== undefined && this.#clock.monotonicMs() - this.#learntAtMs >= KEPT_MS) this.#forgetAll();
  }

  #forgetAll(): void {
    this.#learntAtMs = undefined;
    this.#isRight = false;
    this.#messageBytes = undefined;
    this.#inFlight = MAX_IN_FLIGHT;
  }
}
