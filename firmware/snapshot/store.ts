import type { FlashPort } from "../../hal/ports/flash.js";
import { checkContent } from "./check.js";
import { SnapshotError, type SnapshotSlots, type SnapshotView, type SnapshotWriter } from "./contract.js";
import { readHeader } from "./header.js";
import { HEADER_BYTES, SMALLEST_BYTES } from "./layout.js";
import { SlotFile } from "./slot-file.js";
import { FlashSnapshotView } from "./view.js";
import { SlotWriter } from "./writer.js";

/** The snapshot partition: two equal halves of whole sectors, laid out as `SPEC.md` tells. */
export class FlashSnapshotSlots implements SnapshotSlots {
  /** Bytes of the largest snapshot that fits. */
  readonly slotBytes: number;
  readonly #flash: FlashPort;
  readonly #box: string;
  #writer: SlotWriter | undefined;

  /** `box`: whose snapshots are taken. Throws SnapshotError when the partition has fewer than two sectors. */
  constructor(options: { readonly flash: FlashPort; readonly box: string }) {
    this.#flash = options.flash;
    this.#box = options.box;
    const sectors = Math.floor(this.#flash.sizeBytes / this.#flash.sectorBytes);
    this.slotBytes = Math.floor(sectors / 2) * this.#flash.sectorBytes;
    if (this.slotBytes < HEADER_BYTES) throw new SnapshotError("too large: the partition has no room for two slots");
  }

  open(slot: 0 | 1, version: number): SnapshotView {
    const file = this.#file(slot);
    return new FlashSnapshotView(file, readHeader(file, this.#box, version));
  }

  begin(slot: 0 | 1, version: number, totalBytes: number): SnapshotWriter {
    // The announcement comes from outside; a fraction or a negative length would put the writer off its sectors.
    if (!Number.isSafeInteger(totalBytes) || totalBytes < SMALLEST_BYTES) {
      throw new SnapshotError(`truncated: a snapshot has at least ${SMALLEST_BYTES} bytes, not ${totalBytes}`);
    }
    if (totalBytes > this.slotBytes) {
      throw new SnapshotError(`too large: ${totalBytes} bytes, a slot holds ${this.slotBytes}`);
    }
    this.#writer = new SlotWriter({
      flash: this.#flash,
      start: slot * this.slotBytes,
      totalBytes,
      current: (writer) => writer === this.#writer,
      check: () => this.#check(slot, version, totalBytes),
    });
    return this.#writer;
  }

  #check(slot: 0 | 1, version: number, totalBytes: number): SnapshotView {
    const file = this.#file(slot);
    const header = readHeader(file, this.#box, version);
    if (header.totalBytes !== totalBytes) {
      throw new SnapshotError(`truncated: ${totalBytes} bytes came, the header says ${header.totalBytes}`);
    }
    checkContent(file, header);
    return new FlashSnapshotView(file, header);
  }

  #file(slot: 0 | 1): SlotFile {
    return new SlotFile(this.#flash, slot * this.slotBytes, this.slotBytes);
  }
}
