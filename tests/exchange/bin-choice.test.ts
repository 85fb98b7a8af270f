import { beforeEach, describe, expect, test } from "vitest";
import type { BinControl } from "../../firmware/bins/bin-control.js";
import { recordBinCheck } from "../../firmware/exchange/bin-check.js";
import { chooseFreeBin, hasBinToCheck, hasWorkingBin } from "../../firmware/exchange/bin-choice.js";
import { Auth, Belief, CommandKind, Kind } from "../../firmware/records/records.js";
import type { BinBeliefs, BinPlace } from "../../firmware/state/bin-beliefs.js";
import { WriteRefused } from "../../firmware/state/ledger.js";
import type { DoorState } from "../../hal/ports/bins.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";

const { empty, holds, taken, doubt } = Belief;

interface Bin {
  belief: Belief;
  door: DoorState;
  enabled: boolean;
  faulty: boolean;
}

let bins: Bin[];
let places: BinPlace[];

beforeEach(() => {
  places = [];
});

/** Bins with these beliefs, enabled, sound and shut. */
function box(...beliefs: Belief[]): void {
  bins = beliefs.map((belief) => ({ belief, door: "closed", enabled: true, faulty: false }));
}

function view() {
  const beliefs = {
    content: (bin: number) => ({ belief: bins[bin]!.belief, item: undefined }),
    enabled: (bin: number) => bins[bin]!.enabled,
    faulty: (bin: number) => bins[bin]!.faulty,
  } as unknown as BinBeliefs;
  const control = { door: (bin: number) => bins[bin]!.door } as unknown as BinControl;
  return { beliefs, control, binCount: bins.length };
}

/** The bins that are chosen one after the other, each being tried and left. */
function order(byRight: boolean): number[] {
  const tried: number[] = [];
  for (;;) {
    const bin = chooseFreeBin(view(), { places, byRight }, tried);
    if (bin === undefined) return tried;
    tried.push(bin);
  }
}

const isAt = (...bins: number[]) => {
  places = bins.map((bin) => ({ bin, belief: holds }));
};

describe("whoever has a right", () => {
  test("gets the bin from which the key was taken, then an empty one, then one where it may be; no other", () => {
    box(doubt, empty, taken, doubt, taken, holds, empty);
    isAt(2, 3, 5);
    expect(order(true)).toEqual([2, 1, 6, 3]);
  });

  test("gets the least of the shut ones before the best of those that stand open", () => {
    box(taken, doubt);
    places = [
      { bin: 0, belief: taken },
      { bin: 1, belief: doubt },
    ];
    expect(order(true)).toEqual([0, 1]);
    bins[0]!.door = "open";
    expect(order(true)).toEqual([1, 0]);
  });

  test("gets a shut door before an open one, and one that works before one that did not", () => {
    box(empty, empty, taken, doubt, empty, doubt);
    isAt(2, 3, 5);
    bins[0]!.door = "open";
    bins[1]!.faulty = true;
    bins[2]!.door = "open";
    bins[2]!.faulty = true;
    bins[5]!.door = "open";
    expect(order(true)).toEqual([4, 3, 0, 5, 1, 2]);
  });

  test("gets an unknown door as a shut one, and no bin that is disabled", () => {
    box(empty, empty, empty);
    bins[0]!.door = "unknown";
    bins[1]!.enabled = false;
    expect(order(true)).toEqual([0, 2]);
  });
});

