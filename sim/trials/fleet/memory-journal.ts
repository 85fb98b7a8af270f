import { type JournalCursor, type JournalStore, ROOMS, type Room } from "../../../firmware/journal/contract.js";

/** A journal that keeps in memory what the cloud has not acknowledged. It is for boxes without a flash, and never full. */
export class MemoryJournal implements JournalStore {
  readonly epoch: Uint8Array;
  readonly skippedPlaces = 0;
  readonly room: Room = ROOMS[0];
  #records: Uint8Array[] = [];
  #oldestSeq = 1;
  #acknowledged = 0;

  constructor(epoch: Uint8Array) {
    this.epoch = epoch;
  }

  get nextSeq(): number {
    return this.#oldestSeq + this.#records.length;
  }

  get oldestSeq(): number {
    return this.#oldestSeq;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  replay(): void {}

  append(payload: Uint8Array): number {
    this.#records.push(payload);
    return this.nextSeq - 1;
  }

  acknowledge(seq: number): void {
    if (seq <= this.#acknowledged || seq >= this.nextSeq) return;
    this.#acknowledged = seq;
    this.#records = this.#records.slice(seq + 1 - this.#oldestSeq);
    this.#oldestSeq = seq + 1;
  }

  /** Damage never takes its end. */
  continueAfter(): boolean {
    return false;
  }

  read(fromSeq: number): JournalCursor {
    let seq = Math.max(fromSeq, this.#oldestSeq);
    return {
      next: () => {
        const payload = this.#records[seq - this.#oldestSeq];
        return payload === undefined ? undefined : { seq: seq++, payload };
      },
    };
  }
}
