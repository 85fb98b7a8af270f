import type { Held } from "../records/records.js";
import type { BinInfo, SnapshotView } from "../snapshot/contract.js";
import type { BoxState } from "./box-state.js";

export interface BinContent {
  readonly held: Held | undefined;
  readonly uncertain: boolean;
  /** Nobody ever told the box what is in there: no row of a snapshot that can be read, and nothing in the journal. */
  readonly unknown: boolean;
  /** The journal emptied it by a pick-up, and nobody has looked since: a person may have shut the door on the key. */
  readonly presumed: boolean;
}

/** What is in which bin, as the snapshot and the journal together tell it. */
export class Inventory {
  readonly #state: BoxState;
  readonly #snapshot: () => SnapshotView | undefined;
  readonly #binCount: number;

  constructor(state: BoxState, snapshot: () => SnapshotView | undefined, binCount: number) {
    this.#state = state;
    this.#snapshot = snapshot;
    this.#binCount = binCount;
  }

  content(bin: number): BinContent {
    const change = this.#state.bins.get(bin);
    if (change !== undefined && change.content !== "same") {
      const held = change.content === "empty" ? undefined : change.content;
      return { held, uncertain: change.uncertain, unknown: false, presumed: held === undefined };
    }
    const info = this.#snapshot()?.bin(bin);
    const unknown = info === undefined;
    const uncertain = unknown || change?.uncertain === true || info.uncertain || info.taken;
    return { held: heldIn(info), uncertain, unknown, presumed: false };
  }

  /** The bin that holds the item; what the journal tells comes before what the snapshot tells. */
  binOf(item: Held): number | undefined {
    for (const [bin, change] of this.#state.bins) {
      if (typeof change.content === "object" && same(change.content, item)) return bin;
    }
    for (let bin = 0; bin < this.#binCount; bin++) {
      const held = this.content(bin).held;
      if (held !== undefined && same(held, item)) return bin;
    }
    return undefined;
  }

  enabled(bin: number): boolean {
    return this.#state.enabled.get(bin)?.enabled ?? this.#snapshot()?.bin(bin)?.enabled ?? true;
  }

  faulty(bin: number): boolean {
    return this.#state.faulty.has(bin);
  }
}

function heldIn(info: BinInfo | undefined): Held | undefined {
  if (info?.key !== undefined) return { key: info.key };
  return info?.fob !== undefined ? { fob: info.fob } : undefined;
}

function same(a: Held, b: Held): boolean {
  return a.key === b.key && a.fob === b.fob;
}
