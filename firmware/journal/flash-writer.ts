import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import type { FlashWindow } from "./flash-window.js";
import { MAX_FRAME_BYTES } from "./frame.js";
import { FIRST_FRAME, type Geometry } from "./geometry.js";
import { HEADER_BYTES } from "./sector-header.js";

/** Bytes of a sector that may stay other than 0xFF after an erase. */
const MAX_WORN_BYTES = 16;

/**
 * Every program and erase of the journal, each read back (SPEC.md section 5). An error of the part is an answer here,
 * not an exception: the journal goes elsewhere.
 */
export class FlashWriter {
  readonly #flash: FlashPort;
  readonly #geometry: Geometry;
  readonly #window: FlashWindow;
  readonly #scratch = new Uint8Array(MAX_FRAME_BYTES);

  constructor(flash: FlashPort, geometry: Geometry, window: FlashWindow) {
    this.#flash = flash;
    this.#geometry = geometry;
    this.#window = window;
  }

  /** Writes a frame at `offset` of the partition. False: it is not there, and the place is destroyed. */
  writeFrame(offset: number, frame: Uint8Array): boolean {
    const { alignBytes } = this.#geometry;
    const first = frame.subarray(0, alignBytes);
    // The first unit alone: a cut in it leaves nothing unstable behind it, a cut after it leaves a length to go by. It must
    // read back before more is written, or a stuck bit in the length would hide how far a torn rest may reach.
    const done =
      this.#blankBytes(offset, frame.length) === frame.length &&
      this.#program(offset, first) &&
      this.#holds(offset, first) &&
      (frame.length === alignBytes || this.#program(offset + alignBytes, frame.subarray(alignBytes)));
    if (done && this.#holds(offset, frame)) return true;
    this.destroy(offset, offset + frame.length);
    return this.#holds(offset, frame);
  }

  /**
   * Erases the sector at `start` and writes both copies of its header. False: it cannot be used, and its header is destroyed,
   * as far as the part does it.
   */
  openSector(start: number, header: Uint8Array): boolean {
    const copies = new Uint8Array(FIRST_FRAME);
    copies.set(header);
    copies.set(header, HEADER_BYTES);
    const done =
      this.#erase(start) && this.#isFitToWrite(start) && this.#program(start, copies) && this.#holds(start, copies);
    if (!done) this.destroyHeader(start);
    return done;
  }

  destroyHeader(start: number): void {
    this.destroy(start, start + FIRST_FRAME);
  }

  /**
   * Zeros from `from` to before `to`, upwards, but for the unit at `kept`, which comes last: while it stands it tells how far
   * its frame reaches, and what a cut leaves unstable here lies right behind it or behind zeros (SPEC.md section 5). Best
   * effort: a bad place stays what it is.
   */
  destroy(from: number, to: number, kept: number = from): void {
    const { alignBytes } = this.#geometry;
    const zeros = new Uint8Array(alignBytes);
    for (let offset = from; offset < to; offset += alignBytes) if (offset !== kept) this.#program(offset, zeros);
    this.#program(kept, zeros);
  }

  /** Behind the last unit from `from` to before `to` that is not blank; `from` if all are. */
  dirtyEnd(from: number, to: number): number {
    const { alignBytes } = this.#geometry;
    let end = to;
    while (end > from && this.#blankBytes(end - alignBytes, alignBytes) === alignBytes) end -= alignBytes;
    return end;
  }

  /** Programs again what is there, so that no bit of it stays unstable. Best effort. */
  firm(offset: number, bytes: Uint8Array): void {
    this.#program(offset, bytes);
  }

  #program(offset: number, bytes: Uint8Array): boolean {
    this.#window.close();
    try {
      this.#flash.program(offset, bytes);
    } catch (error) {
      if (error instanceof FlashError) return false;
      throw error;
    }
    return true;
  }

  #erase(start: number): boolean {
    this.#window.close();
    try {
      this.#flash.erase(start);
    } catch (error) {
      if (error instanceof FlashError) return false;
      throw error;
    }
    return true;
  }

  #holds(offset: number, expected: Uint8Array): boolean {
    const found = this.#scratch.subarray(0, expected.length);
    this.#flash.read(offset, found);
    for (let i = 0; i < expected.length; i++) if (found[i] !== expected[i]) return false;
    return true;
  }

  /**
   * An erase that the part ignored would leave frames of the sector's last life to be written over. A few worn-out bytes
   * are no reason to give up a sector: frames go round them.
   */
  #isFitToWrite(start: number): boolean {
    const { sectorBytes } = this.#geometry;
    if (this.#blankBytes(start, FIRST_FRAME) !== FIRST_FRAME) return false;
    let blank = 0;
    for (let offset = 0; offset < sectorBytes; offset += MAX_FRAME_BYTES) {
      blank += this.#blankBytes(start + offset, MAX_FRAME_BYTES);
    }
    return sectorBytes - blank <= MAX_WORN_BYTES;
  }

  #blankBytes(offset: number, byteLength: number): number {
    const found = this.#scratch.subarray(0, byteLength);
    this.#flash.read(offset, found);
    let blank = 0;
    for (let i = 0; i < byteLength; i++) if (found[i] === 0xff) blank++;
    return blank;
  }
}
