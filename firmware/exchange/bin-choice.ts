import type { BinControl } from "../bins/bin-control.js";
import type { Inventory } from "../state/inventory.js";

/**
 * The bin for a drop-off. Return must always be possible, so the rules give way one after another: an empty bin that is sure to
 * be empty; then `before`, where the item itself may still be recorded; then one of which nobody is sure. Disabled and
 * faulty bins, bins that hold something else, and open doors are out. Undefined: none is left.
 */
export function chooseFreeBin(
  inventory: Inventory,
  control: BinControl,
  binCount: number,
  before: number | undefined,
): number | undefined {
  let unsure: number | undefined;
  for (let bin = 0; bin < binCount; bin++) {
    if (!isUsable(inventory, control, bin)) continue;
    const content = inventory.content(bin);
    if (content.held !== undefined) continue;
    if (!content.uncertain) return bin;
    unsure ??= bin;
  }
  if (before !== undefined && isUsable(inventory, control, before)) return before;
  return unsure;
}

/** Whether there is any bin at all that works: tells a full box from a broken one. */
export function hasUsableBin(inventory: Inventory, control: BinControl, binCount: number): boolean {
  for (let bin = 0; bin < binCount; bin++) if (isUsable(inventory, control, bin)) return true;
  return false;
}

function isUsable(inventory: Inventory, control: BinControl, bin: number): boolean {
  return inventory.enabled(bin) && !inventory.faulty(bin) && control.door(bin) !== "open";
}
