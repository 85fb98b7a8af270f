import type { FlashWriter } from "./flash-writer.js";
import { FIRST_FRAME } from "./geometry.js";
import type { HeadState } from "./head-state.js";
import type { Sector } from "./sector-scan.js";

/** A sector that was being opened when the power went: from its start to what may not be blank, in the partition. */
export interface TornOpening {
  readonly start: number;
  readonly end: number;
}

/**
 * SPEC.md section 6, before the first append of a boot: makes firm what the mount read, and destroys what it did not accept.
 * `sector`: the head; undefined: there is none.
 */
export function repair(
  writer: FlashWriter,
  sector: Sector | undefined,
  head: HeadState,
  torn: readonly TornOpening[],
): void {
  torn.forEach(({ start, end }) => {
    writer.destroy(start + FIRST_FRAME, end);
    writer.destroyHeader(start);
  });
  if (sector !== undefined) {
    const { held, readEnd, writeAt, tornAt } = head;
    if (held !== undefined) writer.firm(held.start, held.bytes);
    if (writeAt > readEnd) writer.destroy(sector.start + readEnd, sector.start + writeAt, sector.start + tornAt);
  }
  head.readEnd = head.writeAt;
  head.held = undefined;
}
