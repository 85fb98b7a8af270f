import type { BinControl } from "../bins/bin-control.js";
import { Belief } from "../records/records.js";
import type { Inventory, Place } from "../state/inventory.js";

export interface BinsInView {
  readonly inventory: Inventory;
  readonly control: BinControl;
  readonly binCount: number;
}

/** What is being returned, as far as it decides where it may go. */
export interface Returned {
  /** Every bin where it may be already; of those from which it was taken, the last first. */
  readonly places: readonly Place[];
  /** Somebody with a right to it that holds now brings it; otherwise all that was shown is a tag, which may be a copy. */
  readonly byRight: boolean;
}

/** Added to a bin's rank: any bin behind a shut door comes before an open one, any that works before one that did not. */
const OPEN_DOOR = 4;
const FAULTY = 8;
/** For so many empty bins, an eighth of the box, a scan leaves what it may hang elsewhere: roaming keys have no other place. */
const KEPT_EMPTY = 8;

/**
 * The bin for a drop-off (README.md, "Returns"): each kind of bin that the item may go to, then the same behind a door that stands open,
 * then the same in bins that did not open the last time. Undefined: none is left.
 */
export function chooseFreeBin(bins: BinsInView, returned: Returned, tried: readonly number[]): number | undefined {
  const rankOf = returned.byRight ? rankByRight(returned) : rankByScan(bins, returned, tried);
  let best: number | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (let bin = 0; bin < bins.binCount; bin++) {
    if (tried.includes(bin) || !bins.inventory.enabled(bin)) continue;
    const rank = rankOf(bins.inventory.content(bin).belief, isPlace(returned, bin), bin);
    if (rank === undefined) continue;
    const whole =
      rank + (bins.control.door(bin) === "open" ? OPEN_DOOR : 0) + (bins.inventory.faulty(bin) ? FAULTY : 0);
    if (whole >= bestRank) continue;
    best = bin;
    bestRank = whole;
  }
  return best;
}

/** Whether there is any bin at all that works: tells a full box from a broken one. */
export function hasWorkingBin({ inventory, binCount }: BinsInView): boolean {
  for (let bin = 0; bin < binCount; bin++) if (inventory.enabled(bin) && !inventory.faulty(bin)) return true;
  return false;
}

/** Whether a bin that nobody is sure of keeps a return out: somebody with a right can say what is in it. */
export function hasBinToCheck({ inventory, binCount }: BinsInView): boolean {
  for (let bin = 0; bin < binCount; bin++) {
    const { belief } = inventory.content(bin);
    if (inventory.enabled(bin) && (belief === Belief.doubt || belief === Belief.taken)) return true;
  }
  return false;
}

/** Undefined: not there. */
type RankOf = (belief: Belief, isPlace: boolean, bin: number) => number | undefined;

/**
 * The item's owner opens nobody else's bin in any of them. Where it was taken comes first: that bin is of use to no other. Of several
 * the last: whoever shut that door on the key, and now hangs up nothing, would have it called empty by a return to another one.
 */
function rankByRight({ places }: Returned): RankOf {
  const last = places.find(({ belief }) => belief === Belief.taken)?.bin;
  return (belief, isPlace, bin) => {
    if (belief === Belief.taken && isPlace) return bin === last ? 0 : 1;
    if (belief === Belief.empty) return 2;
    return belief === Belief.doubt && isPlace ? 3 : undefined;
  };
}

/** No bin that may hold a key opens for a scan; but where a key was taken, and empty bins are few, its own tag brings it back. */
function rankByScan(bins: BinsInView, returned: Returned, tried: readonly number[]): RankOf {
  const areFew = countEmpty(bins, tried) <= Math.max(1, Math.floor(bins.binCount / KEPT_EMPTY));
  // A tag of what surely hangs here brings nothing back.
  const isOut = !returned.places.some(({ belief }) => belief === Belief.holds);
  return (belief, isPlace) => {
    if (belief === Belief.empty) return areFew ? 1 : 0;
    return belief === Belief.taken && isPlace && isOut && areFew ? 0 : undefined;
  };
}

function countEmpty({ inventory, binCount }: BinsInView, tried: readonly number[]): number {
  let count = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const isUsable = inventory.enabled(bin) && !inventory.faulty(bin) && !tried.includes(bin);
    if (isUsable && inventory.content(bin).belief === Belief.empty) count++;
  }
  return count;
}

function isPlace({ places }: Returned, bin: number): boolean {
  return places.some((place) => place.bin === bin);
}
