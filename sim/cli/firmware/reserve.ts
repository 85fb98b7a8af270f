import { CloudError } from "../../cloud/domain.js";

/** An image that fills its slot more than this leaves no room for the next year's: the build fails, percent. */
const LEAST_RESERVE = 10;

/** Bytes of the smaller of the two slots for images, by a partition table of ESP-IDF's. Throws RangeError when it has none. */
export function imageSlotBytes(partitions: string): number {
  const sizes = partitions
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.split(",").map((field) => field.trim()))
    .filter(([, type]) => type === "app")
    .map(([, , , , size]) => Number(size));
  if (sizes.length === 0) throw new RangeError("the partition table has no app partition");
  return Math.min(...sizes);
}

/** Percent of the slot that an image leaves free. Throws CloudError when that is too little. */
export function reservePercent(imageBytes: number, slotBytes: number): number {
  const percent = Math.floor(((slotBytes - imageBytes) / slotBytes) * 1_000) / 10;
  if (percent >= LEAST_RESERVE) return percent;
  throw new CloudError(
    `the image has ${imageBytes} bytes, its slot ${slotBytes}: a reserve of ${percent} %, where ${LEAST_RESERVE} % is the least`,
  );
}
