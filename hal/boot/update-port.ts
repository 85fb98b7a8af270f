import { FlashError, type FlashPort } from "../ports/flash.js";
import type { Slot, UpdatePort } from "../ports/update.js";
import { MetadataBootControl } from "./boot-control.js";
import { METADATA_SECTORS } from "./metadata.js";

/** Sectors of the partition `update` besides the boot metadata: the firmware's own. */
const STORE_SECTORS = 4;

export interface UpdateFlash {
  /** The partition `update` (firmware/update/SPEC.md section 2). */
  readonly partition: FlashPort;
  readonly slots: readonly [FlashPort, FlashPort];
  readonly running: Slot;
}

/** The update port of a board whose boot stub keeps its metadata as `MetadataStore` does. Throws FlashError where the partition is too small. */
export function updatePort({ partition, slots, running }: UpdateFlash): UpdatePort {
  const { sectorBytes, sizeBytes } = partition;
  if (sizeBytes < (METADATA_SECTORS + STORE_SECTORS) * sectorBytes) {
    throw new FlashError(`partition update: ${sizeBytes} bytes are too few`);
  }
  return {
    running,
    slots,
    store: behind(partition, METADATA_SECTORS * sectorBytes),
    boot: new MetadataBootControl({ metadata: partition, slots, running }),
  };
}

/** The rest of a partition, from `base` on. */
function behind(flash: FlashPort, base: number): FlashPort {
  return {
    sizeBytes: flash.sizeBytes - base,
    sectorBytes: flash.sectorBytes,
    alignBytes: flash.alignBytes,
    read: (offset, into) => flash.read(base + offset, into),
    program: (offset, bytes) => flash.program(base + offset, bytes),
    erase: (offset) => flash.erase(base + offset),
  };
}
