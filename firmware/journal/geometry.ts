import type { FlashPort } from "../../hal/ports/flash.js";
import { HEADER_BYTES } from "./sector-header.js";

/** Where frames begin in a sector: behind the two copies of its header. */
export const FIRST_FRAME = 2 * HEADER_BYTES;

/** Sizes of the partition, checked once. */
export interface Geometry {
  readonly sectorBytes: number;
  readonly sectors: number;
  readonly alignBytes: number;
  readonly alignLog2: number;
}

/** The board has no partition that a journal can live in. */
export class GeometryError extends RangeError {}

const ALIGNMENTS_BYTES = [1, 2, 4, 8, 16, 32];

/** Throws GeometryError on a partition that SPEC.md has no room for. */
export function geometryOf(flash: FlashPort): Geometry {
  const { sizeBytes, sectorBytes, alignBytes } = flash;
  const alignLog2 = ALIGNMENTS_BYTES.indexOf(alignBytes);
  if (alignLog2 < 0) throw new GeometryError(`a journal cannot be aligned to ${alignBytes} bytes`);
  if (sectorBytes < 4096 || sectorBytes > 65_536 || (sectorBytes & (sectorBytes - 1)) !== 0) {
    throw new GeometryError(`a journal cannot use sectors of ${sectorBytes} bytes`);
  }
  const sectors = sizeBytes / sectorBytes;
  if (!Number.isInteger(sectors) || sectors < 4) {
    throw new GeometryError(`a journal needs 4 whole sectors or more, not ${sizeBytes} bytes`);
  }
  return { sectorBytes, sectors, alignBytes, alignLog2 };
}
