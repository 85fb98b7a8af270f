import type { BinControl } from "../bins/bin-control.js";
import type { BinContent, Inventory } from "../state/inventory.js";

export interface BinsInView {
  readonly inventory: Inventory;
  readonly control: BinControl;
  readonly binCount: number;
}

/** What is being returned, as far as it decides where it may go. */
export interface Returned {
  /** The bin where it may still be recorded. */
  readonly before: number | undefined;
  /** It is a key's, and the key is not sure to hang in this box: somebody brings it back, and not just any tag. */
  readonly isOut: boolean;
}

/** Added to a bin's rank: any bin behind a shut door comes before an open one, any that works before one that did not. */
const OPEN_DOOR = 4;
const FAULTY = 8;

/**
 * The bin for a drop-off. Return must always be possible, so the rules give way one after another: a bin that the snapshot knows
 * to be empty; then one that a pick-up emptied, whose person may have left the key behind; then `before`; then, for a key that is out, one of which
 * nobody is sure; then the same behind a door that stands open; then the same in bins that did not open the last time. Disabled
 * bins, bins that hold something else, bins of which the box was never told what they hold, and those in `tried` are out. Undefined:
 * none is left.
 */
export function chooseFreeBin(bins: BinsInView, returned: Returned, tried: readonly number[]): number | undefined {
  let best: number | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (let bin = 0; bin < bins.binCount; bin++) {
    if (tried.includes(bin)) continue;
    const rank = rankOf(bins, bin, returned);
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

function rankOf({ inventory, control }: BinsInView, bin: number, returned: Returned): number | undefined {
  if (!inventory.enabled(bin)) return undefined;
  const doubt = doubtOf(inventory.content(bin), bin === returned.before, returned.isOut);
  if (doubt === undefined) return undefined;
  return doubt + (control.door(bin) === "open" ? OPEN_DOOR : 0) + (inventory.faulty(bin) ? FAULTY : 0);
}

/** Undefined: the bin may hold somebody's key, and any tag can be scanned: opening it would hand that key out. */
function doubtOf(
  { held, uncertain, unknown, presumed }: BinContent,
  isBefore: boolean,
  isOut: boolean,
): number | undefined {
  if (unknown) return undefined;
  // The item's own bin only where the box doubts that it hangs there: a copied fob must not open the bin of the real one.
  if (isBefore) return uncertain ? 2 : undefined;
  if (held !== undefined) return undefined;
  if (!uncertain) return presumed ? 1 : 0;
  return isOut ? 3 : undefined;
}
