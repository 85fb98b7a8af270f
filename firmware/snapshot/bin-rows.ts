import { crc32 } from "../../hal/bytes/crc32.js";
import { u32 } from "../../hal/bytes/little-endian.js";
import type { Header } from "./header.js";
import { ROW_BYTES, Section } from "./layout.js";
import type { SlotFile } from "./slot-file.js";

const ROW = ROW_BYTES[Section.bins]!;
/** 448 bytes, the only ones of a snapshot that stay in RAM. */
const WINDOW_ROWS = 16;

/**
 * Rows of the bins, read a window at a time. Whoever looks for a free bin or for a key asks for one bin after another, and one
 * read then serves sixteen of them. The window cannot go stale: nothing writes to the slot of the snapshot in force.
 */
export class BinRows {
  readonly #file: SlotFile;
  readonly #start: number;
  readonly #count: number;
  #window: Uint8Array | undefined;
  /** Row that the window begins with; -1: nothing sound was read into it. */
  #first = -1;

  constructor(file: SlotFile, header: Header) {
    this.#file = file;
    this.#start = header.starts[Section.bins]!;
    this.#count = header.counts[Section.bins]!;
  }

  /** The row of `bin`, valid until the next call. */
  rowOf(bin: number): Uint8Array | undefined {
    // In order, and no bin twice: row i is that of bin i or of a later one. Where no bin is left out, the first look finds it.
    let low = 0;
    let high = Math.min(bin, this.#count - 1);
    let index = high;
    while (low <= high) {
      const row = this.#row(index);
      const number = u32(row, 0);
      if (number === bin) return row;
      if (number < bin) low = index + 1;
      else high = index - 1;
      index = (low + high) >>> 1;
    }
    return undefined;
  }

  /** CRC-32 of all rows, read anew. Throws FlashError. */
  crc(): number {
    let crc = 0;
    this.#first = -1;
    for (let first = 0; first < this.#count; first += WINDOW_ROWS) {
      this.#row(first);
      crc = crc32(this.#window!, 0, ROW * Math.min(WINDOW_ROWS, this.#count - first), crc);
    }
    return crc;
  }

  #row(index: number): Uint8Array {
    const first = index - (index % WINDOW_ROWS);
    this.#window ??= new Uint8Array(WINDOW_ROWS * ROW);
    if (first !== this.#first) {
      this.#first = -1;
      const rows = Math.min(WINDOW_ROWS, this.#count - first);
      this.#file.read(this.#start + first * ROW, this.#window.subarray(0, rows * ROW));
      this.#first = first;
    }
    const at = (index - first) * ROW;
    return this.#window.subarray(at, at + ROW);
  }
}
