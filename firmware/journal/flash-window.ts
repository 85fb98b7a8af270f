import { erasedRun } from "../../hal/bytes/erased.js";
import type { FlashPort } from "../../hal/ports/flash.js";

const WINDOW_BYTES = 512;

/**
 * The one read buffer of a journal: a stretch of flash read in one go, since frames are small and calls to a flash part
 * are not free. `close` it after each program and erase, or it shows what was there before.
 */
export class FlashWindow {
  readonly bytes = new Uint8Array(WINDOW_BYTES);
  readonly #flash: FlashPort;
  #start = 0;
  #end = 0;

  constructor(flash: FlashPort) {
    this.#flash = flash;
  }

  /**
   * Where in `bytes` the `byteLength` (1 to 512) bytes of flash at `offset` are now. Reads ahead, but not to `limit` or
   * beyond. Throws what the flash throws.
   */
  at(offset: number, byteLength: number, limit: number): number {
    if (offset < this.#start || offset + byteLength > this.#end) {
      const length = Math.min(WINDOW_BYTES, limit - offset);
      this.#end = this.#start = 0;
      this.#flash.read(offset, this.bytes.subarray(0, length));
      this.#start = offset;
      this.#end = offset + length;
    }
    return offset - this.#start;
  }

  /** How many bytes in a row are erased from `offset` on, before `limit`, as far as one read tells. */
  blank(offset: number, limit: number): number {
    const from = this.at(offset, 1, limit);
    return erasedRun(this.bytes, from, Math.min(this.#end, limit) - this.#start);
  }

  close(): void {
    this.#end = this.#start = 0;
  }
}
