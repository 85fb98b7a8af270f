import { beforeEach, describe, expect, test } from "vitest";
import { CommandKind, Kind } from "../../firmware/records/records.js";
import { SnapshotError, type SnapshotView, type SnapshotWriter } from "../../firmware/snapshot/contract.js";
import { CurrentSnapshot } from "../../firmware/state/current-snapshot.js";
import { type Ledger, WriteRefused } from "../../firmware/state/ledger.js";
import { FlashError } from "../../hal/ports/flash.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";

const BINS = 4;
const CRC = 0xcbf4_3926;
let bench: LedgerBench;
/** By slot: what is in it, or the error with which it is opened. */
let slots: (SnapshotView | Error | undefined)[];
let begun: number[][];
let told: number;

const WRITER = { offset: 0 } as SnapshotWriter;

beforeEach(() => {
  bench = new LedgerBench();
  slots = [undefined, undefined];
  begun = [];
  told = 0;
});

function current(): CurrentSnapshot {
  return new CurrentSnapshot(
    {
      open: (slot, version) => {
        const there = slots[slot];
        if (there instanceof Error) throw there;
        if (there?.version !== version) throw new SnapshotError("of another version");
        return there;
      },
      begin: (...args) => {
        begun.push(args);
        return WRITER;
      },
    },
    bench.ledger,
    { snapshotRotted: () => told++ },
  );
}

function view(version: number, more: Partial<SnapshotView> = {}): SnapshotView {
  const epoch = bench.ledger.journal.epoch!.slice();
  return { version, sheet: 1, asOf: 0, epoch, binsCrc: () => CRC, ...more } as SnapshotView;
}

const applied = () =>
  [...readJournal(bench.flash, 1)].flatMap(({ record }) => (record?.kind === Kind.snapshotApplied ? [record] : []));

test("a box without a snapshot asks for one, and receives it into slot 0", () => {
  const snapshot = current();
  expect([snapshot.view, snapshot.version, snapshot.damage]).toEqual([undefined, 0, undefined]);
  expect(snapshot.begin(3, 400)).toBe(WRITER);
  expect(begun).toEqual([[0, 3, 400]]);
  expect(() => snapshot.begin(0, 400)).not.toThrow();
});

test("what is activated is in force from its record on, and after a boot", () => {
  slots[0] = view(3, { sheet: 4 });
  const snapshot = current();
  snapshot.activate(slots[0], BINS);
  expect([snapshot.view, snapshot.version]).toEqual([slots[0], 3]);
  expect(applied()).toMatchObject([{ version: 3, slot: 0, asOf: 0, sheet: 4 }]);
  expect([current().view, current().wholeVersion]).toEqual([slots[0], 3]);
});

test("the next one goes into the other slot, each time", () => {
  const snapshot = current();
  for (const [version, slot] of [
    [3, 0],
    [4, 1],
    [7, 0],
  ] as const) {
    snapshot.begin(version, 400);
    expect(begun.at(-1)).toEqual([slot, version, 400]);
    snapshot.activate(view(version), BINS);
    expect(bench.ledger.state.snapshot).toMatchObject({ version, slot });
  }
});

test("a version never goes back, and the one in force is not taken again", () => {
  const snapshot = current();
  snapshot.activate(view(3), BINS);
  for (const version of [2, 3]) {
    expect(() => snapshot.begin(version, 400)).toThrow(`snapshot version ${version} is not above 3`);
    expect(() => snapshot.activate(view(version), BINS)).toThrow(SnapshotError);
  }
  expect([applied().length, begun, snapshot.version]).toEqual([1, [], 3]);
});

test("one that has rotted goes on, says so, and is taken once more, into the other slot", () => {
  const snapshot = current();
  const before = view(3);
  snapshot.activate(before, BINS);
  expect([snapshot.version, snapshot.wholeVersion]).toEqual([3, 3]);
  snapshot.rotted();
  expect([snapshot.view, snapshot.version, snapshot.wholeVersion]).toEqual([before, 3, 0]);
  expect([snapshot.damage, told]).toEqual(["damaged: the checksum does not match any more", 1]);
  expect(() => snapshot.begin(2, 400)).toThrow("snapshot version 2 is not above 3");
  snapshot.begin(3, 400);
  expect(begun).toEqual([[1, 3, 400]]);
  const again = view(3);
  snapshot.activate(again, BINS);
  expect([snapshot.view, snapshot.wholeVersion, snapshot.damage]).toEqual([again, 3, undefined]);
  expect(() => snapshot.begin(3, 400)).toThrow("snapshot version 3 is not above 3");
});

