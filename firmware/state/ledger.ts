import { type ClockPort, ClockQuality } from "../../hal/ports/clock.js";
import { EntropyError } from "../../hal/ports/entropy.js";
import type { GaugePort, MainsPort } from "../../hal/ports/power.js";
import {
  admits,
  JournalFaultError,
  JournalFullError,
  type JournalOwner,
  type JournalPartition,
  type JournalStore,
  type Rank,
} from "../journal/contract.js";
import { binNamedIn, decodeRecord, encodeRecord, RecordError } from "../records/codec.js";
import { type Body, Flag, GapReason, Kind, type Rec } from "../records/records.js";
import { type BoxState, emptyState } from "./box-state.js";
import { applyCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import { plausibleReading } from "./gauge-reading.js";
import { applyRecord, applyUnknown, doubtAll } from "./reducer.js";

/** Why a record could not be written; `reason` is one of the panel's refusals. Nothing may be opened then. */
export class WriteRefused extends Error {
  readonly reason: "journal-full" | "journal-fault" | "battery-empty";
  constructor(reason: WriteRefused["reason"], cause: string) {
    super(cause);
    this.reason = reason;
  }
}

export interface LedgerNeeds {
  readonly clock: ClockPort;
  readonly gauge: GaugePort;
  readonly mains: MainsPort;
  /** Below this cell voltage, on battery, nothing is written: a brown-out in a program tears it. */
  readonly brownOutMillivolts: number;
  readonly partition: JournalPartition;
}

/** Acknowledgements travel in checkpoints too: a record of their own every so often only saves resending. */
const ACK_RECORD_EVERY = 256;

export interface LedgerListener {
  recordsAdded(): void;
}

/**
 * The only way to change the box's state: a record is stamped, written to the journal, and then taken into account by the same
 * reducer that rebuilds the state at boot.
 */
export class Ledger implements JournalOwner {
  readonly state: BoxState = emptyState();
  readonly journal: JournalStore;
  /** Whether there is a session with the cloud: records written without one carry the offline mark. */
  online = false;
  /** A record of this boot was refused because the cell is nearly empty. */
  brownedOut = false;
  /** Told after each record. */
  listener: LedgerListener | undefined;
  readonly #needs: LedgerNeeds;
  /** The last record that is taken into account. */
  #last: number;
  /** Records that damage took, and of which the cloud has not been told. */
  #lost = 0;
  /** Records that boot could not make sense of. */
  #undecodable = 0;
  /** Notes that were dropped and that no gap marker tells of yet. */
  #unmarked = 0;
  /** A run of dropped notes has its first marker. */
  #isRunMarked = false;
  #ackRecorded = 0;

  constructor(needs: LedgerNeeds) {
    this.#needs = needs;
    this.journal = needs.partition.mount(this);
    this.#replayJournal();
    this.#last = this.journal.nextSeq - 1;
    this.#ackRecorded = this.state.acked;
    this.journal.acknowledge(this.state.acked);
  }

  /** `JournalOwner`. */
  checkpoint(): Iterable<Uint8Array> {
    return encodeCheckpoint(this.state);
  }

  get undecodable(): number {
    return this.#undecodable;
  }

  /** Durable when it returns. Throws WriteRefused. */
  write(body: Body, rank: Rank): number {
    this.#refuseInBrownOut();
    const record = { ...body, ...this.#stamp() };
    let seq: number;
    try {
      seq = this.journal.append(encodeRecord(record), rank);
    } catch (error) {
      if (error instanceof JournalFullError) throw new WriteRefused("journal-full", error.message);
      // A journal without an epoch cannot begin where there is no entropy to draw one from.
      if (error instanceof JournalFaultError || error instanceof EntropyError)
        throw new WriteRefused("journal-fault", error.message);
      throw error;
    }
    this.#take(seq, record);
    this.listener?.recordsAdded();
    return seq;
  }

  #take(seq: number, record: Rec): void {
    applyRecord(this.state, seq, record);
    this.#last = seq;
    if (record.kind === Kind.gap && record.reason === GapReason.recordsLost) this.#lost = 0;
  }

  /** What they told nobody knows: somebody may have hung a key in any bin. */
  #lose(through: number, count: number): void {
    doubtAll(this.state, through);
    this.#last = through;
    this.#lost += count;
  }

  /** The cloud, which may have them, is to say anew what it believes of the bins. */
  tellLost(): void {
    if (this.#lost > 0) this.note({ kind: Kind.gap, reason: GapReason.recordsLost, count: this.#lost }, "vital");
  }

  /** Writes what nothing depends on where there is room for it, and counts it where there is not. */
  note(body: Body, rank: Rank = "diagnostic"): void {
    if (this.#unmarked > 0 && this.journal.room === "all") this.#markGap();
    try {
      this.write(body, rank);
      if (rank === "diagnostic") this.#isRunMarked = false;
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      this.#unmarked++;
      // The first of a run leaves its marker at once, in case this boot does not live to see room again.
      if (!this.#isRunMarked) this.#isRunMarked = this.#markGap();
    }
  }

  /** The cloud has every record through `seq`. Lower than before: the cloud lost some, and gets what is still here again. */
  acknowledge(seq: number): void {
    this.state.acked = seq;
    this.journal.acknowledge(seq);
    // The cloud has more than this journal, which goes on behind that: its end was damaged.
    const last = this.journal.nextSeq - 1;
    if (last > this.#last) {
      this.#lose(last, last - this.#last);
      this.tellLost();
    }
    if (seq - this.#ackRecorded >= ACK_RECORD_EVERY) this.recordAck();
  }

  /** Before sleep: so that the next boot does not send again what the cloud has. */
  recordAck(): void {
    if (this.#ackRecorded === this.state.acked) return;
    this.#ackRecorded = this.state.acked;
    this.note({ kind: Kind.ack, through: this.state.acked });
  }

  /** Why a record of this rank could not be written now; undefined: it could. */
  refusal(rank: Rank): WriteRefused["reason"] | undefined {
    if (this.#brownOut()) return "battery-empty";
    return admits(this.journal.room, rank) ? undefined : "journal-full";
  }

  #replayJournal(): void {
    let foreignPieces = 0;
    const doubtForeign = (seq: number) => {
      if (foreignPieces > 0) doubtAll(this.state, seq);
      this.#undecodable += foreignPieces;
      foreignPieces = 0;
    };
    this.journal.replay({
      checkpoint: (piece) => {
        if (!applyCheckpoint(this.state, piece)) foreignPieces++;
      },
      record: (seq, payload) => {
        doubtForeign(seq - 1);
        this.#replay(seq, payload);
      },
      missing: (through, count) => this.#lose(through, count),
    });
    doubtForeign(this.journal.nextSeq - 1);
  }

  #replay(seq: number, payload: Uint8Array): void {
    try {
      this.#take(seq, decodeRecord(payload));
    } catch (error) {
      // Written by a later firmware: it stays in the journal for the cloud, and this one cannot act on it.
      if (!(error instanceof RecordError)) throw error;
      this.#undecodable++;
      const bin = binNamedIn(payload);
      if (bin !== undefined) applyUnknown(this.state, seq, bin);
    }
  }

  #stamp(): { at: number; flags: number } {
    const { clock, mains } = this.#needs;
    const wall = clock.wallSeconds();
    const flags =
      (this.online ? 0 : Flag.offline) |
      (wall === undefined ? 0 : Flag.wallTime) |
      (clock.quality() === ClockQuality.synced ? Flag.synced : 0) |
      (mains.present() ? 0 : Flag.onBattery);
    return { at: wall ?? Math.floor(clock.monotonicMs() / 1000), flags };
  }

  #brownOut(): boolean {
    if (this.#needs.mains.present()) return false;
    const reading = plausibleReading(this.#needs.gauge);
    return reading !== undefined && reading.millivolts < this.#needs.brownOutMillivolts;
  }

  #refuseInBrownOut(): void {
    if (this.#brownOut()) {
      this.brownedOut = true;
      throw new WriteRefused("battery-empty", `cell below ${this.#needs.brownOutMillivolts} mV: not writing to flash`);
    }
  }

  /** False: nothing can be written at all; the count stays in RAM, and the sequence numbers have no gap. */
  #markGap(): boolean {
    try {
      this.write({ kind: Kind.gap, reason: GapReason.diagnosticsSuspended, count: this.#unmarked }, "vital");
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return false;
    }
    this.#unmarked = 0;
    return true;
  }
}
