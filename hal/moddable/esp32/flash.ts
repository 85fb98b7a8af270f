import Storage, { type Flash } from "embedded:storage/flash";
import { FlashError, type FlashPort } from "../../ports/flash.js";
import { checkRange, checkSector } from "../flash-range.js";
import { missingFlash } from "../missing-flash.js";

/** A data partition of the ESP32's flash, by its label in `partitions.csv`; where there is none, one that answers nothing. */
export function partition(label: string): FlashPort {
  try {
    return new PartitionFlash(label);
  } catch (error) {
    if (error instanceof FlashError) return missingFlash(error.message);
    throw error;
  }
}

/** A partition by its label, or by what the SDK calls an image's (`update.ts`). Throws FlashError where there is none. */
export class PartitionFlash implements FlashPort {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly #flash: Flash;

  constructor(label: string) {
    this.#flash = told(`open ${label}`, () => Storage.open({ path: label, mode: "r+" }));
    const { size, blockLength } = this.#flash.status();
    this.sizeBytes = size;
    this.sectorBytes = blockLength;
  }

  /** `esp_partition_write` takes any length on a partition that is not encrypted. */
  get alignBytes(): number {
    return 1;
  }

  read(offset: number, into: Uint8Array): void {
    checkRange("read", this, offset, into.length);
    if (into.length > 0) told(`read at ${offset}`, () => this.#flash.read(into, offset));
  }

  program(offset: number, bytes: Uint8Array): void {
    checkRange("program", this, offset, bytes.length);
    if (bytes.length > 0) told(`program at ${offset}`, () => this.#flash.write(bytes, offset));
  }

  erase(offset: number): void {
    checkSector(this, offset);
    told(`erase at ${offset}`, () => this.#flash.eraseBlock(offset / this.sectorBytes));
  }
}

/** The SDK throws plain Errors; nothing but the one call stands in `work`. */
function told<T>(operation: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new FlashError(`${operation}: ${error instanceof Error ? error.message : "failed"}`);
  }
}
