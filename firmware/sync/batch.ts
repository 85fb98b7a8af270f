import type { JournalCursor, JournalStore } from "../journal/contract.js";
import { ENVELOPE_OVERHEAD } from "../wire/envelope.js";
import { KEYS } from "../wire/keys.js";
import { Lane } from "../wire/lanes.js";
import { MapWriter } from "../wire/map-writer.js";
import { MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_RECORD_BYTES } from "../wire/messages.js";
import { bodyBytesWithin, paddedBytes, padInPlace } from "../wire/padding.js";

/** A `records` message, ready to be sealed where it stands. */
export interface Batch {
  /** Sequence numbers of the first and the last record. */
  readonly first: number;
  readonly last: number;
  /** Records before `first` are missing, from this one on; undefined: none. */
  readonly gapFrom: number | undefined;
  /** ENVELOPE_OVERHEAD zeros and then the body, filled up to a size on the wire. */
  readonly message: Uint8Array;
}

/** Bytes of a body besides its records, at most: heads, keys, epoch, two float64. */
const BODY_HEAD_BYTES = 40;
/** Bytes of the head of a record's byte string, at most. */
const RECORD_HEAD_BYTES = 2;
const MAX_RECORDS_BYTES = MAX_BATCH_BYTES + MAX_BATCH_RECORDS * RECORD_HEAD_BYTES;

interface Found {
  readonly seq: number;
  readonly payload: Uint8Array;
}

/** Bytes of `gapFrom`, at most; it follows the records. */
const GAP_FROM_BYTES = 12;

/**
 * Reads the journal batch by batch, each record once, straight into the message that takes it to the cloud: of a record there is one copy in
 * RAM at a time besides that, however many are sent.
 */
export class BatchReader {
  readonly #journal: JournalStore;
  #nextSeq = 1;
  #cursor: JournalCursor | undefined;
  /** Read already, and first in the next batch. */
  #ahead: Found | undefined;

  constructor(journal: JournalStore) {
    this.#journal = journal;
  }

  /** The next batch begins with record `seq`. */
  seek(seq: number): void {
    if (seq === this.#nextSeq) return;
    this.#nextSeq = seq;
    this.#cursor = undefined;
    this.#ahead = undefined;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /**
   * The batch of at most `most` records, in a message of at most `messageBytes` unless a single record is longer, that comes next; undefined when there is nothing (readable) left. Where the journal no longer has
   * what should come, the batch says from where on records are missing.
   */
  next(most: number, messageBytes = Number.MAX_SAFE_INTEGER): Batch | undefined {
    const { epoch, nextSeq } = this.#journal;
    const from = this.#nextSeq;
    const head = epoch === undefined || from >= nextSeq ? undefined : this.#record();
    if (epoch === undefined || head === undefined) return undefined;
    const first = head.seq;
    const gapFrom = first > from ? from : undefined;
    const message = new Uint8Array(roomFor(nextSeq - first));
    const writer = new MapWriter(message.subarray(ENVELOPE_OVERHEAD), gapFrom === undefined ? 3 : 4);
    writer.key(KEYS.epoch);
    writer.bytes(epoch);
    writer.key(KEYS.first);
    writer.whole(first);
    writer.key(KEYS.records);
    const count = this.#writeRecords(
      head,
      writer,
      most,
      bodyBytesWithin(messageBytes - ENVELOPE_OVERHEAD) - GAP_FROM_BYTES,
    );
    if (gapFrom !== undefined) {
      writer.key(KEYS.gapFrom);
      writer.whole(gapFrom);
    }
    this.#nextSeq = first + count;
    const size = paddedBytes(Lane.records, writer.at);
    const sized = message.subarray(0, ENVELOPE_OVERHEAD + size);
    padInPlace(sized.subarray(ENVELOPE_OVERHEAD), writer.at);
    return { first, last: first + count - 1, gapFrom, message: sized };
  }

  /** Records from `head` on without a break, until the body has `bodyBytes`. Answers how many. */
  #writeRecords(head: Found, writer: MapWriter, most: number, bodyBytes: number): number {
    const tellLength = writer.array();
    let count = 0;
    let bytes = 0;
    for (let record: Found | undefined = head; record !== undefined; record = this.#record()) {
      const { seq, payload } = record;
      // Records that recovery could not read leave a hole; what follows it starts a batch of its own, with `gapFrom`.
      const isFull =
        bytes + payload.length > MAX_BATCH_BYTES || writer.at + RECORD_HEAD_BYTES + payload.length > bodyBytes;
      if (count === most || seq !== head.seq + count || (isFull && count > 0)) {
        this.#ahead = record;
        break;
      }
      writer.bytes(payload);
      count++;
      bytes += payload.length;
    }
    tellLength(count);
    return count;
  }

  #record(): Found | undefined {
    this.#cursor ??= this.#journal.read(this.#nextSeq);
    const record = this.#ahead ?? this.#cursor.next();
    const isThere = record !== undefined && record.seq < this.#journal.nextSeq;
    this.#ahead = isThere ? undefined : record;
    return isThere ? record : undefined;
  }
}

/** Bytes of the longest message that `records` records may take. */
function roomFor(records: number): number {
  const most = Math.min(records * (RECORD_HEAD_BYTES + MAX_RECORD_BYTES), MAX_RECORDS_BYTES);
  return ENVELOPE_OVERHEAD + paddedBytes(Lane.records, BODY_HEAD_BYTES + most);
}
