import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import { SnapshotError, type SnapshotView, type SnapshotWriter } from "./contract.js";
import { HEADER_BYTES } from "./layout.js";

const MAX_PIECE_BYTES = 1_024;
const READ_BACK_BYTES = 256;

export interface SlotWriterOptions {
  readonly flash: FlashPort;
  /** Where the slot begins in the partition. */
  readonly start: number;
  readonly totalBytes: number;
  /** Whether this is still the writer that was begun last. */
  readonly current: (writer: SlotWriter) => boolean;
  /** Checks the header once it is written: what cannot be read is not worth the rest of the download. */
  readonly checkHead: () => void;
  /** Checks the slot once all is written. */
  readonly check: () => SnapshotView;
  /** The part did not take or keep what was written. */
  readonly failed: () => void;
  /** The writer is of no more use: whoever keeps it keeps its buffers. */
  readonly over: () => void;
}

/** Writes a file to a slot from its start. After any error it is void: flash under it is in an unknown state. */
export class SlotWriter implements SnapshotWriter {
  readonly #options: SlotWriterOptions;
  /** What is short of the part's alignment. */
  readonly #tail: Uint8Array;
  #tailBytes = 0;
  #programmedBytes = 0;
  #offset = 0;
  #isHeadChecked = false;
  #void = false;
  readonly #readBack = new Uint8Array(READ_BACK_BYTES);

  constructor(options: SlotWriterOptions) {
    this.#options = options;
    this.#tail = new Uint8Array(options.flash.alignBytes);
  }

  get offset(): number {
    return this.#offset;
  }

  write(bytes: Uint8Array): void {
    this.#requireLive();
    const { totalBytes } = this.#options;
    if (bytes.length < 1 || bytes.length > MAX_PIECE_BYTES) {
      throw new SnapshotError(`a piece has 1 to ${MAX_PIECE_BYTES} bytes, not ${bytes.length}`);
    }
    if (this.#offset + bytes.length > totalBytes) {
      throw new SnapshotError(`too large: ${this.#offset + bytes.length} bytes, announced were ${totalBytes}`);
    }
    // Stays so when the flash throws, or the power goes, on the way through.
    this.#void = true;
    this.#tellFailure(() => {
      this.#take(bytes);
      this.#offset += bytes.length;
      if (this.#offset === totalBytes) this.#flush();
    });
    this.#checkHead();
    this.#void = false;
  }

  finish(): SnapshotView {
    this.#requireLive();
    this.#void = true;
    const { totalBytes, check, over } = this.#options;
    over();
    if (this.#offset < totalBytes) throw new SnapshotError(`truncated: ${this.#offset} of ${totalBytes} bytes`);
    return this.#tellFailure(check);
  }

  #checkHead(): void {
    if (this.#isHeadChecked || this.#programmedBytes < HEADER_BYTES) return;
    this.#isHeadChecked = true;
    this.#options.checkHead();
  }

  /** At the end what came over the wire was checked and what the part holds was not: either may be what does not match. */
  #tellFailure<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof FlashError || error instanceof SnapshotError) this.#options.failed();
      throw error;
    }
  }

  #requireLive(): void {
    if (this.#void || !this.#options.current(this)) throw new SnapshotError("this download is over: begin again");
  }

  #take(bytes: Uint8Array): void {
    const align = this.#tail.length;
    let taken = 0;
    if (this.#tailBytes > 0) {
      taken = Math.min(align - this.#tailBytes, bytes.length);
      this.#keep(bytes, 0, taken);
      if (this.#tailBytes < align) return;
      this.#program(this.#tail);
      this.#tailBytes = 0;
    }
    const whole = bytes.length - taken - ((bytes.length - taken) % align);
    if (whole > 0) this.#program(bytes.subarray(taken, taken + whole));
    this.#keep(bytes, taken + whole, bytes.length);
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    this.#tail.set(bytes.subarray(from, to), this.#tailBytes);
    this.#tailBytes += to - from;
  }

  #flush(): void {
    if (this.#tailBytes === 0) return;
    this.#program(this.#tail.fill(0xff, this.#tailBytes));
    this.#tailBytes = 0;
  }

  #program(bytes: Uint8Array): void {
    const { flash, start } = this.#options;
    for (let done = 0; done < bytes.length; ) {
      const at = start + this.#programmedBytes;
      const intoSector = this.#programmedBytes % flash.sectorBytes;
      if (intoSector === 0) flash.erase(at);
      const piece = bytes.subarray(done, done + flash.sectorBytes - intoSector);
      flash.program(at, piece);
      this.#verify(at, piece);
      this.#programmedBytes += piece.length;
      done += piece.length;
    }
  }

  /** A worn sector or a weak supply may not hold what the part said it took. */
  #verify(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; done += READ_BACK_BYTES) {
      const found = this.#readBack.subarray(0, Math.min(READ_BACK_BYTES, bytes.length - done));
      this.#options.flash.read(at + done, found);
      for (let i = 0; i < found.length; i++) {
        if (found[i] !== bytes[done + i])
          throw new FlashError(`program at ${at + done + i}: reads back something else`);
      }
    }
  }
}
