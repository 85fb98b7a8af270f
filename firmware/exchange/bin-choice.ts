import type { BinControl } from "../bins/bin-control.js";
import { Belief } from "../records/records.js";
import type { BinBeliefs, BinPlace } from "../state/bin-beliefs.js";

export interface BinsInView {
  readonly beliefs: BinBeliefs;
  readonly control: BinControl;
  readonly binCount: number;
}

/** What is being returned, as far as it decides where it may go. */
export interface Returned {
  /** Every bin where it may be already; of those from which it was taken, the last first. */
  readonly places: readonly BinPlace[];
  /** Somebody with a right to it that holds now brings it; otherwise all that was shown is a tag, which may be a copy. */
  readonly byRight: boolean;
}

/** Added to a bin's rank. Bins behind shut doors come before open ones, and bins that work before those that did not open. */
const OPEN_DOOR = 4;
const FAULTY = 8;
/**
 * Empty bins are few when an eighth of the box, or less, is left. Only then may a scan bring a key back to the bin that it was taken
 * from: a roaming key, which has no such bin, needs an empty one.
 */
const KEPT_EMPTY = 8;

/**
 * The bin for a drop-off (README.md, "Returns"). Each bin has a rank, and the lowest wins: first by what is believed of it, then a
 * shut door before an open one, then a bin that works before one that did not open the last time. Undefined: none is left.
 */
export function chooseFreeBin(bins: BinsInView, returned: Returned, tried: readonly number[]): number | undefined {
  const rankOf = returned.byRight ? rankByRight(returned) : rankByScan(bins, returned, tried);
  let best: number | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (let bin = 0; bin < bins.binCount; bin++) {
    if (tried.includes(bin) || !bins.beliefs.enabled(bin)) continue;
    const rank = rankOf(bins.beliefs.content(bin).belief, isPlace(returned, bin), bin);
    if (rank === undefined) continue;
    const whole = rank + (bins.control.door(bin) === "open" ? OPEN_DOOR : 0) + (bins.beliefs.faulty(bin) ? FAULTY : 0);
    if (whole >= bestRank) continue;
    best = bin;
    bestRank = whole;
  }
  return best;
}

/** Whether there is any bin at all that works: tells a full box from a broken one. */
export function hasWorkingBin({ beliefs, binCount }: BinsInView): boolean {
  for (let bin = 0; bin < binCount; bin++) if (beliefs.enabled(bin) && !beliefs.faulty(bin)) return true;
  return false;
}

/** Whether a bin that nobody is sure of keeps a return out: somebody with a right can say what is in it. */
export function hasBinToCheck({ beliefs, binCount }: BinsInView): boolean {
  for (let bin = 0; bin < binCount; bin++) {
    const { belief } = beliefs.content(bin);
    if (beliefs.enabled(bin) && (belief === Belief.doubt || belief === Belief.taken)) return true;
  }
  return false;
}

/** Undefined: not there. */
type RankOf = (belief: Belief, isPlace: boolean, bin: number) => number | undefined;

/**
 * Whoever has a right to the item may open any bin that may hold it. First comes the bin that it was taken from: nobody else has a
 * use for that one. Where it was taken from several, the last comes first. Otherwise somebody could shut that door on the key and
 * return nothing to another bin: the box would then believe that the bin with the key in it is empty.
 */
function rankByRight({ places }: Returned): RankOf {
  const last = places.find(({ belief }) => belief === Belief.taken)?.bin;
  return (belief, isPlace, bin) => {
    if (belief === Belief.taken && isPlace) return bin === last ? 0 : 1;
    if (belief === Belief.empty) return 2;
    return belief === Belief.doubt && isPlace ? 3 : undefined;
  };
}

/**
 * For a scan, a bin opens that is surely empty. A bin that may hold a key does not: a tag can be copied. One exception: when empty
 * bins are few, a key's own tag opens the bin that it was taken from.
 */
function rankByScan(bins: BinsInView, returned: Returned, tried: readonly number[]): RankOf {
  const areFew = countEmpty(bins, tried) <= Math.max(1, Math.floor(bins.binCount / KEPT_EMPTY));
  // A tag of what surely hangs here brings nothing back.
  const isOut = !returned.places.some(({ belief }) => belief === Belief.holds);
  return (belief, isPlace) => {
    if (belief === Belief.empty) return areFew ? 1 : 0;
    return belief === Belief.taken && isPlace && isOut && areFew ? 0 : undefined;
  };
}

function countEmpty({ beliefs, binCount }: BinsInView, tried: readonly number[]): number {
  let count = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const isUsable = beliefs.enabled(bin) && !beliefs.faulty(bin) && !tried.includes(bin);
    if (isUsable && beliefs.content(bin).belief === Belief.empty) count++;
  }
  return count;
}

function isPlace({ places }: Returned, bin: number): boolean {
  return places.some((place) => place.bin === bin);
}
