import { beforeEach, describe, expect, test } from "vitest";
import { BinControl, type OpeningEvents } from "../../firmware/bins/bin-control.js";
import { BinFault, CommandKind, DoorEvent, Kind } from "../../firmware/records/records.js";
import { BinError, type BinsPort, type DoorState } from "../../hal/ports/bins.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";
import { ManualTimers } from "../support/manual-timers.js";

const SETTINGS = { openWithinMs: 2_000, retries: 2, betweenPulsesMs: 500, heldOpenAfterMs: 60_000, mountHoldMs: 5_000 };

let bench: LedgerBench;
let control: BinControl;
let doors: DoorState[];
/** What was done to the locks and told of the openings, in its order. */
let did: string[];
/** The bins whose doors have stood open too long, each time that these changed. */
let held: (readonly number[])[];
let timers: ManualTimers;
let bins: BinsPort;
let unlock: (bin: number) => void;

beforeEach(() => {
  bench = new LedgerBench();
  doors = Array(4).fill("closed");
  did = [];
  held = [];
  timers = new ManualTimers();
  unlock = () => {};
  bins = {
    count: 4,
    label: (bin) => `A-${bin + 1}`,
    unlock: (bin) => {
      did.push(`unlock ${bin}`);
      unlock(bin);
    },
    door: (bin) => doors[bin]!,
    onDoor: undefined,
    releaseMount: () => {
      did.push("release");
    },
  };
  control = new BinControl({
    bins,
    timers,
    settings: SETTINGS,
    ledger: bench.ledger,
    host: { heldOpenChanged: () => void held.push(control.heldOpen) },
  });
});

const pass = (ms: number) => timers.advance(ms);

function move(bin: number, state: DoorState): void {
  doors[bin] = state;
  bins.onDoor!(bin, state);
}

const events = (name: string): OpeningEvents => ({
  opened: () => did.push(`${name} opened`),
  failed: () => did.push(`${name} failed`),
  heldOpen: () => did.push(`${name} held open`),
  closed: (seen) => did.push(`${name} closed ${seen ? "seen" : "unseen"}`),
});

const last = () => bench.ledger.journal.nextSeq - 1;
const open = (bin: number, name: string) => control.open(bin, last(), events(name));
const faults = () => of(Kind.binFault).map(({ bin, event }) => [bin, event]);
const doorEvents = () => of(Kind.door).map(({ bin, event }) => [bin, event]);
const pending = () => timers.pending;

function of(kind: number): readonly { readonly bin: number; readonly event: number }[] {
  return [...readJournal(bench.flash, 1)].flatMap(({ record }) => (record?.kind === kind ? [record as never] : []));
}

describe("authority", () => {
  test("no lock moves for a record that is not durable, and nothing is remembered of the try", () => {
    for (const authority of [-1, 0, last() + 1, last() + 2]) {
      expect(() => control.open(1, authority, events("a"))).toThrow("bin 1: no durable authority");
      expect(() => control.releaseMount(authority)).toThrow("wall latch: no durable authority");
    }
    expect([did, timers.pending, control.busy, control.openDoors]).toEqual([[], 0, false, 0]);
    control.open(1, 1, events("a"));
    expect(did).toEqual(["unlock 1"]);
  });

  test("one lock at a time: neither a second lock nor the wall latch moves while one does", () => {
    open(1, "a");
    expect(control.busy).toBe(true);
    expect(() => open(2, "b")).toThrow("bin 2: a lock is being driven");
    expect(() => control.releaseMount(last())).toThrow("wall latch: a lock is being driven");
    expect(did).toEqual(["unlock 1"]);
    move(1, "open");
    expect(control.busy).toBe(false);
    open(2, "b");
    expect(did).toEqual(["unlock 1", "a opened", "unlock 2"]);
  });

  test("the wall latch is held for its time, and no lock moves meanwhile", () => {
    control.releaseMount(last());
    expect([did, control.busy]).toEqual([["release"], true]);
    expect(() => open(2, "b")).toThrow("a lock is being driven");
    pass(SETTINGS.mountHoldMs - 1);
    expect(control.busy).toBe(true);
    pass(1);
    expect(control.busy).toBe(false);
  });

  test("a latch that cannot be reached is not held", () => {
    bins.releaseMount = () => {
      throw new BinError("no answer");
    };
    expect(() => control.releaseMount(last())).toThrow(BinError);
    expect([control.busy, pending()]).toEqual([false, 0]);
  });
});

