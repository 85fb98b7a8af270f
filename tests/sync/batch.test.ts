import { describe, expect, it } from "vitest";
import { type Batch, BatchReader } from "../../firmware/sync/batch.js";
import { ENVELOPE_OVERHEAD, openEnvelope, seal, sealInPlace } from "../../firmware/wire/envelope.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { MAX_BATCH_BYTES, MAX_BATCH_RECORDS, Records } from "../../firmware/wire/messages.js";
import { padded } from "../../firmware/wire/padding.js";
import { FakeJournal, numbered } from "./support/fake-journal.js";

const bodyOf = ({ message }: Batch) => message.subarray(ENVELOPE_OVERHEAD);

function filled(count: number, sizeBytes = 32): { journal: FakeJournal; reader: BatchReader } {
  const journal = new FakeJournal();
  journal.fill(count, sizeBytes);
  return { journal, reader: new BatchReader(journal) };
}

describe("a batch", () => {
  it("has the records in order, each read once, and 35.6 bytes a record of 32 with its publish", () => {
    const { journal, reader } = filled(1_000);
    let next = 1;
    let bytes = 0;
    for (let batch = reader.next(128); batch !== undefined; batch = reader.next(128)) {
      const { first, records, gapFrom } = Records.decode(bodyOf(batch));
      expect([first, gapFrom, batch.last]).toEqual([next, undefined, next + records.length - 1]);
      for (const record of records) expect(record).toEqual(numbered(next++, 32));
      // Its topic, and the head of a publish.
      bytes += batch.message.length + 35;
    }
    expect(next).toBe(1_001);
    expect(journal.reads).toBe(1_000);
    expect(bytes / 1_000).toBeLessThan(35.8);
  });

  it("has at most as many records as asked for, and 3,072 bytes of them", () => {
    const { reader } = filled(500, 14);
    expect(Records.decode(bodyOf(reader.next(64)!)).records).toHaveLength(64);
    expect(Records.decode(bodyOf(reader.next(MAX_BATCH_RECORDS)!)).records).toHaveLength(MAX_BATCH_RECORDS);
    const { reader: long } = filled(40, 240);
    expect(Records.decode(bodyOf(long.next(128)!)).records).toHaveLength(MAX_BATCH_BYTES / 240 - 0.8);
  });

  it("is as long on the wire as any body of its size, and no longer in RAM than one record needs", () => {
    for (const sizeBytes of [4, 17, 32, 150, 240]) {
      const { journal, reader } = filled(1, sizeBytes);
      const batch = reader.next(64)!;
      const records = [numbered(1, sizeBytes)];
      const encoded = Records.encode({ epoch: journal.epoch!, first: 1, records });
      expect(bodyOf(batch).length).toBe(padded(Lane.records, encoded).length);
      expect(batch.message.buffer.byteLength).toBeLessThan(512);
    }
  });

  it("says from where on records are missing", () => {
    const { journal, reader } = filled(20);
    journal.missing.add(6);
    journal.missing.add(7);
    reader.seek(3);
    const before = Records.decode(bodyOf(reader.next(64)!));
    expect([before.first, before.gapFrom, before.records.length]).toEqual([3, undefined, 3]);
    const behind = Records.decode(bodyOf(reader.next(64)!));
    expect([behind.first, behind.gapFrom, behind.records.length]).toEqual([8, 6, 13]);
    expect(reader.next(64)).toBeUndefined();
    journal.fill(1);
    expect(Records.decode(bodyOf(reader.next(64)!)).first).toBe(21);
  });

  it("tells numbers beyond 32 bits", () => {
    const far = 2 ** 40 + 3;
    const reader = new BatchReader({
      ...filled(0).journal,
      epoch: new Uint8Array(8).fill(9),
      nextSeq: far + 2,
      read: (from: number) => {
        let seq = Math.max(from, far);
        return { next: () => (seq < far + 2 ? { seq: seq++, payload: Uint8Array.of(1) } : undefined) };
      },
    } as never);
    reader.seek(far - 1);
    const { first, gapFrom, records } = Records.decode(bodyOf(reader.next(64)!));
    expect([first, gapFrom, records.length]).toEqual([far, far - 1, 2]);
  });

  it("is sealed where it stands, to the same bytes", () => {
    const { reader } = filled(70);
    const batch = reader.next(64)!;
    const [key, session, challenge] = [32, 8, 8].map((length, i) => new Uint8Array(length).fill(i + 1));
    const plain = bodyOf(batch).slice();
    const other = seal(key!, Lane.records, session!, challenge!, 7, plain);
    sealInPlace(key!, Lane.records, session!, challenge!, 7, batch.message);
    expect(batch.message).toEqual(other);
    expect(openEnvelope(key!, Lane.records, batch.message)!.body).toEqual(plain);
    expect(openEnvelope(key!, Lane.status, batch.message)).toBeUndefined();
  });
});
