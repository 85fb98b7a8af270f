import type { JournalCursor, JournalStore, Rank, Room } from "../../../firmware/journal/contract.js";

/** A journal in an array. */
export class FakeJournal implements JournalStore {
  epoch: Uint8Array | undefined;
  oldestSeq = 1;
  acknowledged = 0;
  readonly skippedPlaces = 0;
  readonly room: Room = "all";
  readonly missing = new Set<number>();
  reads = 0;
  /** What `continueAfter` takes for a whole journal's worth. */
  recordsAtMost = 1000;
  readonly #payloads: Uint8Array[] = [];

  get nextSeq(): number {
    return this.#payloads.length + 1;
  }

  replay(): void {
    throw new Error("not for these tests");
  }

  append(payload: Uint8Array, _rank: Rank): number {
    this.epoch ??= Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    this.#payloads.push(payload);
    return this.#payloads.length;
  }

  /** Appends `count` records of `sizeBytes` that tell their number. */
  fill(count: number, sizeBytes = 32): void {
    for (let i = 0; i < count; i++) this.append(numbered(this.nextSeq, sizeBytes), "vital");
  }

  acknowledge(seq: number): void {
    if (seq > this.acknowledged && seq < this.nextSeq) this.acknowledged = seq;
  }

  continueAfter(seq: number): boolean {
    if (seq - this.nextSeq > this.recordsAtMost) return false;
    while (this.nextSeq <= seq) {
      this.missing.add(this.nextSeq);
      this.#payloads.push(new Uint8Array(1));
    }
    return true;
  }

  read(fromSeq: number): JournalCursor {
    let seq = Math.max(fromSeq, this.oldestSeq);
    return {
      next: () => {
        while (this.missing.has(seq)) seq++;
        const payload = this.#payloads[seq - 1];
        if (payload === undefined) return undefined;
        this.reads++;
        return { seq: seq++, payload: payload.slice() };
      },
    };
  }
}

export function numbered(seq: number, sizeBytes: number): Uint8Array {
  const payload = new Uint8Array(sizeBytes);
  new DataView(payload.buffer).setUint32(0, seq);
  return payload;
}
