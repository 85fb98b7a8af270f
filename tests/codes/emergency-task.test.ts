import { beforeEach, describe, expect, test } from "vitest";
import type { BinControl, OpeningEvents } from "../../firmware/bins/bin-control.js";
import { type EmergencyEvents, EmergencyTask } from "../../firmware/codes/emergency.js";
import { BinFault, CommandKind, EmergencyTarget, Kind, Outcome } from "../../firmware/records/records.js";
import { BinError, type DoorState } from "../../hal/ports/bins.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";
import { ManualTimers } from "../support/manual-timers.js";

const BINS = 3;

let bench: LedgerBench;
let task: EmergencyTask;
let control: { busy: boolean; doors: DoorState[]; release: () => void };
let openings: { bin: number; authority: number; events: OpeningEvents }[];
let timers: ManualTimers;
/** What the panel heard, in its order. */
let heard: string[];

beforeEach(() => {
  bench = new LedgerBench();
  heard = [];
  start();
});

/** As after a boot, on the ledger that the bench has then. */
function start(): void {
  openings = [];
  timers = new ManualTimers();
  control = { busy: false, doors: Array(BINS).fill("closed"), release: () => {} };
  const fake = {
    get busy() {
      return control.busy;
    },
    count: BINS,
    door: (bin: number) => control.doors[bin],
    open: (bin: number, authority: number, events: OpeningEvents) => openings.push({ bin, authority, events }),
    releaseMount: () => control.release(),
  };
  task = new EmergencyTask({
    ledger: bench.ledger,
    control: fake as unknown as BinControl,
    timers,
    clock: bench.clock,
  });
}

const events: EmergencyEvents = {
  opened: (bin) => heard.push(`opened ${bin}`),
  failed: (bin) => heard.push(`failed ${bin}`),
  heldOpen: (bin) => heard.push(`held open ${bin}`),
  closed: (bin) => heard.push(`closed ${bin}`),
  progress: (bin) => heard.push(`progress ${bin}`),
  allDone: (notOpened) => heard.push(`all done but ${notOpened}`),
  stopped: (reason, bin) => heard.push(`stopped ${reason} after ${bin}`),
  interrupted: (bin) => heard.push(`interrupted after ${bin}`),
};

function burn(target: EmergencyTarget, number = 1, bin?: number): number {
  return bench.ledger.write({ kind: Kind.emergency, target, sheet: 1, number, bin }, "vital");
}

function outcomes() {
  return [...readJournal(bench.flash, 1)].flatMap(({ record }) =>
    record?.kind === Kind.emergencyOutcome ? [{ of: record.of, bin: record.bin, result: record.result }] : [],
  );
}

/** The timer that waits falls due. */
function tick(): void {
  timers.advance(timers.waitsMs[0]!);
}

function brownOut(isOn: boolean): void {
  bench.mains = !isOn;
  bench.millivolts = isOn ? 3_000 : 3_900;
}

function fillForAllButVital(): void {
  for (let id = 1; bench.ledger.refusal("dropoff") === undefined; id++) {
    bench.ledger.write({ kind: Kind.command, id, command: CommandKind.closeSheets, sheet: 1 }, "vital");
  }
}

describe("one bin", () => {
  test("is opened by the record of its code; how it ended is on record before anybody hears of it", () => {
    const code = burn(EmergencyTarget.bin, 1, 2);
    let known: unknown;
    task.openBin(2, code, { ...events, opened: () => (known = outcomes()) });
    expect(openings).toMatchObject([{ bin: 2, authority: code }]);
    openings[0]!.events.opened();
    expect(known).toEqual([{ of: code, bin: 2, result: Outcome.done }]);
    openings[0]!.events.heldOpen();
    openings[0]!.events.closed(true);
    expect(heard).toEqual(["held open 2", "closed 2"]);
  });

  test("that did not open is on record as that, before anybody hears of it", () => {
    const code = burn(EmergencyTarget.bin, 1, 2);
    let known: unknown;
    task.openBin(2, code, { ...events, failed: () => (known = outcomes()) });
    openings[0]!.events.failed();
    expect(known).toEqual([{ of: code, bin: 2, result: Outcome.notOpened }]);
    expect(bench.ledger.state.opening).toBeUndefined();
  });

  test("waits for a lock that moves, a second at a time", () => {
    control.busy = true;
    task.openBin(2, burn(EmergencyTarget.bin, 1, 2), events);
    expect([openings.length, timers.waitsMs]).toEqual([0, [1_000]]);
    tick();
    expect([openings.length, timers.waitsMs]).toEqual([0, [1_000]]);
    control.busy = false;
    tick();
    expect(openings.map(({ bin }) => bin)).toEqual([2]);
    openings[0]!.events.opened();
    expect(heard).toEqual(["opened 2"]);
  });

  test("whose outcome cannot be written was opened all the same; another error is not kept quiet", () => {
    const code = burn(EmergencyTarget.bin, 1, 2);
    task.openBin(2, code, events);
    brownOut(true);
    openings[0]!.events.opened();
    expect([heard, outcomes()]).toEqual([["opened 2"], []]);
    brownOut(false);
    bench.flash.onOperation = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => openings[0]!.events.failed()).toThrow("the port is broken");
  });

  test("has its outcome on record in a journal that has room for nothing less", () => {
    fillForAllButVital();
    const code = burn(EmergencyTarget.bin, 1, 2);
    task.openBin(2, code, events);
    openings[0]!.events.opened();
    expect(outcomes()).toEqual([{ of: code, bin: 2, result: Outcome.done }]);
  });
});

