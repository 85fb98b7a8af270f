import type { TimersPort } from "../../hal/ports/clock.js";
import type { JournalStore } from "../journal/contract.js";
import type { Records } from "../wire/messages.js";
import { Deadline } from "../wiring/deadline.js";
import { type BatchRange, readBatch } from "./batch.js";
import { MAX_OUTSTANDING_BATCHES, RESEND_AFTER_MS, RESEND_ROUNDS } from "./limits.js";

export interface UplinkEvents {
  /** `nextBatch` may have something. */
  wantsToSend(): void;
  /** Sent again RESEND_ROUNDS times, and nothing was acknowledged. */
  unacknowledged(): void;
  /** The cloud's watermark moved; down when the cloud lost records. */
  acknowledged(through: number): void;
}

/**
 * Sends the journal in order and keeps track of what the cloud has of it (PROTOCOL.md section 4). In RAM there are the
 * ranges of at most four batches; whatever is sent again is read from flash again.
 */
export class Uplink {
  readonly #journal: JournalStore;
  readonly #events: UplinkEvents;
  /** Last record that the cloud has. */
  #acked = 0;
  /** Last record that was ever sent in this session; the cloud cannot have more. */
  #sentThrough = 0;
  #nextSeq = 1;
  #outstanding: BatchRange[] = [];
  #rounds = 0;
  readonly #resendDeadline: Deadline;
  #active = false;

  constructor(journal: JournalStore, timers: TimersPort, events: UplinkEvents) {
    this.#journal = journal;
    this.#resendDeadline = new Deadline(timers);
    this.#events = events;
  }

  /** Whether something was sent that the cloud has not acknowledged. */
  get outstanding(): boolean {
    return this.#acked < this.#sentThrough;
  }

  /** Batches that wait for the cloud, at most MAX_OUTSTANDING_BATCHES. */
  get outstandingBatches(): number {
    return this.#outstanding.length;
  }

  /** A welcome said that the cloud has every record through `acked`, at most the journal's last. */
  begin(acked: number): void {
    this.#active = true;
    this.#acked = acked;
    this.#sentThrough = acked;
    this.#rounds = 0;
    this.#rewind();
    this.#resendDeadline.clear();
  }

  end(): void {
    this.#active = false;
    this.#resendDeadline.clear();
  }

  /** The next batch, which the caller sends now; undefined when the window is full or there is nothing more. */
  nextBatch(): Records | undefined {
    if (!this.#active || this.#outstanding.length >= MAX_OUTSTANDING_BATCHES) return undefined;
    const batch = readBatch(this.#journal, this.#nextSeq);
    if (batch === undefined) return undefined;
    this.#outstanding.push(batch.range);
    this.#nextSeq = batch.range.last + 1;
    this.#sentThrough = Math.max(this.#sentThrough, batch.range.last);
    this.#resendDeadline.setOnce(RESEND_AFTER_MS, () => this.#resend());
    return batch.body;
  }

  /** Takes the cloud's cumulative ack. False: it claims what was never sent, and nothing was done. */
  take(through: number): boolean {
    if (!this.#active || through > this.#sentThrough) return false;
    if (through === this.#acked) return true;
    const before = this.#acked;
    this.#acked = through;
    if (through < before) {
      this.#rewind();
    } else {
      this.#rounds = 0;
      this.#outstanding = this.#outstanding.filter((range) => range.last > through);
      this.#nextSeq = Math.max(this.#nextSeq, through + 1);
      this.#resendDeadline.clear();
    }
    if (this.outstanding) this.#resendDeadline.setOnce(RESEND_AFTER_MS, () => this.#resend());
    this.#events.acknowledged(through);
    this.#events.wantsToSend();
    return true;
  }

  #rewind(): void {
    this.#outstanding = [];
    this.#nextSeq = this.#acked + 1;
  }

  #resend(): void {
    if (this.#rounds >= RESEND_ROUNDS) {
      this.#events.unacknowledged();
      return;
    }
    this.#rounds++;
    this.#rewind();
    // Set here and not at sending: a socket that takes nothing must not stop the rounds.
    this.#resendDeadline.set(RESEND_AFTER_MS, () => this.#resend());
    this.#events.wantsToSend();
  }
}
