import type { ClockPort } from "../../hal/ports/clock.js";
import { FIRST_WINDOW_BYTES, FLAT_ROUNDS, MAX_OUTSTANDING_BATCHES, MAX_WINDOW_BYTES, WINDOW_GAIN } from "./limits.js";

interface Round {
  readonly beganMs: number;
  /** Bytes acknowledged by then. */
  readonly ackedBytes: number;
  /** With the ack of the batch whose last record this is; undefined until the first ack. */
  endsWith: number | undefined;
}

/**
 * How much may be on its way to the cloud without its ack (PROTOCOL.md section 4). It begins with a few batches and doubles for as long as
 * a doubling brings more through in a round trip: a long way needs as much as it holds, and more than that would only wait in the broker.
 * What is remembered of a batch takes ten bytes; its records are on flash.
 */
export class SendWindow {
  readonly #clock: ClockPort;
  /** A ring, the oldest at `#first`: last sequence number and bytes of each batch. */
  readonly #last = new Float64Array(MAX_OUTSTANDING_BATCHES);
  readonly #bytes = new Uint16Array(MAX_OUTSTANDING_BATCHES);
  #first = 0;
  #count = 0;
  #outBytes = 0;
  #limitBytes = FIRST_WINDOW_BYTES;
  #ackedBytes = 0;
  /** The round trip that is being measured; undefined: nothing is on its way. */
  #round: Round | undefined;
  /** In this round the window, and nothing else, kept something back. */
  #wasFull = false;
  /** Of any round so far, bytes/ms. */
  #best = 0;
  #flatRounds = 0;

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  /** Batches that wait for their ack, at most MAX_OUTSTANDING_BATCHES. */
  get batches(): number {
    return this.#count;
  }

  /** Bytes of them, at most MAX_WINDOW_BYTES and one batch. */
  get bytes(): number {
    return this.#outBytes;
  }

  /** Whether another batch may go out. */
  get hasRoom(): boolean {
    const has = this.#count < MAX_OUTSTANDING_BATCHES && this.#outBytes < this.#limitBytes;
    if (!has) this.#wasFull = true;
    return has;
  }

  /** A batch whose last record is `last` went out. */
  sent(last: number, bytes: number): void {
    const at = (this.#first + this.#count) % MAX_OUTSTANDING_BATCHES;
    this.#last[at] = last;
    this.#bytes[at] = bytes;
    this.#count++;
    this.#outBytes += bytes;
    this.#round ??= this.#newRound(undefined);
  }

  /** The cloud has every record through `through`. */
  acknowledged(through: number): void {
    const round = this.#round;
    // The first batches go out one by one: what was on its way when the first ack came is the round.
    if (round !== undefined) round.endsWith ??= this.#lastSent;
    while (this.#count > 0 && this.#last[this.#first]! <= through) {
      const bytes = this.#bytes[this.#first]!;
      this.#first = (this.#first + 1) % MAX_OUTSTANDING_BATCHES;
      this.#count--;
      this.#outBytes -= bytes;
      this.#ackedBytes += bytes;
    }
    if (round?.endsWith !== undefined && round.endsWith <= through) this.#endRound(round);
  }

  /** Nothing is on its way any more, and of the way nothing is known. */
  clear(): void {
    this.#count = 0;
    this.#outBytes = 0;
    this.#limitBytes = FIRST_WINDOW_BYTES;
    this.#round = undefined;
    this.#wasFull = false;
    this.#best = 0;
    this.#flatRounds = 0;
  }

  get #lastSent(): number | undefined {
    const at = (this.#first + this.#count - 1) % MAX_OUTSTANDING_BATCHES;
    return this.#count === 0 ? undefined : this.#last[at];
  }

  #newRound(endsWith: number | undefined): Round {
    return { beganMs: this.#clock.monotonicMs(), ackedBytes: this.#ackedBytes, endsWith };
  }

  #endRound({ beganMs, ackedBytes }: Round): void {
    const took = Math.max(1, this.#clock.monotonicMs() - beganMs);
    const rate = (this.#ackedBytes - ackedBytes) / took;
    // A round that lacked records, or room in the socket, says nothing about the window.
    if (this.#wasFull && this.#flatRounds < FLAT_ROUNDS) {
      if (rate >= WINDOW_GAIN * this.#best) {
        this.#best = rate;
        this.#flatRounds = 0;
        this.#limitBytes = Math.min(MAX_WINDOW_BYTES, 2 * this.#limitBytes);
      } else this.#flatRounds++;
    }
    this.#wasFull = false;
    const last = this.#lastSent;
    this.#round = last === undefined ? undefined : this.#newRound(last);
  }
}
