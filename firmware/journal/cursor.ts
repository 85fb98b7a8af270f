import type { JournalCursor } from "./contract.js";
import { FIRST_FRAME } from "./geometry.js";
import type { SectorReader } from "./sector-reader.js";
import type { Sector } from "./sector-scan.js";

/** Reads on in sequence order; keeps no bytes between calls, so that it stays right while the ring moves. */
export class Cursor implements JournalCursor {
  readonly #reader: SectorReader;
  #seq: number;
  #sector: Sector | undefined;
  /** Behind the last record that was looked at. */
  #offset = FIRST_FRAME;

  constructor(reader: SectorReader, fromSeq: number) {
    this.#reader = reader;
    this.#seq = fromSeq;
  }

  next(): { readonly seq: number; readonly payload: Uint8Array } | undefined {
    const { ring } = this.#reader;
    if (ring.head === undefined) return undefined;
    // What the cursor stood in may have been reclaimed since the last call.
    if (this.#sector === undefined || this.#sector.header.counter < ring.oldest) this.#enter(ring.holding(this.#seq));
    for (;;) {
      const found = this.#nextInSector();
      if (found !== undefined) return found;
      const { counter } = this.#sector!.header;
      if (counter >= ring.head.header.counter) return undefined;
      this.#enter(ring.liveFrom(counter + 1));
    }
  }

  #enter(sector: Sector): void {
    this.#sector = sector;
    this.#offset = FIRST_FRAME;
  }

  #nextInSector(): { readonly seq: number; readonly payload: Uint8Array } | undefined {
    const scan = this.#reader.scan(this.#sector!, this.#offset);
    for (let frame = scan.next(); frame !== undefined; frame = scan.next()) {
      if (frame.kind !== "record") continue;
      this.#offset = frame.end;
      if (frame.seq < this.#seq) continue;
      this.#seq = frame.seq + 1;
      return { seq: frame.seq, payload: frame.payload.slice() };
    }
    return undefined;
  }
}
