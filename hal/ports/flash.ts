/**
 * A partition of raw NOR flash.
 *
 * Erased bytes read 0xFF. Programming only clears bits (1 to 0); a bit returns to 1 by an erase of its whole sector.
 * All calls block until done. A power cut during `program` or `erase` may leave any mixture of old and new bits, and a
 * torn bit may read differently from one read to the next until it is erased or programmed again.
 */
export interface FlashPort {
  /** Bytes in the partition; a multiple of `sectorBytes`. */
  readonly sizeBytes: number;
  /** Bytes in an erase block: 4,096 to 65,536, a power of two. */
  readonly sectorBytes: number;
  /** Program granularity in bytes: 1, 4, 8, 16 or 32. Offsets and lengths of `program` are multiples of it. */
  readonly alignBytes: number;
  /** Fills `into` from `offset` (any offset, any length inside the partition). Throws `FlashError` on a bad range. */
  read(offset: number, into: Uint8Array): void;
  /**
   * Clears at `offset` every bit that is 0 in `bytes`; bits that are 1 in `bytes` stay as they are. Programming the same
   * bytes twice is allowed and makes weakly programmed bits firm. Throws `FlashError` on misalignment or a bad range, and
   * where the part reports a program error; what was programmed until then stays.
   */
  program(offset: number, bytes: Uint8Array): void;
  /** Sets every bit of the sector that starts at `offset`. Throws `FlashError`; a failed erase leaves the content unknown. */
  erase(offset: number): void;
}

/** The part or the call failed; the message names the operation, the offset and the cause. */
export class FlashError extends Error {}
