import type { FlashPort } from "../../ports/flash.js";
import { checkRange, checkSector } from "../flash-range.js";

/**
 * A slot of firmware/update/SPEC.md section 2 in two partitions, as if the second followed the first. The bootloader wants what it
 * starts at the beginning of a partition of its own, at a multiple of 64 KiB, but an image begins with a header that is not the
 * bootloader's. So the header gets the first partition. The payload's first bytes, up to the end of `head`, are padding.
 */
export function slotFlash(head: FlashPort, image: FlashPort): FlashPort {
  const { sectorBytes } = image;
  const slot = { sizeBytes: head.sizeBytes + image.sizeBytes, sectorBytes };
  /** Does `work` on each partition's share of `length` bytes from `offset` on. */
  const each = (
    offset: number,
    length: number,
    work: (part: FlashPort, at: number, from: number, to: number) => void,
  ) => {
    const inHead = Math.max(0, Math.min(length, head.sizeBytes - offset));
    if (inHead > 0) work(head, offset, 0, inHead);
    if (inHead < length) work(image, offset + inHead - head.sizeBytes, inHead, length);
  };
  return {
    ...slot,
    alignBytes: image.alignBytes,
    read(offset, into) {
      checkRange("read", slot, offset, into.length);
      each(offset, into.length, (part, at, from, to) => part.read(at, into.subarray(from, to)));
    },
    program(offset, bytes) {
      checkRange("program", slot, offset, bytes.length);
      each(offset, bytes.length, (part, at, from, to) => part.program(at, bytes.subarray(from, to)));
    },
    erase(offset) {
      checkSector(slot, offset);
      each(offset, sectorBytes, (part, at) => part.erase(at));
    },
  };
}
