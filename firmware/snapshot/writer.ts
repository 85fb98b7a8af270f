import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import { MAX_PIECE_BYTES } from "../wire/messages.js";
import { SnapshotError, type SnapshotView, type SnapshotWriter } from "./contract.js";
import { HEADER_BYTES } from "./layout.js";
import type { FilePlace } from "./slot-file.js";

const READ_BACK_BYTES = 256;
/** Bytes of an erased sector's beginning that may be worn out; what is written there is read back in any case. */
const WORN_BYTES = 8;

/** Which file is written where. */
export interface SlotTarget {
  readonly slot: 0 | 1;
  readonly place: FilePlace;
  readonly version: number;
  readonly totalBytes: number;
}

/** What a writer asks of its slots, and tells them. */
export interface SlotWriterHost {
  /** Whether this is still the writer that was begun last. */
  isCurrent(writer: SlotWriter): boolean;
  /** Checks the header once it is written: what cannot be read is not worth the rest of the download. Throws SnapshotError. */
  checkHead(target: SlotTarget): void;
  /** Checks the whole once it is written. Throws SnapshotError. */
  check(target: SlotTarget): SnapshotView;
  /** The part did not take or keep what was written. */
  failed(target: SlotTarget): void;
  /** The writer is of no more use: whoever keeps it keeps its buffers. */
  over(): void;
}

/** Writes a file to a slot from its start. After any error it is void: flash under it is in an unknown state. */
export class SlotWriter implements SnapshotWriter {
  readonly #flash: FlashPort;
  /** Where the file begins in the partition. */
  readonly #start: number;
  readonly #target: SlotTarget;
  readonly #host: SlotWriterHost;
  /** What is short of the part's alignment. */
  readonly #tail: Uint8Array;
  #tailBytes = 0;
  #programmedBytes = 0;
  #offset = 0;
  #isHeadChecked = false;
  #void = false;
  readonly #readBack = new Uint8Array(READ_BACK_BYTES);

  constructor(flash: FlashPort, start: number, target: SlotTarget, host: SlotWriterHost) {
    this.#flash = flash;
    this.#start = start;
    this.#target = target;
    this.#host = host;
    this.#tail = new Uint8Array(flash.alignBytes);
  }

  get offset(): number {
    return this.#offset;
  }

  write(bytes: Uint8Array): void {
    this.#requireLive();
    const { totalBytes } = this.#target;
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
    const { totalBytes } = this.#target;
    this.#host.over();
    if (this.#offset < totalBytes) throw new SnapshotError(`truncated: ${this.#offset} of ${totalBytes} bytes`);
    return this.#tellFailure(() => this.#host.check(this.#target));
  }

  #checkHead(): void {
    if (this.#isHeadChecked || this.#programmedBytes < HEADER_BYTES) return;
    this.#isHeadChecked = true;
    this.#host.checkHead(this.#target);
  }

  /** At the end what came over the wire was checked and what the part holds was not: either may be what does not match. */
  #tellFailure<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof FlashError || error instanceof SnapshotError) this.#host.failed(this.#target);
      throw error;
    }
  }

  #requireLive(): void {
    if (this.#void || !this.#host.isCurrent(this)) throw new SnapshotError("this download is over: begin again");
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
    const flash = this.#flash;
    for (let done = 0; done < bytes.length; ) {
      const at = this.#start + this.#programmedBytes;
      const intoSector = this.#programmedBytes % flash.sectorBytes;
      if (intoSector === 0) this.#erase(at);
      const piece = bytes.subarray(done, done + flash.sectorBytes - intoSector);
      flash.program(at, piece);
      this.#verify(at, piece);
      this.#programmedBytes += piece.length;
      done += piece.length;
    }
  }

  /**
   * An erase that the part ignored leaves the file of before, which begins at the beginning of each sector: that must not be written
   * over, for what comes of it reads differently from day to day.
   */
  #erase(at: number): void {
    this.#flash.erase(at);
    const found = this.#readBack.subarray(0, Math.min(READ_BACK_BYTES, this.#flash.sectorBytes));
    this.#flash.read(at, found);
    let worn = 0;
    for (const byte of found) if (byte !== 0xff) worn++;
    if (worn > WORN_BYTES) throw new FlashError(`erase at ${at}: the part has ignored it`);
  }

  /** A worn sector or a weak supply may not hold what the part said it took. */
  #verify(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; done += READ_BACK_BYTES) {
      const found = this.#readBack.subarray(0, Math.min(READ_BACK_BYTES, bytes.length - done));
      this.#flash.read(at + done, found);
      for (let i = 0; i < found.length; i++) {
        if (found[i] !== bytes[done + i])
          throw new FlashError(`program at ${at + done + i}: reads back something else`);
      }
    }
  }
}
