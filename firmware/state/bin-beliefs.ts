import { Belief, type Held } from "../records/records.js";
import type { BinInfo, SnapshotSource } from "../snapshot/contract.js";
import type { BoxState } from "./box-state.js";

/** What is believed of a bin. */
export interface BinContent {
  readonly belief: Belief;
  /** Of `holds` and `taken` always there; of `doubt` where one is named. */
  readonly item: Held | undefined;
}

/** Where a key or fob may be. */
export interface BinPlace {
  readonly bin: number;
  /** Never `empty`. */
  readonly belief: Belief;
}

const ORDER: readonly Belief[] = [Belief.holds, Belief.doubt, Belief.taken];

/** What is believed of which bin, as the snapshot and the journal together tell it. */
export class BinBeliefs {
  readonly #state: BoxState;
  readonly #snapshot: SnapshotSource;
  readonly #binCount: number;

  constructor(state: BoxState, snapshot: SnapshotSource, binCount: number) {
    this.#state = state;
    this.#snapshot = snapshot;
    this.#binCount = binCount;
  }

  content(bin: number): BinContent {
    const change = this.#state.bins.get(bin);
    const { view, isRotten = false } = this.#snapshot;
    if (change === undefined) return contentOf(view?.bin(bin), isRotten);
    if (change.item !== "same") return { belief: change.belief, item: change.item };
    return { belief: isRotten ? Belief.doubt : change.belief, item: itemIn(view?.bin(bin)) };
  }

  /**
   * Every bin where a key or a fob may be, the likeliest first: where it surely hangs, where it is in doubt, where it was taken; of
   * each, what was told last. A key that was hung up before the snapshot knew its fob is found by that.
   */
  placesOf(item: Held, fob: string | undefined): readonly BinPlace[] {
    const places: BinPlace[] = [];
    for (let bin = 0; bin < this.#binCount; bin++) {
      const { belief, item: there } = this.content(bin);
      const isThat = there !== undefined && (same(there, item) || (fob !== undefined && there.fob === fob));
      if (isThat) places.push({ bin, belief });
    }
    return places.sort(
      (a, b) => ORDER.indexOf(a.belief) - ORDER.indexOf(b.belief) || this.#toldAt(b) - this.#toldAt(a),
    );
  }

  enabled(bin: number): boolean {
    return this.#state.enabled.get(bin)?.enabled ?? this.#snapshot.view?.bin(bin)?.enabled ?? true;
  }

  faulty(bin: number): boolean {
    return this.#state.faulty.has(bin);
  }

  #toldAt({ bin }: BinPlace): number {
    return this.#state.bins.get(bin)?.seq ?? 0;
  }
}

/**
 * A bin of which no snapshot tells, or whose row cannot be read, is in doubt; so is each of a snapshot that has rotted: one bit makes
 * of a bin with key 4 one that is surely empty, which opens for any tag.
 */
function contentOf(info: BinInfo | undefined, isRotten: boolean): BinContent {
  const item = itemIn(info);
  if (info === undefined || info.uncertain || isRotten) return { belief: Belief.doubt, item };
  if (item !== undefined) return { belief: info.taken ? Belief.taken : Belief.holds, item };
  return { belief: info.taken ? Belief.doubt : Belief.empty, item };
}

function itemIn(info: BinInfo | undefined): Held | undefined {
  if (info?.key !== undefined) return { key: info.key };
  return info?.fob === undefined ? undefined : { fob: info.fob };
}

function same(a: Held, b: Held): boolean {
  return a.key === b.key && a.fob === b.fob;
}
