import type { BinControl } from "../bins/bin-control.js";
import type { Inventory } from "../state/inventory.js";

export interface BinsInView {
  readonly inventory: Inventory;
  readonly control: BinControl;
  readonly binCount: number;
}

/** Added to a bin's rank: any bin behind a shut door comes before an open one, any that works before one that did not. */
const OPEN_DOOR = 4;
const FAULTY = 8;

/**
 * The bin for a drop-off. Return must always be possible, so the rules give way one after another: a bin that the snapshot knows
 * to be empty; then one that a pick-up emptied, whose person may have left the key behind; then `before`, where the item itself may still be recorded; then one of which nobody is sure; then the same
 * behind a door that stands open; then the same in bins that did not open the last time. Disabled bins, bins that hold
 * something else, bins of which the box was never told what they hold, and those in `tried` are out. Undefined: none is left.
 */
export function chooseFreeBin(
  bins: BinsInView,
  before: number | undefined,
  tried: readonly number[],
): number | undefined {
  let best: number | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (let bin = 0; bin < bins.binCount; bin++) {
    if (tried.includes(bin)) continue;
    const rank = rankOf(bins, bin, before);
    if (rank === undefined || rank >= bestRank) continue;
    best = bin;
    bestRank = rank;
  }
  return best;
}

/** Whether there is any bin at all that works: tells a full box from a broken one. */
export function hasWorkingBin({ inventory, binCount }: BinsInView): boolean {
  for (let bin = 0; bin < binCount; bin++) if (inventory.enabled(bin) && !inventory.faulty(bin)) return true;
  return false;
}

function rankOf({ inventory, control }: BinsInView, bin: number, before: number | undefined): number | undefined {
  if (!inventory.enabled(bin)) return undefined;
  const { held, uncertain, unknown, presumed } = inventory.content(bin);
  // The item's own bin only where the box doubts that it hangs there: a copied fob must not open the bin of the real one.
  if (held !== undefined && !(bin === before && uncertain)) return undefined;
  // It may hold anybody's key, and any tag can be scanned: opening it would hand that key out.
  if (unknown) return undefined;
  return (
    doubtOf(held === undefined && !uncertain, presumed, bin === before) +
    (control.door(bin) === "open" ? OPEN_DOOR : 0) +
    (inventory.faulty(bin) ? FAULTY : 0)
  );
}

function doubtOf(isEmpty: boolean, presumed: boolean, isBefore: boolean): number {
  if (isEmpty) return presumed ? 1 : 0;
  return isBefore ? 2 : 3;
}
