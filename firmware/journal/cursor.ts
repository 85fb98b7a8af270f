import type { JournalCursor } from "./contract.js";
import { FIRST_FRAME } from "./geometry.js";
import type { Ring } from "./ring.js";
import type { Sector, SectorScan } from "./sector-scan.js";

/** What a cursor asks of its journal. */
export interface CursorSource {
  readonly ring: Ring;
  /** The readable frames of a live sector from `from` on. */
  scan(sector: Sector, from: number): SectorScan;
}

/** Reads on in sequence order; keeps no bytes between calls, so that it stays right while the ring moves. */
export class Cursor implements JournalCursor {
  readonly #source: CursorSource;
  #seq: number;
  #sector: Sector | undefined;
  /** Behind the last record that was looked at. */
  #offset = FIRST_FRAME;

  constructor(source: CursorSource, fromSeq: number) {
    this.#source = source;
    this.#seq = fromSeq;
  }

  next(): { readonly seq: number; readonly payload: Uint8Array } | undefined {
    const { ring } = this.#source;
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
    const scan = this.#source.scan(this.#sector!, this.#offset);
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
