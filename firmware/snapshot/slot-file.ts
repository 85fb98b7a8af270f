import type { FlashPort } from "../../hal/ports/flash.js";
import { SnapshotError } from "./contract.js";

/** Where in a slot a file may begin: at its start, or in its middle, where a sector before that takes no more data. */
export type FilePlace = 0 | 1;

/** The bytes of one slot, addressed from its start. */
export class SlotFile {
  readonly sizeBytes: number;
  readonly #flash: FlashPort;
  readonly #start: number;

  constructor(flash: FlashPort, start: number, sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.#flash = flash;
    this.#start = start;
  }

  /** Fills `into` from `offset`. Throws SnapshotError rather than read past the slot: beyond it lies the other one. */
  read(offset: number, into: Uint8Array): void {
    if (offset < 0 || offset + into.length > this.sizeBytes) {
      throw new SnapshotError(`damaged: ${into.length} bytes at ${offset} are outside the slot`);
    }
    this.#flash.read(this.#start + offset, into);
  }
}
