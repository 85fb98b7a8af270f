import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import type { JournalStore } from "../journal/contract.js";
import { MAX_BATCH_RECORDS, OLD_BATCH_RECORDS } from "../wire/messages.js";
import { Deadline } from "../wiring/deadline.js";
import { type Batch, BatchReader } from "./batch.js";
import type { BrokerBounds } from "./broker-bounds.js";
import { RESEND_AFTER_MS, RESEND_ROUNDS, STALLED_MS } from "./limits.js";
import { SendWindow } from "./send-window.js";

/** What was lost once may have been lost with a cloud that was restarted, and the cloud asks for it again. */
const LOSSES = 1;

/** What the uplink asks of its session, and tells it. */
export interface UplinkHost {
  /** `nextBatch` may have something. */
  wantsToSend(): void;
  /** Nothing was acknowledged for RESEND_AFTER_MS: whoever is there may know nothing of this session. `begin` follows when it does. */
  unanswered(): void;
  /** Sent again RESEND_ROUNDS times, and nothing was acknowledged. */
  unacknowledged(): void;
  /** The cloud's watermark moved; down when the cloud lost records. */
  acknowledged(through: number): void;
}

export interface UplinkNeeds {
  readonly journal: JournalStore;
  readonly clock: ClockPort;
  readonly timers: TimersPort;
  readonly bounds: BrokerBounds;
  readonly host: UplinkHost;
}

/**
 * Sends the journal in order and keeps track of what the cloud has of it (PROTOCOL.md section 4). What is on its way is not kept in RAM:
 * whatever is sent again is read from flash again.
 */
export class Uplink {
  readonly #host: UplinkHost;
  readonly #clock: ClockPort;
  readonly #reader: BatchReader;
  readonly #window: SendWindow;
  readonly #bounds: BrokerBounds;
  /** Records that the cloud takes in a batch. */
  #batchRecords = OLD_BATCH_RECORDS;
  /** Last record that the cloud has. */
  #acked = 0;
  /** Last record that was ever sent in this session; the cloud cannot have more. */
  #sentThrough = 0;
  #rounds = 0;
  /** Of the messages that were sent since the cloud last acknowledged something. */
  #longestBytes = 0;
  #hasMoved = false;
  /** When the cloud last said something of what is outstanding, or nothing was, monotonic ms. */
  #movedAtMs = 0;
  readonly #resendDeadline: Deadline;
  #active = false;

  constructor({ journal, clock, timers, bounds, host }: UplinkNeeds) {
    this.#host = host;
    this.#clock = clock;
    this.#bounds = bounds;
    this.#reader = new BatchReader(journal);
    this.#window = new SendWindow(clock);
    this.#resendDeadline = new Deadline(timers);
  }

  /** Whether something was sent that the cloud has not acknowledged. */
  get outstanding(): boolean {
    return this.#acked < this.#sentThrough;
  }

  /** Whether what is outstanding has waited for STALLED_MS, and nothing of it was acknowledged meanwhile. */
  get stalled(): boolean {
    return this.outstanding && this.#clock.monotonicMs() - this.#movedAtMs >= STALLED_MS;
  }

  /** Bytes of the longest message of this session, where the cloud has got nothing of what was sent; otherwise undefined. */
  get stuckBytes(): number | undefined {
    return this.outstanding && !this.#hasMoved ? this.#longestBytes : undefined;
  }

  /** What waits for the cloud: batches, and the bytes of their messages. */
  get load(): { readonly batches: number; readonly bytes: number } {
    return this.#window;
  }

  /**
   * A welcome said that the cloud has every record through `acked`, at most the journal's last, and takes `batchRecords` records in a batch;
   * undefined: it is an older cloud.
   */
  begin(acked: number, batchRecords: number | undefined): void {
    this.#active = true;
    this.#batchRecords = Math.max(1, Math.min(batchRecords ?? OLD_BATCH_RECORDS, MAX_BATCH_RECORDS));
    // A cloud that welcomes and never acknowledges is not asked for ever.
    if (acked !== this.#acked) this.#rounds = 0;
    else if (this.#rounds > LOSSES) this.#bounds.tooLong(this.#longestBytes);
    this.#acked = acked;
    this.#sentThrough = acked;
    this.#rewind();
    this.#resendDeadline.clear();
  }

  end(): void {
    this.#active = false;
    this.#resendDeadline.clear();
  }

  /**
   * The next batch, which the caller sends now, of at most `messageBytes` unless a single record is longer; undefined when the window is
   * full or there is nothing more.
   */
  nextBatch(messageBytes: number | undefined): Batch | undefined {
    if (!this.#active || !this.#window.hasRoom) return undefined;
    const most = Math.min(
      messageBytes ?? Number.MAX_SAFE_INTEGER,
      this.#bounds.messageBytes ?? Number.MAX_SAFE_INTEGER,
    );
    const batch = this.#reader.next(this.#batchRecords, most);
    if (batch === undefined) return undefined;
    this.#longestBytes = Math.max(this.#longestBytes, batch.message.length);
    this.#window.sent(batch.last, batch.message.length);
    if (!this.outstanding) this.#movedAtMs = this.#clock.monotonicMs();
    this.#sentThrough = Math.max(this.#sentThrough, batch.last);
    this.#resendDeadline.setOnce(RESEND_AFTER_MS, () => this.#resend());
    return batch;
  }

  /** Takes the cloud's cumulative ack. False: it claims what was never sent, and nothing was done. */
  take(through: number): boolean {
    if (!this.#active || through > this.#sentThrough) return false;
    if (through === this.#acked) return true;
    const before = this.#acked;
    this.#acked = through;
    this.#movedAtMs = this.#clock.monotonicMs();
    if (through < before) {
      this.#rewind();
    } else {
      this.#rounds = 0;
      this.#longestBytes = 0;
      this.#hasMoved = true;
      this.#bounds.moved();
      this.#window.acknowledged(through);
      if (this.#reader.nextSeq <= through) this.#reader.seek(through + 1);
      this.#resendDeadline.clear();
    }
    if (this.outstanding) this.#resendDeadline.setOnce(RESEND_AFTER_MS, () => this.#resend());
    this.#host.acknowledged(through);
    this.#host.wantsToSend();
    return true;
  }

  #rewind(): void {
    this.#window.clear();
    this.#reader.seek(this.#acked + 1);
  }

  #resend(): void {
    if (this.#rounds >= RESEND_ROUNDS) {
      this.#host.unacknowledged();
      return;
    }
    this.#rounds++;
    this.#rewind();
    // Set here and not at sending: a socket that takes nothing must not stop the rounds.
    this.#resendDeadline.set(RESEND_AFTER_MS, () => this.#resend());
    this.#host.unanswered();
  }
}
