import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../engines/xs/bundle.js";

/** Where a data partition is on a board's flash, bytes. */
export interface Partition {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
}

/** The ESP32's flash is erased in these. */
const SECTOR_BYTES = 4_096;

/** From ESP-IDF's partition table in CSV. Throws RangeError when there is none of this name. */
export function partitionOf(csv: string, label: string): Partition {
  for (const line of csv.split("\n")) {
    const [name, , , offset, size] = line.split(",").map((cell) => cell.trim());
    if (name === label) return { offset: Number(offset), sizeBytes: Number(size), sectorBytes: SECTOR_BYTES };
  }
  throw new RangeError(`no partition ${label} in the partition table`);
}

/** Those that somebody writes from outside. */
export type BoardPartition = "identity" | "letters" | "otadata" | "head_0" | "head_1" | "ota_0" | "update";

/** Of the boards' partition table. */
export function boardPartition(label: BoardPartition): Partition {
  return partitionOf(readFileSync(join(ROOT, "hal/moddable/esp32/partitions.csv"), "utf8"), label);
}