describe("a run through all bins", () => {
  function begin(): number {
    const code = burn(EmergencyTarget.all);
    task.openAll(events);
    return code;
  }

  test("opens one after the other, a second apart, each by a record of its own", () => {
    const code = begin();
    expect(task.running).toBe(true);
    for (let bin = 0; bin < BINS; bin++) {
      expect(openings).toHaveLength(bin + 1);
      expect(openings[bin]!.bin).toBe(bin);
      expect(bench.ledger.state.opening).toMatchObject({ bin, seq: openings[bin]!.authority });
      openings[bin]!.events.opened();
      openings[bin]!.events.heldOpen();
      openings[bin]!.events.closed(true);
      expect(timers.waitsMs).toEqual([1_000]);
      tick();
    }
    expect(heard).toEqual(["progress 0", "progress 1", "progress 2", "all done but "]);
    expect(outcomes().at(-1)).toEqual({ of: code, bin: undefined, result: Outcome.done });
    expect([task.running, bench.ledger.state.openAll, timers.pending]).toEqual([false, undefined, 0]);
    expect(outcomes()).toHaveLength(BINS + 1);
  });

  test("goes on past a bin that does not open, and tells of it at the end, with those that a power cut cut off", () => {
    begin();
    bench.ledger.note({ kind: Kind.binFault, bin: 1, event: BinFault.wontOpen }, "vital");
    openings[0]!.events.opened();
    tick();
    openings[1]!.events.failed();
    tick();
    bench.ledger.state.openAll!.cutOff.add(0);
    bench.ledger.state.openAll!.cutOff.add(BINS);
    openings[2]!.events.opened();
    tick();
    expect(heard).toEqual(["progress 0", "progress 1", "progress 2", "all done but 0,1"]);
    expect(outcomes()[1]).toMatchObject({ bin: 1, result: Outcome.notOpened });
  });

  test("has each bin's outcome on record before anybody hears of its progress", () => {
    let known: unknown;
    burn(EmergencyTarget.all);
    task.openAll({ ...events, progress: () => (known = outcomes()) });
    openings[0]!.events.opened();
    expect(known).toMatchObject([{ bin: 0, result: Outcome.done }]);
  });

  test("is not begun without a code, nor twice", () => {
    task.openAll(events);
    expect([openings.length, task.running]).toEqual([0, false]);
    begin();
    task.openAll(events);
    expect(openings).toHaveLength(1);
  });

  test("stops where no record can be written for the next bin, tells after which, and may begin again", () => {
    begin();
    openings[0]!.events.opened();
    brownOut(true);
    let wasRunning: boolean | undefined;
    const stopped = events.stopped;
    Object.assign(events, {
      stopped: (...args: Parameters<typeof stopped>) => {
        wasRunning = task.running;
        stopped(...args);
      },
    });
    tick();
    Object.assign(events, { stopped });
    expect(heard).toEqual(["progress 0", "stopped battery-empty after 0"]);
    expect([task.running, wasRunning, openings.length]).toEqual([false, false, 1]);
    brownOut(false);
    task.openAll(events);
    expect(openings.at(-1)!.bin).toBe(1);
  });

  test("another error than a refusal is not kept quiet", () => {
    burn(EmergencyTarget.all);
    bench.flash.onOperation = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => task.openAll(events)).toThrow("the port is broken");
  });

  test("goes on in a journal that has room for nothing less", () => {
    fillForAllButVital();
    begin();
    expect(openings).toHaveLength(1);
  });

  test("ends with a word when its sheet is closed under it, and may begin again", () => {
    const code = begin();
    openings[0]!.events.opened();
    bench.ledger.write({ kind: Kind.command, id: 9, command: CommandKind.closeSheets, sheet: 5 }, "vital");
    let known: unknown;
    const { stopped } = events;
    Object.assign(events, {
      stopped: (...args: Parameters<typeof stopped>) => {
        known = [outcomes().at(-1), task.running];
        stopped(...args);
      },
    });
    tick();
    Object.assign(events, { stopped });
    expect(heard).toEqual(["progress 0", "stopped sheet-closed after 0"]);
    expect(known).toEqual([{ of: code, bin: undefined, result: Outcome.unconfirmed }, false]);
    expect(task.running).toBe(false);
  });

  test("ends with a word when a code of a newer sheet is taken under it", () => {
    begin();
    openings[0]!.events.opened();
    bench.ledger.write({ kind: Kind.emergency, target: EmergencyTarget.bin, bin: 1, sheet: 5, number: 0 }, "vital");
    tick();
    expect(heard).toEqual(["progress 0", "stopped sheet-closed after 0"]);
    expect(bench.ledger.state.openAll).toBeUndefined();
  });

  test("closed under it before its first bin, tells of none", () => {
    control.busy = true;
    begin();
    bench.ledger.write({ kind: Kind.command, id: 9, command: CommandKind.closeSheets, sheet: 5 }, "vital");
    control.busy = false;
    tick();
    expect(heard).toEqual(["stopped sheet-closed after -1"]);
  });
});

