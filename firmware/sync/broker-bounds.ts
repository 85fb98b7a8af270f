import type { ClockPort } from "../../hal/ports/clock.js";
import { MAX_IN_FLIGHT } from "./limits.js";

/** What was learnt twice is kept for so long, ms; then the broker is believed once more. */
const KEPT_MS = 3_600_000;
/** What was learnt once and is right, ms: a broker that held everything back and then let go looks the same until long messages are tried again. */
const ONCE_KEPT_MS = 60_000;
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
  /** Or since when it is right. */
  #learntAtMs: number | undefined;
  /** Since then the cloud has got records. */
  #isRight = false;
  /** The broker said so, or it is learnt for the second time within an hour: that was it. */
  #isSure = false;
  /** What was right, and forgotten at that time. */
  #before: Readonly<{ messageBytes: number | undefined; inFlight: number; atMs: number }> | undefined;
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
    if (!this.#isRight || !this.#isSure) return undefined;
    if (this.#messageBytes !== undefined) return `loses messages over ${this.#messageBytes} bytes: raise its limit`;
    return `takes ${this.#inFlight} messages at once: raise its limit`;
  }

  /** The cloud has got records. */
  moved(): void {
    this.#stuckSessions = 0;
    if (this.#learntAtMs === undefined || this.#isRight) return;
    this.#isRight = true;
    this.#learntAtMs = this.#clock.monotonicMs();
  }

  /** The cloud is there, and records that were sent in messages of so many bytes are not. `isTold`: the broker says itself why. */
  tooLong(longestBytes: number, isTold = false): void {
    this.#learnAll(longestBytes, this.#inFlight, isTold);
  }

  /** The broker ended the connection over so many publishes; `isTold` as above. */
  tooMany(inFlight: number, isTold = false): void {
    this.#learn(this.#messageBytes, this.#halfOf(inFlight), isTold);
  }

  /** A session ended otherwise than by this side's link, and the cloud had got nothing of what was sent in it. */
  stuck({ longestBytes, inFlight }: Stuck): void {
    if (++this.#stuckSessions < STUCK_SESSIONS) return;
    this.#stuckSessions = 0;
    this.#learnAll(longestBytes, this.#halfOf(inFlight), false);
  }

  #halfOf(inFlight: number): number {
    return Math.max(1, Math.floor(Math.min(inFlight, this.#inFlight) / 2));
  }

  #learnAll(longestBytes: number, inFlight: number, isTold: boolean): void {
    // Whoever loses the shortest as well loses them for another reason.
    if (longestBytes <= LEAST_BYTES) this.#forgetAll();
    else this.#learn(Math.max(LEAST_BYTES, Math.floor(longestBytes / 2)), inFlight, isTold);
  }

  #learn(messageBytes: number | undefined, inFlight: number, isTold: boolean): void {
    const now = this.#clock.monotonicMs();
    const before = this.#before;
    this.#before = undefined;
    // What was remembered is lost as well: it is not that bound, or nothing gets through at all.
    if (isTold || !this.#isRight) this.#isSure = isTold;
    if (!isTold && before !== undefined && now - before.atMs < KEPT_MS) {
      this.#isSure = true;
      this.#messageBytes = before.messageBytes;
      this.#inFlight = before.inFlight;
    } else {
      this.#messageBytes = messageBytes;
      this.#inFlight = inFlight;
    }
    this.#isRight = false;
    this.#learntAtMs = now;
  }

  #forget(): void {
    if (this.#learntAtMs === undefined) return;
    const now = this.#clock.monotonicMs();
    if (now - this.#learntAtMs < (this.#isRight && !this.#isSure ? ONCE_KEPT_MS : KEPT_MS)) return;
    if (this.#isRight) this.#before = { messageBytes: this.#messageBytes, inFlight: this.#inFlight, atMs: now };
    this.#forgetAll();
  }

  #forgetAll(): void {
    this.#learntAtMs = undefined;
    this.#isRight = false;
    this.#isSure = false;
    this.#messageBytes = undefined;
    this.#inFlight = MAX_IN_FLIGHT;
  }
}
