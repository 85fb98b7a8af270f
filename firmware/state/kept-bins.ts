import type { Rank } from "../journal/contract.js";
import { type Body, Kind } from "../records/records.js";
import type { SnapshotView } from "../snapshot/contract.js";
import { emptyState } from "./box-state.js";
import { Inventory } from "./inventory.js";
import type { Ledger } from "./ledger.js";

/**
 * A cloud whose database was put back from a copy knows less than the box does, and says so by an `asOf` or an acknowledgement that goes
 * back. What the box believes must not be forgotten with it: an occupied bin would count as empty.
 */

/** Beliefs that `next` would take away, each as a record. `current` is the snapshot in force; undefined: none that can be read. */
export function* heldAgainst(
  next: SnapshotView,
  current: SnapshotView | undefined,
  ledger: Ledger,
  binCount: number,
): Iterable<Body> {
  const mine = new Inventory(ledger.state, () => current, binCount);
  const theirs = new Inventory(emptyState(), () => next, binCount);
  for (let bin = 0; bin < binCount; bin++) {
    const isKnown = current !== undefined || ledger.state.bins.has(bin);
    if (isKnown && !isSame(mine, theirs, bin)) yield keptBin(mine, bin);
  }
}

/** Tells anew what the cloud has acknowledged, has lost, and cannot get again: the journal has no room for it any more. */
export function keepWhatIsLost(ledger: Ledger, inventory: Inventory, through: number): void {
  const { oldestSeq } = ledger.journal;
  if (through >= ledger.state.acked || through + 1 >= oldestSeq) return;
  const lost = [...ledger.state.bins].filter(([, { seq }]) => seq > through && seq < oldestSeq);
  for (const [bin] of lost) ledger.note(keptBin(inventory, bin), KEPT_RANK);
}

/** As the record that applies a snapshot: the one is worth nothing without the other. */
export const KEPT_RANK: Rank = "vital";

function keptBin(inventory: Inventory, bin: number): Body {
  const { belief, item } = inventory.content(bin);
  return { kind: Kind.binKept, bin, belief, ...item };
}

function isSame(a: Inventory, b: Inventory, bin: number): boolean {
  const mine = a.content(bin);
  const theirs = b.content(bin);
  return mine.belief === theirs.belief && mine.item?.key === theirs.item?.key && mine.item?.fob === theirs.item?.fob;
}