describe("the rows of the bins, when somebody is about to rely on them", () => {
  let crc: () => number;
  /** Put in force with CRC, and then booted from. */
  const booted = () => {
    crc = () => CRC;
    slots[0] = view(3, { binsCrc: () => crc() });
    current().activate(slots[0], BINS);
    bench.reboot();
    return current();
  };
  const look = (snapshot: CurrentSnapshot) => {
    snapshot.lookAtBins();
    return [snapshot.isRotten, told];
  };
  const unreadable = () => {
    throw new FlashError("no answer");
  };

  test("are those that came", () => {
    expect(look(booted())).toEqual([false, 0]);
    expect(applied()).toMatchObject([{ binsCrc: CRC }]);
  });
  test.each([
    ["others", () => CRC + 1],
    ["not to be read", unreadable],
  ] as const)("are %s: told once", (_, now) => {
    const snapshot = booted();
    crc = now;
    expect([look(snapshot), look(snapshot)]).toEqual([
      [true, 1],
      [true, 1],
    ]);
  });
  test("another error is not kept quiet", () => {
    const snapshot = booted();
    crc = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => snapshot.lookAtBins()).toThrow("the port is broken");
  });
  test("have nothing to be held against where an older firmware put them in force, or nothing is", () => {
    expect(look(current())).toEqual([false, 0]);
    slots[0] = view(3, { binsCrc: unreadable });
    bench.ledger.write({ kind: Kind.snapshotApplied, version: 3, slot: 0, asOf: 0, sheet: 1 }, "vital");
    expect(look(current())).toEqual([false, 0]);
  });
  test("are looked at before a cloud that knows less has anything of them told anew", () => {
    let crc = CRC;
    const bin = () => undefined;
    const snapshot = current();
    snapshot.activate(view(3, { asOf: bench.ledger.journal.nextSeq - 1, bin, binsCrc: () => crc }), BINS);
    crc++;
    snapshot.activate(view(4, { bin }), BINS);
    expect(told).toBe(1);
    snapshot.activate(view(5, { bin }), BINS);
    expect([told, snapshot.isRotten]).toEqual([1, false]);
  });
});

describe("a slot that cannot be read", () => {
  test.each([new SnapshotError("damaged: the checksum"), new FlashError("no answer")])("tells why: %o", (error) => {
    current().activate(view(3), BINS);
    slots[0] = error;
    const snapshot = current();
    expect([snapshot.view, snapshot.version, snapshot.damage]).toEqual([undefined, 0, error.message]);
    // The same version may come again, into the other slot; an older one may not.
    expect(() => snapshot.begin(2, 400)).toThrow("snapshot version 2 is not above 3");
    snapshot.begin(3, 400);
    expect(begun).toEqual([[1, 3, 400]]);
    const again = view(3);
    snapshot.activate(again, BINS);
    expect([snapshot.view, snapshot.damage]).toEqual([again, undefined]);
    expect(bench.ledger.state.snapshot).toMatchObject({ version: 3, slot: 1 });
  });

  test("another error is not kept quiet", () => {
    current().activate(view(3), BINS);
    slots[0] = new TypeError("the port is broken");
    expect(() => current()).toThrow("the port is broken");
  });
});

test("a snapshot whose record cannot be written is not in force", () => {
  slots[0] = view(3);
  const snapshot = current();
  snapshot.activate(slots[0], BINS);
  bench.mains = false;
  bench.millivolts = 3_000;
  expect(() => snapshot.activate(view(4), BINS)).toThrow(WriteRefused);
  expect([snapshot.view, snapshot.version, bench.ledger.state.snapshot?.version]).toEqual([slots[0], 3, 3]);
});

test("its record is written in a journal that has room for nothing less", () => {
  for (let id = 1; bench.ledger.refusal("dropoff") === undefined; id++) {
    bench.ledger.write({ kind: Kind.command, id, command: CommandKind.closeSheets, sheet: 1 }, "vital");
  }
  const snapshot = current();
  snapshot.activate(view(3), BINS);
  expect(snapshot.version).toBe(3);
});

test("a journal that has no life yet was taken into account by nobody", () => {
  const written: unknown[] = [];
  const ledger = {
    state: { snapshot: undefined },
    journal: { epoch: undefined, nextSeq: 9 },
    write: (body: unknown) => written.push(body),
  } as unknown as Ledger;
  const slotsOf = { open: () => view(3), begin: () => WRITER };
  new CurrentSnapshot(slotsOf, ledger).activate(view(3, { asOf: 5 }), BINS);
  expect(written).toMatchObject([{ asOf: 0 }]);
});

describe("what the cloud had taken into account", () => {
  const asOf = (more: Partial<SnapshotView>) => {
    current().activate(view(3, more), BINS);
    return bench.ledger.state.snapshot?.asOf;
  };
  test("counts in this journal's life, up to its last record", () => {
    const last = bench.ledger.journal.nextSeq - 1;
    expect(last).toBeGreaterThan(0);
    expect(asOf({ asOf: last })).toBe(last);
  });
  test("is nothing beyond the last record", () => {
    expect(asOf({ asOf: bench.ledger.journal.nextSeq })).toBe(0);
  });
  test("is nothing of another life, were it one byte away", () => {
    const epoch = bench.ledger.journal.epoch!.slice();
    epoch[epoch.length - 1]! ^= 1;
    expect(asOf({ asOf: 1, epoch })).toBe(0);
  });
});
