import { JournalFullError, MAX_PAYLOAD } from "./contract.js";
import { frameBytes } from "./frame.js";
import type { Geometry } from "./geometry.js";
import type { Frame, SectorScan } from "./sector-scan.js";

/** Payload of the frame that ends a checkpoint. */
const END_BYTES = 2;

export function endPayload(pieces: number): Uint8Array {
  return Uint8Array.of(pieces & 0xff, pieces >>> 8);
}

/**
 * Throws JournalFullError if the checkpoint would take more than half a sector: a sector must keep room for records, or the
 * ring would turn for ever without taking any. Throws RangeError if a piece does not fit in a frame.
 */
export function checkCheckpoint(pieces: Iterable<Uint8Array>, geometry: Geometry): void {
  let bytes = frameBytes(END_BYTES, geometry.alignBytes);
  for (const piece of pieces) {
    if (piece.length < 1 || piece.length > MAX_PAYLOAD) {
      throw new RangeError(`a checkpoint piece has ${piece.length} bytes, not 1 to ${MAX_PAYLOAD}`);
    }
    bytes += frameBytes(piece.length, geometry.alignBytes);
    if (bytes > geometry.sectorBytes / 2) {
      throw new JournalFullError(`the checkpoint takes more than half a sector of ${geometry.sectorBytes} bytes`);
    }
  }
}

/** Tells from the frames of a sector, given in order, whether its checkpoint is whole. */
export class CheckpointCheck {
  whole = false;
  #pieces = 0;

  take(frame: Frame): void {
    if (frame.kind === "piece") this.#pieces++;
    if (frame.kind !== "checkpoint-end") return;
    const { payload } = frame;
    this.whole = payload.length === END_BYTES && this.#pieces === payload[0]! + payload[1]! * 256;
  }
}

/** Reads on to the first record at most. */
export function isWhole(scan: SectorScan): boolean {
  const check = new CheckpointCheck();
  for (let frame = scan.next(); frame !== undefined && frame.kind !== "record" && !check.whole; frame = scan.next()) {
    check.take(frame);
  }
  return check.whole;
}
