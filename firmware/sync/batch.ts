import type { JournalStore } from "../journal/contract.js";
import { MAX_BATCH_BYTES, MAX_BATCH_RECORDS, type Records } from "../wire/messages.js";

/** Sequence numbers of the first and the last record of a batch. */
export interface BatchRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads the batch that follows record `fromSeq - 1` from flash; undefined when there is nothing (readable) left. Where the
 * journal no longer has `fromSeq`, the batch says from where on records are missing.
 */
export function readBatch(
  journal: JournalStore,
  fromSeq: number,
): { readonly range: BatchRange; readonly body: Records } | undefined {
  const { epoch, nextSeq } = journal;
  if (epoch === undefined || fromSeq >= nextSeq) return undefined;
  const cursor = journal.read(fromSeq);
  const records: Uint8Array[] = [];
  let first = fromSeq;
  let totalBytes = 0;
  while (records.length < MAX_BATCH_RECORDS) {
    const record = cursor.next();
    if (record === undefined || record.seq >= nextSeq) break;
    if (records.length === 0) first = record.seq;
    // Records that recovery could not read leave a hole; what follows it starts a batch of its own, with `gapFrom`.
    if (record.seq !== first + records.length) break;
    if (totalBytes + record.payload.length > MAX_BATCH_BYTES) break;
    records.push(record.payload);
    totalBytes += record.payload.length;
  }
  if (records.length === 0) return undefined;
  return {
    range: { first, last: first + records.length - 1 },
    body: { epoch, first, records, gapFrom: first > fromSeq ? fromSeq : undefined },
  };
}