test("of a bin that is not fitted, nobody knows what its door does", () => {
  doors[3] = "open";
  expect([3, 4, 199].map((bin) => control.door(bin))).toEqual(["open", "unknown", "unknown"]);
});

describe("an opening", () => {
  test("goes from the pulse to the shut door, and leaves nothing behind", () => {
    open(1, "a");
    expect([control.isOpen(1), control.openDoors]).toEqual([false, 0]);
    pass(100);
    move(1, "open");
    expect([control.isOpen(1), control.openDoors, control.isOpen(2)]).toEqual([true, 1, false]);
    pass(59_999);
    move(1, "closed");
    expect(did).toEqual(["unlock 1", "a opened", "a closed seen"]);
    expect([control.isOpen(1), control.openDoors, pending()]).toEqual([false, 0, 0]);
    pass(300_000);
    expect([did.length, doorEvents(), faults()]).toEqual([3, [], []]);
  });

  test("held open for a minute is told once, and so is its late end", () => {
    open(1, "a");
    move(1, "open");
    pass(60_000);
    expect(did).toEqual(["unlock 1", "a opened", "a held open"]);
    expect(doorEvents()).toEqual([[1, DoorEvent.heldOpen]]);
    pass(600_000);
    move(1, "open");
    pass(600_000);
    expect([did.length, control.isOpen(1)]).toEqual([3, true]);
    move(1, "closed");
    expect(did.slice(3)).toEqual(["a closed seen"]);
    expect(doorEvents()).toEqual([
      [1, DoorEvent.heldOpen],
      [1, DoorEvent.closedLate],
    ]);
  });

  test("which doors have stood open too long is told when one has, and when it is shut, and at no other time", () => {
    for (const bin of [1, 2]) {
      open(bin, "a");
      move(bin, "open");
      pass(30_000);
    }
    expect([held, control.heldOpen]).toEqual([[[1]], [1]]);
    move(2, "closed");
    expect(held).toHaveLength(1);
    move(1, "closed");
    expect([held, control.heldOpen]).toEqual([[[1], []], []]);
  });

  test("a door that has stood open too long, and whose contact falls silent and speaks again, is still open", () => {
    open(1, "a");
    move(1, "open");
    pass(60_000);
    move(1, "unknown");
    pass(14_999);
    move(1, "open");
    pass(600_000);
    expect([control.isOpen(1), control.heldOpen, pending()]).toEqual([true, [1], 0]);
  });

  test("the record of a door held open comes before what anybody makes of it", () => {
    let before: unknown;
    const heldOpen = () => {
      before = doorEvents();
    };
    control.open(1, last(), { ...events("a"), heldOpen });
    move(1, "open");
    pass(60_000);
    expect(before).toEqual([[1, DoorEvent.heldOpen]]);
  });

  test("a door that opens for nobody is on record, and its closing is not", () => {
    move(3, "open");
    move(3, "closed");
    move(3, "unknown");
    expect(doorEvents()).toEqual([[3, DoorEvent.unexpected]]);
    expect(did).toEqual([]);
  });

  test("a door that says closed or nothing while its lock is worked is still awaited", () => {
    open(1, "a");
    move(1, "closed");
    move(1, "unknown");
    doors[1] = "closed";
    expect(did).toEqual(["unlock 1"]);
    move(1, "open");
    expect(did).toEqual(["unlock 1", "a opened"]);
  });
});

