import type { Rank } from "../journal/contract.js";
import { Belief, type Body, Kind } from "../records/records.js";
import type { SnapshotSource, SnapshotView } from "../snapshot/contract.js";
import { BinBeliefs } from "./bin-beliefs.js";
import { emptyState } from "./box-state.js";
import type { Ledger } from "./ledger.js";

/**
 * A cloud whose database was put back from a copy knows less than the box does, and says so by an `asOf` or an acknowledgement that goes
 * back. What the box believes must not be forgotten with it: an occupied bin would count as empty.
 */

/** Beliefs that `next` would take away, each as a record. `current`: the snapshot in force. */
export function* heldAgainst(
  next: SnapshotView,
  current: SnapshotSource,
  ledger: Ledger,
  binCount: number,
): Iterable<Body> {
  const mine = new BinBeliefs(ledger.state, current, binCount);
  const theirs = new BinBeliefs(emptyState(), { view: next }, binCount);
  for (let bin = 0; bin < binCount; bin++) {
    const isKnown = current.view !== undefined || ledger.state.bins.has(bin);
    if (isKnown && !isSame(mine, theirs, bin)) yield keptBin(mine, bin);
  }
}

/**
 * Tells anew what is believed of each of the `binCount` bins: records are missing that the cloud never got, or has lost, and it holds
 * every bin for doubtful from there on. A bin that is in doubt here stays so there.
 */
export function tellAllBins(ledger: Ledger, beliefs: BinBeliefs, binCount: number): void {
  for (let bin = 0; bin < binCount; bin++) {
    // Not vital: the last of the space is for emergencies themselves, and without this record the cloud only knows less.
    if (beliefs.content(bin).belief !== Belief.doubt) ledger.note(keptBin(beliefs, bin), "dropoff");
  }
}

/** As the record that applies a snapshot: the one is worth nothing without the other. */
export const KEPT_RANK: Rank = "vital";

function keptBin(beliefs: BinBeliefs, bin: number): Body {
  const { belief, item } = beliefs.content(bin);
  return { kind: Kind.binKept, bin, belief, ...item };
}

function isSame(a: BinBeliefs, b: BinBeliefs, bin: number): boolean {
  const mine = a.content(bin);
  const theirs = b.content(bin);
  return mine.belief === theirs.belief && mine.item?.key === theirs.item?.key && mine.item?.fob === theirs.item?.fob;
}
