import type { FlashPort } from "../../ports/flash.js";
import { checkRange, checkSector } from "../flash-range.js";

/**
 * A slot of firmware/update/SPEC.md section 2 in two partitions, as if the second followed the first. The bootloader wants what it
 * starts at the beginning of a partition of its own, at a multiple of 64 KiB, but an image begins with a header that is not the
 * bootloader's. So the header gets the first partition. The payload's first bytes, up to the end of `head`, are padding.
 */
export class SlotFlash implements FlashPort {
  readonly #head: FlashPort;
  readonly #image: FlashPort;

  constructor(head: FlashPort, image: FlashPort) {
    this.#head = head;
    this.#image = image;
  }

  get sizeBytes(): number {
    return this.#head.sizeBytes + this.#image.sizeBytes;
  }

  get sectorBytes(): number {
    return this.#image.sectorBytes;
  }

  get alignBytes(): number {
    return this.#image.alignBytes;
  }

  read(offset: number, into: Uint8Array): void {
    checkRange("read", this, offset, into.length);
    const inHead = this.#inHead(offset, into.length);
    if (inHead > 0) this.#head.read(offset, into.subarray(0, inHead));
    if (inHead < into.length) this.#image.read(offset + inHead - this.#head.sizeBytes, into.subarray(inHead));
  }

  program(offset: number, bytes: Uint8Array): void {
    checkRange("program", this, offset, bytes.length);
    const inHead = this.#inHead(offset, bytes.length);
    if (inHead > 0) this.#head.program(offset, bytes.subarray(0, inHead));
    if (inHead < bytes.length) this.#image.program(offset + inHead - this.#head.sizeBytes, bytes.subarray(inHead));
  }

  erase(offset: number): void {
    checkSector(this, offset);
    const { sizeBytes } = this.#head;
    if (offset < sizeBytes) this.#head.erase(offset);
    else this.#image.erase(offset - sizeBytes);
  }

  /** How many of `length` bytes from `offset` on are in the first partition. */
  #inHead(offset: number, length: number): number {
    return Math.max(0, Math.min(length, this.#head.sizeBytes - offset));
  }
}
