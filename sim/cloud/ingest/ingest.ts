import { binNamedIn, decodeRecord, RecordError } from "../../../firmware/records/codec.js";
import type { Records } from "../../../firmware/wire/messages.js";
import { bytesToHex } from "../domain.js";
import type { EpochState } from "../state.js";
import type { CloudStore } from "../store.js";
import { ExchangeLog } from "./exchange-log.js";

/**
 * Takes batches of journal records (PROTOCOL.md section 4): each record of a box and epoch has its effect exactly once and in
 * order, however often and in whatever order batches come. Nothing is durable, and nothing may be acknowledged, before
 * `store.commit()` returned.
 */
export class Ingest {
  readonly log: ExchangeLog;
  readonly #store: CloudStore;

  constructor(store: CloudStore) {
    this.#store = store;
    this.log = new ExchangeLog(store);
  }

  /** Last sequence number of `epoch` that is here without a break; 0: none. */
  through(box: string, epoch: string): number {
    return this.#store.boxState(box).epochs[epoch]?.through ?? 0;
  }

  /**
   * The box keeps the journal `epoch`. Answers whether it lost another one: with it went all that it had not told. To be called before
   * a snapshot is made for it.
   */
  keeps(box: string, epoch: string): boolean {
    const { epochs } = this.#store.boxState(box);
    const isNew = epochs[epoch] === undefined;
    const hadOther = Object.keys(epochs).length > 0;
    if (isNew) epochs[epoch] = { through: 0 };
    if (!isNew || !hadOther) return false;
    this.log.lostJournal(box, epoch);
    return true;
  }

  /** What of `batch` was new; 0 for a repeated batch and for one that comes too early. */
  take(box: string, batch: Records): number {
    const epoch = bytesToHex(batch.epoch);
    const through = this.through(box, epoch);
    const last = batch.first + batch.records.length - 1;
    if (batch.first < 1 || last <= through || !Number.isSafeInteger(last)) return 0;
    if (batch.first > through + 1 && !reachesBack(batch, through)) return 0;

    this.keeps(box, epoch);
    const state = this.#store.boxState(box).epochs[epoch]!;
    this.#store.touch();
    if (batch.first > through + 1) {
      const from = through + 1;
      const gap = { box, epoch, from, through: batch.first - 1, count: batch.first - from };
      this.log.gap(gap);
      state.through = gap.through;
    }
    const skip = state.through + 1 - batch.first;
    for (const bytes of batch.records.slice(skip)) {
      const seq = state.through + 1;
      this.#take({ box, epoch, seq }, bytes, state);
      state.through = seq;
    }
    return batch.records.length - skip;
  }

  #take(source: { box: string; epoch: string; seq: number }, bytes: Uint8Array, state: EpochState): void {
    let record: ReturnType<typeof decodeRecord>;
    try {
      record = decodeRecord(bytes);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      this.log.undecodable(source, bytesToHex(bytes), error.message, binNamedIn(bytes));
      return;
    }
    this.log.record(source, record, state);
  }
}

/** Whether the box says that everything between what is here and the batch is gone. */
function reachesBack({ gapFrom, first }: Records, through: number): boolean {
  return gapFrom !== undefined && gapFrom < first && gapFrom <= through + 1;
}
