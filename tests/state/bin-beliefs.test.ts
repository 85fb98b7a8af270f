import { beforeEach, describe, expect, test } from "vitest";
import { Belief, type Held } from "../../firmware/records/records.js";
import type { BinInfo, SnapshotView } from "../../firmware/snapshot/contract.js";
import { BinBeliefs } from "../../firmware/state/bin-beliefs.js";
import { type BinChange, type BoxState, emptyState } from "../../firmware/state/box-state.js";

const BINS = 8;
const EMPTY: BinInfo = { enabled: true, key: undefined, fob: undefined, uncertain: false, taken: false };

let state: BoxState;
let rows: Map<number, BinInfo>;
let hasSnapshot: boolean;
let isRotten: boolean;
let beliefs: BinBeliefs;

/** As the box has it. */
const inForce = {
  get view() {
    return hasSnapshot ? ({ bin: (bin: number) => rows.get(bin) } as SnapshotView) : undefined;
  },
  get isRotten() {
    return isRotten;
  },
};

beforeEach(() => {
  state = emptyState();
  rows = new Map();
  hasSnapshot = true;
  isRotten = false;
  beliefs = new BinBeliefs(state, inForce, BINS);
});

const change = (bin: number, belief: Belief, item: BinChange["item"], seq = 1) =>
  state.bins.set(bin, { seq, belief, item });
const row = (bin: number, more: Partial<BinInfo>) => rows.set(bin, { ...EMPTY, ...more });

describe("of a bin without a change", () => {
  test.each<[Partial<BinInfo>, Belief, Held | undefined]>([
    [{}, Belief.empty, undefined],
    [{ key: 7 }, Belief.holds, { key: 7 }],
    [{ fob: "777XYZ" }, Belief.holds, { fob: "777XYZ" }],
    [{ key: 7, uncertain: true }, Belief.doubt, { key: 7 }],
    [{ uncertain: true }, Belief.doubt, undefined],
    [{ key: 7, taken: true }, Belief.taken, { key: 7 }],
    [{ fob: "777XYZ", taken: true }, Belief.taken, { fob: "777XYZ" }],
    [{ key: 7, taken: true, uncertain: true }, Belief.doubt, { key: 7 }],
    [{ taken: true }, Belief.doubt, undefined],
  ])("%o is belief %i", (info, belief, item) => {
    row(2, info);
    expect(beliefs.content(2)).toEqual({ belief, item });
  });

  test("no row, and no snapshot at all, is doubt", () => {
    const doubt = { belief: Belief.doubt, item: undefined };
    expect(beliefs.content(2)).toEqual(doubt);
    row(2, {});
    hasSnapshot = false;
    expect(beliefs.content(2)).toEqual(doubt);
  });
});

test("a change counts before the snapshot; the same is what the snapshot names", () => {
  row(2, { key: 7 });
  change(2, Belief.empty, undefined);
  expect(beliefs.content(2)).toEqual({ belief: Belief.empty, item: undefined });
  change(2, Belief.holds, { key: 8 });
  expect(beliefs.content(2)).toEqual({ belief: Belief.holds, item: { key: 8 } });
  change(2, Belief.doubt, "same");
  expect(beliefs.content(2)).toEqual({ belief: Belief.doubt, item: { key: 7 } });
  hasSnapshot = false;
  expect(beliefs.content(2)).toEqual({ belief: Belief.doubt, item: undefined });
});

describe("the places of a key", () => {
  test("are told the likeliest first, and of each the one that was told last", () => {
    change(0, Belief.taken, { key: 7 }, 9);
    change(1, Belief.doubt, { key: 7 }, 8);
    change(2, Belief.holds, { key: 7 }, 3);
    row(3, { key: 7 });
    change(4, Belief.holds, { key: 7 }, 5);
    change(5, Belief.doubt, { key: 7 }, 10);
    change(6, Belief.holds, { key: 8 }, 11);
    change(7, Belief.empty, undefined, 12);
    expect(beliefs.placesOf({ key: 7 }, undefined)).toEqual([
      { bin: 4, belief: Belief.holds },
      { bin: 2, belief: Belief.holds },
      { bin: 3, belief: Belief.holds },
      { bin: 5, belief: Belief.doubt },
      { bin: 1, belief: Belief.doubt },
      { bin: 0, belief: Belief.taken },
    ]);
  });

  test("are bins of this box, and the first record of all counts before the snapshot", () => {
    row(BINS, { key: 7 });
    row(3, { key: 7 });
    change(4, Belief.holds, { key: 7 }, 1);
    expect(beliefs.placesOf({ key: 7 }, undefined).map(({ bin }) => bin)).toEqual([4, 3]);
  });

  test("are those of its fob too, which was hung up before the snapshot knew it", () => {
    for (let bin = 0; bin < BINS; bin++) row(bin, {});
    row(1, { fob: "777XYZ" });
    row(2, { fob: "888XYZ" });
    row(7, { key: 7 });
    expect(beliefs.placesOf({ key: 7 }, "777XYZ").map(({ bin }) => bin)).toEqual([1, 7]);
    expect(beliefs.placesOf({ key: 7 }, undefined).map(({ bin }) => bin)).toEqual([7]);
    expect(beliefs.placesOf({ fob: "888XYZ" }, undefined).map(({ bin }) => bin)).toEqual([2]);
    expect(beliefs.placesOf({ fob: "999XYZ" }, undefined)).toEqual([]);
    expect(beliefs.placesOf({ key: 9 }, "999XYZ")).toEqual([]);
  });
});

test("a bin is enabled by command, by the snapshot, and where nobody says otherwise", () => {
  row(1, { enabled: false });
  state.enabled.set(2, { enabled: false, seq: 1 });
  state.enabled.set(3, { enabled: true, seq: 1 });
  row(3, { enabled: false });
  row(4, {});
  expect([0, 1, 2, 3, 4].map((bin) => beliefs.enabled(bin))).toEqual([true, false, false, true, true]);
  hasSnapshot = false;
  expect(beliefs.enabled(1)).toBe(true);
});

test("faulty bins are those of the state", () => {
  state.faulty.add(3);
  expect([beliefs.faulty(3), beliefs.faulty(4)]).toEqual([true, false]);
});

test("of a snapshot that has rotted no row is sure; what the box saw itself is", () => {
  rows.set(0, EMPTY);
  rows.set(1, { ...EMPTY, key: 4 });
  rows.set(2, { ...EMPTY, key: 5 });
  rows.set(3, { ...EMPTY, key: 6 });
  change(2, Belief.taken, "same");
  change(3, Belief.empty, undefined);
  change(4, Belief.holds, { key: 7 });
  const told = () => [0, 1, 2, 3, 4].map((bin) => beliefs.content(bin).belief);
  expect(told()).toEqual([Belief.empty, Belief.holds, Belief.taken, Belief.empty, Belief.holds]);
  isRotten = true;
  expect(told()).toEqual([Belief.doubt, Belief.doubt, Belief.doubt, Belief.empty, Belief.holds]);
  expect(beliefs.placesOf({ key: 4 }, undefined), "whoever has a right to it gets there").toEqual([
    { bin: 1, belief: Belief.doubt },
  ]);
});
