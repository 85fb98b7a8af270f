import { FlashError, type FlashPort } from "../../../../hal/ports/flash.js";

/** A NOR flash in memory, with what `edits` change in `image`: offset, three bytes big-endian, and how many bytes follow (1 to 64). */
export class EditedFlash implements FlashPort {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly alignBytes = 1;
  readonly bytes: Uint8Array;

  constructor(image: Uint8Array, sectorBytes: number, edits: Uint8Array = new Uint8Array(0)) {
    this.bytes = image.slice();
    this.sizeBytes = image.length;
    this.sectorBytes = sectorBytes;
    for (let at = 0; at + 4 < edits.length; ) {
      const offset = ((edits[at]! << 16) | (edits[at + 1]! << 8) | edits[at + 2]!) % this.sizeBytes;
      const count = 1 + (edits[at + 3]! & 63);
      const piece = edits.subarray(at + 4, at + 4 + Math.min(count, this.sizeBytes - offset));
      this.bytes.set(piece, offset);
      at += 4 + count;
    }
  }

  read(offset: number, into: Uint8Array): void {
    this.#check("read", offset, into.length);
    into.set(this.bytes.subarray(offset, offset + into.length));
  }

  program(offset: number, bytes: Uint8Array): void {
    this.#check("program", offset, bytes.length);
    for (const [i, byte] of bytes.entries()) this.bytes[offset + i]! &= byte;
  }

  erase(offset: number): void {
    this.#check("erase", offset, this.sectorBytes);
    if (offset % this.sectorBytes !== 0) throw new FlashError(`erase ${offset}: not the start of a sector`);
    this.bytes.fill(0xff, offset, offset + this.sectorBytes);
  }

  #check(what: string, offset: number, count: number): void {
    if (!Number.isInteger(offset) || offset < 0 || offset + count > this.sizeBytes)
      throw new FlashError(`${what} ${offset}: ${count} bytes leave the partition`);
  }
}