describe("a stock-take", () => {
  const code = (sheet = 1) => ({ of: burn(EmergencyTarget.all), sheet, number: 1 });
  const ofBin = () =>
    [...readJournal(bench.flash, 1)].flatMap(({ record }) =>
      record?.kind === Kind.emergency && record.bin !== undefined ? [record] : [],
    );

  test("begins with nothing open, and its code's record is ended", () => {
    const of = burn(EmergencyTarget.all);
    task.beginStockTake(of);
    expect(outcomes()).toEqual([{ of, bin: undefined, result: Outcome.done }]);
    expect(openings).toEqual([]);
  });

  test("opens the bin that its holder asks for, by a record that names the code and comes before the lock", () => {
    const by = code();
    expect(task.openToLook(2, by)).toBeUndefined();
    expect(ofBin()).toMatchObject([{ target: EmergencyTarget.all, bin: 2, stockTake: 1, ...by }]);
    expect(openings).toMatchObject([{ bin: 2, authority: bench.ledger.journal.nextSeq - 1 }]);
    const [{ events: told, authority }] = openings as [(typeof openings)[number]];
    told.opened();
    told.heldOpen();
    told.closed(true);
    expect(outcomes()).toEqual([{ of: authority, bin: 2, result: Outcome.done }]);
  });

  test("has a bin that did not open on record as that", () => {
    task.openToLook(2, code());
    openings[0]!.events.failed();
    expect(outcomes()).toMatchObject([{ bin: 2, result: Outcome.notOpened }]);
  });

  test("opens nothing while a lock moves, by a closed sheet, or without a record", () => {
    const by = code();
    control.busy = true;
    expect(task.openToLook(2, by)).toBe("busy");
    control.busy = false;
    brownOut(true);
    expect(task.openToLook(2, by)).toBe("battery-empty");
    brownOut(false);
    bench.ledger.write({ kind: Kind.command, id: 1, command: CommandKind.closeSheets, sheet: 3 }, "vital");
    expect(task.openToLook(2, { ...by, sheet: 2 })).toBe("sheet-closed");
    expect([openings, ofBin()]).toEqual([[], []]);
    expect(task.openToLook(2, { ...by, sheet: 3 }), "by the sheet in force").toBeUndefined();
  });

  test("goes on in a journal that has room for nothing less; another error than a refusal is not kept quiet", () => {
    const by = code();
    fillForAllButVital();
    expect(task.openToLook(2, by)).toBeUndefined();
    bench.flash.onOperation = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => task.openToLook(1, by)).toThrow("the port is broken");
  });
});

