import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import { checkContent } from "./check.js";
import { SnapshotError, type SnapshotSlots, type SnapshotView, type SnapshotWriter } from "./contract.js";
import { type Header, readHeader } from "./header.js";
import { HEADER_BYTES, SMALLEST_BYTES } from "./layout.js";
import { type FilePlace, SlotFile } from "./slot-file.js";
import { FlashSnapshotView } from "./view.js";
import { type SlotTarget, SlotWriter, type SlotWriterHost } from "./writer.js";

/** The snapshot partition: two equal halves of whole sectors, laid out as `SPEC.md` tells. */
export class FlashSnapshotSlots implements SnapshotSlots, SlotWriterHost {
  /** Bytes of the largest snapshot that fits. */
  readonly slotBytes: number;
  readonly #flash: FlashPort;
  readonly #box: string;
  readonly #middle: number;
  #writer: SlotWriter | undefined;
  /** By slot: where the next file begins. The other place is next after each failure: one stuck bit must not hold up the rest. */
  readonly #next: [FilePlace, FilePlace] = [0, 0];

  /** `box`: whose snapshots are taken. Throws SnapshotError when the partition has fewer than two sectors. */
  constructor(options: { readonly flash: FlashPort; readonly box: string }) {
    this.#flash = options.flash;
    this.#box = options.box;
    const sectors = Math.floor(this.#flash.sizeBytes / this.#flash.sectorBytes);
    this.slotBytes = Math.floor(sectors / 2) * this.#flash.sectorBytes;
    this.#middle = Math.floor(sectors / 4) * this.#flash.sectorBytes;
    if (this.slotBytes < HEADER_BYTES) throw new SnapshotError("too large: the partition has no room for two slots");
  }

  open(slot: 0 | 1, version: number): SnapshotView {
    const first = this.#look(slot, 0, version);
    const found = first instanceof SnapshotError ? this.#look(slot, 1, version) : first;
    if (!(found instanceof SnapshotError)) return new FlashSnapshotView(found.file, found.header);
    throw first;
  }

  begin(slot: 0 | 1, version: number, totalBytes: number): SnapshotWriter {
    // The announcement comes from outside; a fraction or a negative length would put the writer off its sectors.
    if (!Number.isSafeInteger(totalBytes) || totalBytes < SMALLEST_BYTES) {
      throw new SnapshotError(`truncated: a snapshot has at least ${SMALLEST_BYTES} bytes, not ${totalBytes}`);
    }
    if (totalBytes > this.slotBytes) {
      throw new SnapshotError(`too large: ${totalBytes} bytes, a slot holds ${this.slotBytes}`);
    }
    const place: FilePlace = this.#fits(totalBytes, 1) ? this.#next[slot] : 0;
    this.#wipe(slot, place === 0 ? 1 : 0, version);
    const target = { slot, place, version, totalBytes };
    this.#writer = new SlotWriter(this.#flash, this.#start(slot, place), target, this);
    return this.#writer;
  }

  /** `SlotWriterHost`. */
  isCurrent(writer: SlotWriter): boolean {
    return writer === this.#writer;
  }

  /** `SlotWriterHost`. */
  checkHead({ slot, place, version }: SlotTarget): void {
    readHeader(this.#file(slot, place), this.#box, version);
  }

  /** `SlotWriterHost`. */
  check({ slot, place, version, totalBytes }: SlotTarget): SnapshotView {
    const file = this.#file(slot, place);
    const header = readHeader(file, this.#box, version);
    if (header.totalBytes !== totalBytes) {
      throw new SnapshotError(`truncated: ${totalBytes} bytes came, the header says ${header.totalBytes}`);
    }
    checkContent(file, header);
    return new FlashSnapshotView(file, header);
  }

  /** `SlotWriterHost`. */
  failed({ slot, place }: SlotTarget): void {
    this.#next[slot] = place === 0 ? 1 : 0;
  }

  /** `SlotWriterHost`. */
  over(): void {
    this.#writer = undefined;
  }

  #fits(totalBytes: number, place: FilePlace): boolean {
    const room = place === 0 ? this.slotBytes : this.slotBytes - this.#middle;
    return (place === 0 || this.#middle > 0) && totalBytes <= room;
  }

  /** The file of `version` that begins there, or why there is none; it may be cut short or damaged further on. */
  #look(slot: 0 | 1, place: FilePlace, version: number): { file: SlotFile; header: Header } | SnapshotError {
    if (!this.#fits(SMALLEST_BYTES, place)) return new SnapshotError("truncated: no file fits there");
    const file = this.#file(slot, place);
    try {
      return { file, header: readHeader(file, this.#box, version) };
    } catch (error) {
      if (error instanceof SnapshotError) return error;
      throw error;
    }
  }

  /** What an attempt at `version` left there must not be taken for the file that comes now. Throws FlashError. */
  #wipe(slot: 0 | 1, place: FilePlace, version: number): void {
    const isThere = () => !(this.#look(slot, place, version) instanceof SnapshotError);
    if (!isThere()) return;
    this.#flash.erase(this.#start(slot, place));
    if (isThere()) throw new FlashError(`slot ${slot}: an earlier attempt cannot be erased`);
  }

  #start(slot: 0 | 1, place: FilePlace): number {
    return slot * this.slotBytes + place * this.#middle;
  }

  #file(slot: 0 | 1, place: FilePlace): SlotFile {
    return new SlotFile(this.#flash, this.#start(slot, place), this.slotBytes - place * this.#middle);
  }
}
