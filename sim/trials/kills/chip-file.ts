import { closeSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { CHIP_FLASH_BYTES } from "../../engines/mcu-xs.js";
import type { NorFlash } from "../../world/devices/nor-flash.js";

/** Name of a partition, and what the simulation has of it. */
export type Partitions = readonly (readonly [name: string, flash: NorFlash])[];

/** The file in which the emulated board's flash lies: its partitions one behind the other (hal/bridge/chip-flash.ts). */
export class ChipFile {
  readonly #path: string;
  readonly #partitions: Partitions;

  /** Writes what the partitions hold now. */
  constructor(path: string, partitions: Partitions) {
    this.#path = path;
    this.#partitions = partitions;
    writeFileSync(path, "");
    const file = openSync(path, "r+");
    let at = 0;
    for (const [, flash] of partitions) {
      writeSync(file, flash.image(), 0, flash.sizeBytes, at);
      at += flash.sizeBytes;
    }
    // The emulator wants all of its memory.
    writeSync(file, Uint8Array.of(0xff), 0, 1, CHIP_FLASH_BYTES - 1);
    closeSync(file);
  }

  /** What lies in the file of each partition. */
  *images(): Generator<{ readonly name: string; readonly flash: NorFlash; readonly image: Uint8Array }> {
    const file = openSync(this.#path, "r");
    try {
      let at = 0;
      for (const [name, flash] of this.#partitions) {
        const image = new Uint8Array(flash.sizeBytes);
        readSync(file, image, 0, image.length, at);
        at += image.length;
        yield { name, flash, image };
      }
    } finally {
      closeSync(file);
    }
  }
}
