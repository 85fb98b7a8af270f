import type { FlashPort } from "../ports/flash.js";

/** Flash that the engine has beside it, all partitions in one. Numbers count bytes from its beginning. */
export interface ChipFlash {
  read(at: number, size: number): ArrayBufferLike;
  program(at: number, bytes: ArrayBufferLike): void;
  erase(at: number): void;
}

/**
 * The partition that begins at `base` of the chip. `far`, the device end's, is told of each change once it is made, so that whoever looks on
 * there sees the same.
 */
export function chipFlashPort(chip: ChipFlash, base: number, far: FlashPort): FlashPort {
  return {
    sizeBytes: far.sizeBytes,
    sectorBytes: far.sectorBytes,
    alignBytes: far.alignBytes,
    read(offset, into) {
      into.set(new Uint8Array(chip.read(base + offset, into.length)));
    },
    program(offset, bytes) {
      chip.program(base + offset, bytes.slice().buffer);
      far.program(offset, bytes);
    },
    erase(offset) {
      chip.erase(base + offset);
      far.erase(offset);
    },
  };
}
