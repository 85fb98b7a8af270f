import { FlashError } from "../ports/flash.js";

interface Geometry {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
}

/** Throws FlashError unless `length` bytes at `offset` are inside the partition. */
export function checkRange(operation: string, { sizeBytes }: Geometry, offset: number, length: number): void {
  if (offset >= 0 && offset + length <= sizeBytes) return;
  throw new FlashError(`${operation} of ${length} bytes at ${offset}: the partition has ${sizeBytes}`);
}

/** Throws FlashError unless a sector starts at `offset`. */
export function checkSector(geometry: Geometry, offset: number): void {
  checkRange("erase", geometry, offset, geometry.sectorBytes);
  if (offset % geometry.sectorBytes !== 0) throw new FlashError(`erase at ${offset}: no sector starts there`);
}