describe("after a power cut", () => {
  /** A run that was cut off after `bin`, and `seconds` later the next boot. */
  function cutOffAfter(bin: number, seconds: number): number {
    const code = burn(EmergencyTarget.all);
    task.openAll(events);
    for (let at = 0; at <= bin; at++) {
      openings[at]!.events.opened();
      if (at < bin) tick();
    }
    if (bin < 0)
      bench.ledger.write(
        { kind: Kind.emergencyOutcome, of: bench.ledger.state.opening!.seq, bin: 0, result: Outcome.done },
        "vital",
      );
    heard = [];
    bench.clock.pass(seconds);
    bench.reboot();
    start();
    return code;
  }

  test.each([0, 1, 7_199])("a run of %i s ago goes on by itself with the next bin", (seconds) => {
    cutOffAfter(0, seconds);
    task.resume(events);
    expect([heard, openings.map(({ bin }) => bin)]).toEqual([[], [1]]);
  });

  test("a run of two hours ago is over: nobody may be there any more", () => {
    const code = cutOffAfter(0, 7_200);
    task.resume(events);
    expect([heard, openings.length, bench.ledger.state.openAll]).toEqual([[], 0, undefined]);
    expect(outcomes().at(-1)).toEqual({ of: code, bin: undefined, result: Outcome.unconfirmed });
  });

  test.each<[string, (clock: LedgerBench["clock"]) => void]>([
    [
      "unknown now",
      (clock) => {
        clock.wall = undefined;
      },
    ],
    [
      "one that went back",
      (clock) => {
        clock.wall! -= 100;
      },
    ],
  ])("with a clock %s, a run waits for its code, and the panel tells so", (_, change) => {
    cutOffAfter(0, 0);
    change(bench.clock);
    task.resume(events);
    expect([heard, openings.length]).toEqual([["interrupted after 0"], 0]);
    expect(bench.ledger.state.openAll).toBeDefined();
  });

  test("with a clock that was unknown then, a run waits for its code", () => {
    bench.clock.wall = undefined;
    cutOffAfter(1, 5);
    bench.clock.setWall(1_790_000_000);
    task.resume(events);
    expect(heard).toEqual(["interrupted after 1"]);
  });

  test("a run of which no bin was begun has nothing to tell, and stays", () => {
    bench.clock.wall = undefined;
    burn(EmergencyTarget.all);
    bench.reboot();
    start();
    task.resume(events);
    expect([heard, openings.length, bench.ledger.state.openAll?.bin]).toEqual([[], 0, -1]);
  });

  test.each<[string, () => void]>([
    ["another target", () => burn(EmergencyTarget.unmount, 1)],
    [
      "another number",
      () => {
        bench.ledger.state.codes.grace = { ...bench.ledger.state.codes.grace!, number: 9 };
      },
    ],
    [
      "another sheet",
      () => {
        bench.ledger.state.codes.grace = { ...bench.ledger.state.codes.grace!, sheet: 9 };
      },
    ],
    [
      "none",
      () => {
        bench.ledger.state.codes.grace = undefined;
      },
    ],
  ])("where the last code was of %s, nothing goes on with the run: it is over", (_, change) => {
    bench.clock.wall = undefined;
    cutOffAfter(0, 5);
    change();
    task.resume(events);
    expect([heard, bench.ledger.state.openAll]).toEqual([[], undefined]);
    expect(outcomes().at(-1)).toMatchObject({ bin: undefined, result: Outcome.unconfirmed });
  });

  test.each([
    ["open", Outcome.done],
    ["closed", Outcome.unconfirmed],
    ["unknown", Outcome.unconfirmed],
  ] as const)("a single opening whose door is %s ends with %i", (state, result) => {
    const code = burn(EmergencyTarget.bin, 1, 2);
    bench.reboot();
    start();
    control.doors[2] = state;
    task.resume(events);
    expect(outcomes()).toEqual([{ of: code, bin: 2, result }]);
    task.resume(events);
    expect(outcomes()).toHaveLength(1);
  });

  test("where nothing was cut off, nothing happens", () => {
    task.resume(events);
    expect([heard, outcomes(), openings.length]).toEqual([[], [], 0]);
  });
});

describe("the release from the wall", () => {
  test("is done or refused, and either is on record", () => {
    const released = burn(EmergencyTarget.unmount, 1);
    expect(task.releaseMount(released)).toBeUndefined();
    control.busy = true;
    const busy = burn(EmergencyTarget.unmount, 2);
    expect(task.releaseMount(busy)).toBe("busy");
    control.busy = false;
    const kept = burn(EmergencyTarget.unmount, 3);
    task.mountKept(kept);
    expect(outcomes()).toEqual([
      { of: released, bin: undefined, result: Outcome.done },
      { of: busy, bin: undefined, result: Outcome.notOpened },
      { of: kept, bin: undefined, result: Outcome.notOpened },
    ]);
  });

  test("by a latch that cannot be reached is a fault by name; another error is not kept quiet", () => {
    control.release = () => {
      throw new BinError("no answer");
    };
    expect(task.releaseMount(burn(EmergencyTarget.unmount))).toBe("mount-fault");
    control.release = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => task.releaseMount(burn(EmergencyTarget.unmount, 2))).toThrow("the port is broken");
  });

  test("is refused where it could not be told how it ended, and works where only vital records have room", () => {
    let released = 0;
    control.release = () => {
      released++;
    };
    const code = burn(EmergencyTarget.unmount);
    brownOut(true);
    expect([task.releaseMount(code), released]).toEqual(["battery-empty", 0]);
    brownOut(false);
    fillForAllButVital();
    expect([task.releaseMount(code), released]).toEqual([undefined, 1]);
  });
});
