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
    store: new RestOf(partition, METADATA_SECTORS * sectorBytes),
    boot: new MetadataBootControl({ metadata: partition, slots, running }),
  };
}

/** The rest of a partition, from `base` on. A class: an object of closures would take 0.4 KB of the heap, always. */
class RestOf implements FlashPort {
  readonly #flash: FlashPort;
  readonly #base: number;

  constructor(flash: FlashPort, base: number) {
    this.#flash = flash;
    this.#base = base;
  }

  get sizeBytes(): number {
    return this.#flash.sizeBytes - this.#base;
  }

  get sectorBytes(): number {
    return this.#flash.sectorBytes;
  }

  get alignBytes(): number {
    return this.#flash.alignBytes;
  }

  read(offset: number, into: Uint8Array): void {
    this.#flash.read(this.#base + offset, into);
  }

  program(offset: number, bytes: Uint8Array): void {
    this.#flash.program(this.#base + offset, bytes);
  }

  erase(offset: number): void {
    this.#flash.erase(this.#base + offset);
  }
}