describe("a door that stays shut", () => {
  test("gets three pulses in all, each with its time, and then the bin is faulty", () => {
    open(1, "a");
    pass(1_999);
    expect(did).toEqual(["unlock 1"]);
    pass(1 + 499);
    expect(did).toEqual(["unlock 1"]);
    pass(1);
    expect(did).toEqual(["unlock 1", "unlock 1"]);
    pass(2_500);
    expect(did).toEqual(["unlock 1", "unlock 1", "unlock 1"]);
    pass(1_999);
    expect([did.length, control.busy, faults()]).toEqual([3, true, []]);
    pass(1);
    expect(did.slice(3)).toEqual(["a failed"]);
    expect([control.busy, faults(), pending()]).toEqual([false, [[1, BinFault.wontOpen]], 0]);
    // Nothing is awaited of it any more.
    move(1, "open");
    expect(doorEvents()).toEqual([[1, DoorEvent.unexpected]]);
    expect(did).toHaveLength(4);
  });

  test("a lock that cannot be reached is tried again without waiting for the door", () => {
    unlock = () => {
      throw new BinError("no answer");
    };
    open(1, "a");
    pass(499);
    expect(did).toHaveLength(1);
    pass(1);
    expect(did).toHaveLength(2);
    pass(500);
    expect(did).toEqual(["unlock 1", "unlock 1", "unlock 1", "a failed"]);
    expect(faults()).toEqual([[1, BinFault.unreachable]]);
  });

  test("is on record as faulty before anybody looks for another bin", () => {
    let wasFaulty: boolean | undefined;
    const failed = () => {
      wasFaulty = bench.ledger.state.faulty.has(1);
    };
    control.open(1, last(), { ...events("a"), failed });
    pass(60_000);
    expect(wasFaulty).toBe(true);
  });

  test("an error that is none of the lock is not kept quiet", () => {
    unlock = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => open(1, "a")).toThrow("the port is broken");
  });

  test("a fault is on record in a journal that has no room for notes", () => {
    for (let id = 1; bench.ledger.refusal("dropoff") === undefined; id++) {
      bench.ledger.write({ kind: Kind.command, id, command: CommandKind.closeSheets, sheet: 1 }, "vital");
    }
    open(1, "a");
    pass(60_000);
    expect(bench.ledger.state.faulty.has(1)).toBe(true);
  });

  test("a faulty bin that opens is sound again, before anybody hears of the opening", () => {
    open(1, "a");
    pass(60_000);
    expect(bench.ledger.state.faulty.has(1)).toBe(true);
    control.open(1, last(), { ...events("b"), opened: () => did.push(`faulty ${bench.ledger.state.faulty.has(1)}`) });
    move(1, "open");
    expect(did.at(-1)).toBe("faulty false");
    expect(faults()).toEqual([
      [1, BinFault.wontOpen],
      [1, BinFault.cleared],
    ]);
  });

  test("a sound bin that opens leaves no word about faults", () => {
    open(1, "a");
    move(1, "open");
    expect(faults()).toEqual([]);
  });
});

describe("a door that stands open already", () => {
  test("has its lock worked, and counts as opened from the next moment", () => {
    doors[1] = "open";
    open(1, "a");
    expect(did).toEqual(["unlock 1"]);
    pass(0);
    expect(did).toEqual(["unlock 1", "a opened"]);
    expect(control.isOpen(1)).toBe(true);
    pass(60_000);
    expect(did.at(-1)).toBe("a held open");
  });

  test("and is shut in that very moment is waited for", () => {
    doors[1] = "open";
    open(1, "a");
    doors[1] = "closed";
    pass(0);
    expect(did).toEqual(["unlock 1"]);
    move(1, "open");
    expect(did).toEqual(["unlock 1", "a opened"]);
  });

  test("and is shut in that very moment, for good: it is tried as any other", () => {
    doors[1] = "open";
    open(1, "a");
    doors[1] = "closed";
    pass(2_499);
    expect(did).toEqual(["unlock 1"]);
    pass(1);
    expect(did).toEqual(["unlock 1", "unlock 1"]);
  });
});