describe("a tag", () => {
  test("opens what is surely empty, and nothing else while there is enough of that", () => {
    box(taken, empty, holds, doubt, empty);
    isAt(0);
    places = [{ bin: 0, belief: taken }];
    expect(order(false)).toEqual([1, 0, 4]);
    expect(chooseFreeBin(view(), { places, byRight: false }, [])).toBe(1);
  });

  test("opens the bin from which its key was taken where one empty bin is left, or none", () => {
    places = [{ bin: 0, belief: taken }];
    box(taken, empty, holds);
    expect(order(false)).toEqual([0, 1]);
    box(taken, holds, holds);
    expect(order(false)).toEqual([0]);
    box(taken, taken, holds);
    expect(order(false)).toEqual([0]);
  });

  test("opens it before an empty one, wherever the two are, and not where two empty ones are left", () => {
    places = [{ bin: 1, belief: taken }];
    box(empty, taken, holds);
    expect(chooseFreeBin(view(), { places, byRight: false }, [])).toBe(1);
    places = [{ bin: 2, belief: taken }];
    box(empty, empty, taken);
    expect(chooseFreeBin(view(), { places, byRight: false }, [])).toBe(0);
  });

  test("opens it not where the key surely hangs elsewhere, nor a bin in doubt", () => {
    box(taken, holds, doubt);
    places = [
      { bin: 0, belief: taken },
      { bin: 1, belief: holds },
      { bin: 2, belief: doubt },
    ];
    expect(order(false)).toEqual([]);
    places = places.slice(0, 1);
    expect(order(false)).toEqual([0]);
  });

  test("finds few empty bins where an eighth of the box is left", () => {
    const rest = (count: number) => Array.from({ length: count }, () => holds);
    places = [{ bin: 0, belief: taken }];
    box(taken, empty, empty, ...rest(13));
    expect(chooseFreeBin(view(), { places, byRight: false }, [])).toBe(0);
    box(taken, empty, empty, ...rest(12));
    expect(chooseFreeBin(view(), { places, byRight: false }, [])).toBe(1);
    box(taken, empty, ...rest(5));
    expect(chooseFreeBin(view(), { places, byRight: false }, [])).toBe(0);
  });

  test.each<[string, (bin: Bin) => void]>([
    [
      "disabled",
      (bin) => {
        bin.enabled = false;
      },
    ],
    [
      "faulty",
      (bin) => {
        bin.faulty = true;
      },
    ],
  ])("counts no empty bin that is %s", (_, change) => {
    box(taken, empty, empty, holds);
    places = [{ bin: 0, belief: taken }];
    expect(chooseFreeBin(view(), { places, byRight: false }, [])).toBe(1);
    change(bins[1]!);
    expect(chooseFreeBin(view(), { places, byRight: false }, [])).toBe(0);
  });

  test("counts an empty bin behind an open door, and prefers a shut one", () => {
    box(empty, empty, empty);
    bins[0]!.door = "open";
    bins[1]!.faulty = true;
    expect(order(false)).toEqual([2, 0, 1]);
  });
});

test("a box has a working bin where one is enabled and not faulty, were it the first or the last", () => {
  for (const bin of [0, 2]) {
    box(holds, holds, holds);
    for (const one of bins) one.enabled = false;
    expect(hasWorkingBin(view())).toBe(false);
    bins[bin]!.enabled = true;
    expect(hasWorkingBin(view())).toBe(true);
    bins[bin]!.faulty = true;
    expect(hasWorkingBin(view())).toBe(false);
  }
});

test("a bin is to be looked into where it is enabled, and in doubt or taken from", () => {
  for (const [belief, expected] of [
    [empty, false],
    [holds, false],
    [taken, true],
    [doubt, true],
  ] as const) {
    box(belief, holds, holds);
    expect(hasBinToCheck(view())).toBe(expected);
    box(holds, holds, belief);
    expect(hasBinToCheck(view())).toBe(expected);
    bins[2]!.enabled = false;
    expect(hasBinToCheck(view())).toBe(false);
  }
});

describe("what somebody says of a bin", () => {
  let bench: LedgerBench;
  beforeEach(() => {
    bench = new LedgerBench();
  });
  const said = () =>
    [...readJournal(bench.flash, 1)].flatMap(({ record }) => {
      if (record?.kind !== Kind.binChecked) return [];
      const { at, flags, kind, ...rest } = record;
      return [rest];
    });

  test("is on record as they say it", () => {
    recordBinCheck(bench.ledger, 1, "empty", {});
    recordBinCheck(bench.ledger, 2, { key: 7 }, { of: 5, auth: Auth.badge });
    recordBinCheck(bench.ledger, 3, { fob: "777XYZ" }, { of: 6 });
    recordBinCheck(bench.ledger, 4, { doubt: { key: 8 } }, {});
    recordBinCheck(bench.ledger, 0, { doubt: {} }, { auth: Auth.keyCode });
    expect(said()).toEqual([
      { bin: 1 },
      { bin: 2, of: 5, auth: Auth.badge, key: 7 },
      { bin: 3, of: 6, fob: "777XYZ" },
      { bin: 4, key: 8, doubt: 1 },
      { bin: 0, auth: Auth.keyCode, doubt: 1 },
    ]);
  });

  test("has room where returns have, and no longer", () => {
    const fillFor = (rank: "pickup" | "dropoff") => {
      for (let id = 1; bench.ledger.refusal(rank) === undefined; id++) {
        bench.ledger.write({ kind: Kind.command, id, command: CommandKind.reboot }, "vital");
      }
    };
    fillFor("pickup");
    recordBinCheck(bench.ledger, 1, "empty", {});
    fillFor("dropoff");
    expect(() => recordBinCheck(bench.ledger, 2, "empty", {})).toThrow(WriteRefused);
    expect(said()).toEqual([{ bin: 1 }]);
  });
});