describe("a contact that cannot be read", () => {
  test("gives the person a quarter of a minute, and nobody saw the door shut", () => {
    doors[1] = "unknown";
    open(1, "a");
    pass(2_000);
    expect(did).toEqual(["unlock 1", "a opened"]);
    expect([control.isOpen(1), control.openDoors, control.busy]).toEqual([false, 1, false]);
    pass(14_999);
    expect(did).toHaveLength(2);
    pass(1);
    expect(did).toEqual(["unlock 1", "a opened", "a closed unseen"]);
    expect([control.openDoors, pending(), faults()]).toEqual([0, 0, []]);
  });

  test("what it says of a closing before it ever saw the door open is not believed", () => {
    doors[1] = "unknown";
    open(1, "a");
    pass(2_000);
    move(1, "closed");
    move(1, "unknown");
    expect(did).toEqual(["unlock 1", "a opened"]);
    pass(15_000);
    expect(did.at(-1)).toBe("a closed unseen");
  });

  test("that speaks again in time is believed, and the opening is told once", () => {
    doors[1] = "unknown";
    open(1, "a");
    pass(5_000);
    move(1, "open");
    pass(30_000);
    expect(did).toEqual(["unlock 1", "a opened"]);
    expect(control.isOpen(1)).toBe(true);
    move(1, "closed");
    expect(did.at(-1)).toBe("a closed seen");
  });

  test("of an open door that falls silent ends in a quarter of a minute; one that speaks again does not", () => {
    open(1, "a");
    move(1, "open");
    move(1, "unknown");
    pass(14_999);
    move(1, "open");
    pass(59_999);
    expect(did).toEqual(["unlock 1", "a opened"]);
    pass(1);
    expect(did.at(-1)).toBe("a held open");
    move(1, "unknown");
    pass(15_000);
    expect(did.at(-1)).toBe("a closed unseen");
    expect(pending()).toBe(0);
  });

  test("and a lock that cannot be reached: a fault, not a guess", () => {
    doors[1] = "unknown";
    unlock = () => {
      throw new BinError("no answer");
    };
    open(1, "a");
    pass(1_000);
    expect(did).toEqual(["unlock 1", "unlock 1", "unlock 1", "a failed"]);
  });
});

describe("the next person at the same bin", () => {
  test("ends the opening before as left open, once, and has a door of their own", () => {
    open(1, "a");
    move(1, "open");
    pass(10_000);
    open(1, "b");
    expect(did).toEqual(["unlock 1", "a opened", "a held open", "unlock 1"]);
    pass(0);
    expect(did.at(-1)).toBe("b opened");
    pass(59_999);
    expect(did).toHaveLength(5);
    move(1, "closed");
    expect(did.at(-1)).toBe("b closed seen");
    expect(doorEvents()).toEqual([]);
  });

  test("does not end it twice where it was told before", () => {
    open(1, "a");
    move(1, "open");
    pass(60_000);
    open(1, "b");
    expect(did.filter((one) => one === "a held open")).toHaveLength(1);
    pass(0);
    move(1, "closed");
    expect(did.at(-1)).toBe("b closed seen");
  });
});

describe("a door that was opened before this boot", () => {
  test("is watched on", () => {
    doors[2] = "open";
    control.adopt(2, events("a"));
    expect([control.isOpen(2), control.busy, did]).toEqual([true, false, []]);
    pass(0);
    expect(did).toEqual(["a opened"]);
    pass(60_000);
    expect(did).toEqual(["a opened", "a held open"]);
    move(2, "closed");
    expect(did).toEqual(["a opened", "a held open", "a closed seen"]);
  });

  test("may be closed before it was told to be open", () => {
    doors[2] = "open";
    control.adopt(2, events("a"));
    move(2, "closed");
    expect(did).toEqual(["a closed seen"]);
    pass(100_000);
    expect(did).toHaveLength(1);
  });

  test("keeps no lock from moving", () => {
    doors[2] = "open";
    control.adopt(2, events("a"));
    open(1, "b");
    expect(control.busy).toBe(true);
    pass(0);
    expect(control.busy).toBe(true);
  });
});

test("labels, doors and the count are the board's", () => {
  doors[2] = "unknown";
  expect([control.count, control.label(2), control.door(2), control.door(1)]).toEqual([4, "A-3", "unknown", "closed"]);
});
