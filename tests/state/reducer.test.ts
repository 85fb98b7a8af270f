import { beforeEach, describe, expect, test } from "vitest";
import {
  Auth,
  Belief,
  BinFault,
  type Body,
  CommandKind,
  DoorEvent,
  EmergencyTarget,
  Exchange,
  Flag,
  Kind,
  LinkEvent,
  Outcome,
  PowerEvent,
} from "../../firmware/records/records.js";
import { type BoxState, emptyState, guessedIndex, targetIndex } from "../../firmware/state/box-state.js";
import { RECOVERED_PERCENT } from "../../firmware/state/gauge-reading.js";
import { applyRecord } from "../../firmware/state/reducer.js";
import { WakeCause } from "../../hal/ports/power.js";

const AT = 1_790_000_000;
const KEY = { key: 7 };

let state: BoxState;
let seq: number;

beforeEach(() => {
  state = emptyState();
  seq = 100;
});

/** Takes `body` into account and tells its sequence number. */
function write(body: Body, flags: number = Flag.wallTime, at = AT): number {
  seq++;
  applyRecord(state, seq, { ...body, at, flags });
  return seq;
}

const pickup = { kind: Kind.intent, exchange: Exchange.pickup, bin: 3, auth: Auth.bookingCode, ...KEY } as const;
const dropoff = { kind: Kind.intent, exchange: Exchange.dropoff, bin: 3, auth: Auth.quickScan, ...KEY } as const;
const believed = (bin: number) => state.bins.get(bin);
const end = (result: Outcome, of = seq) => write({ kind: Kind.outcome, of, result });
const burn = (target: EmergencyTarget, sheet: number, number: number, bin?: number) =>
  write({ kind: Kind.emergency, target, sheet, number, bin });

describe("an exchange", () => {
  test("of which no end is told when the next begins may have been one: its bin is in doubt", () => {
    write({ ...dropoff, bin: 4 });
    write(pickup);
    expect(believed(4)).toEqual({ seq, belief: Belief.doubt, item: KEY });
    expect(state.exchange).toMatchObject({ seq, bin: 3 });
  });

  test("moves no belief until its door has shut, and the record that says so is the one that counts", () => {
    const intent = write(pickup);
    expect(state.exchange).toMatchObject({ seq: intent, bin: 3, key: 7 });
    expect(state.bins.size).toBe(0);
    end(Outcome.done);
    expect(believed(3)).toEqual({ seq, belief: Belief.taken, item: KEY });
    expect(state.exchange).toBeUndefined();
  });

  test.each([
    [pickup, Outcome.done, Belief.taken],
    [pickup, Outcome.leftOpen, Belief.taken],
    [pickup, Outcome.unconfirmed, Belief.doubt],
    [dropoff, Outcome.done, Belief.holds],
    [dropoff, Outcome.leftOpen, Belief.holds],
    [dropoff, Outcome.unconfirmed, Belief.doubt],
    [{ ...dropoff, contested: 1 as const }, Outcome.done, Belief.doubt],
    [{ ...pickup, contested: 1 as const }, Outcome.done, Belief.doubt],
  ])("%o that ended with %i leaves belief %i", (intent, result, belief) => {
    write(intent);
    end(result);
    expect(believed(3)).toEqual({ seq, belief, item: KEY });
    expect([...state.bins.keys()]).toEqual([3]);
  });

  test("of a fob is about that fob, and of nothing is doubt about nothing", () => {
    write({ ...dropoff, key: undefined, fob: "777XYZ" });
    end(Outcome.done);
    expect(believed(3)).toEqual({ seq, belief: Belief.holds, item: { fob: "777XYZ" } });
    write({ ...dropoff, key: undefined, auth: Auth.oneTouch });
    end(Outcome.done);
    expect(believed(3)).toEqual({ seq, belief: Belief.doubt, item: undefined });
  });

  test("whose door never opened leaves everything as it was", () => {
    write({ ...dropoff, from: 5, freed: 6 });
    end(Outcome.notOpened);
    expect([state.bins.size, state.exchange]).toEqual([0, undefined]);
  });

  test("makes nothing sure when something else opens its bin before it is over; another bin does not matter", () => {
    const intent = write(pickup);
    const before = state.exchange;
    write({ kind: Kind.door, bin: 4, event: DoorEvent.unexpected });
    expect(state.exchange).toEqual(before);
    burn(EmergencyTarget.bin, 1, 7, 3);
    expect(state.exchange).toEqual({ ...before, contested: 1 });
    end(Outcome.done, intent);
    expect(believed(3)).toEqual({ seq, belief: Belief.doubt, item: KEY });
  });

  test("is not ended by the outcome of another", () => {
    write(pickup);
    end(Outcome.done, seq - 1);
    expect([state.bins.size, state.exchange?.bin]).toEqual([0, 3]);
    state.exchange = undefined;
    end(Outcome.done, seq);
    expect(state.bins.size).toBe(0);
  });

  test("puts the bin where the key was sure to be in doubt, and frees the one from which it had been taken", () => {
    write({ ...dropoff, from: 5, freed: 6 });
    expect(state.bins.size).toBe(0);
    end(Outcome.done);
    expect(believed(5)).toEqual({ seq, belief: Belief.doubt, item: KEY });
    expect(believed(6)).toEqual({ seq, belief: Belief.empty, item: undefined });
    expect(believed(3)).toMatchObject({ belief: Belief.holds });
  });

  test("says nothing of another bin where its own door was not seen to shut", () => {
    for (const result of [Outcome.leftOpen, Outcome.unconfirmed]) {
      write({ ...dropoff, from: 5, freed: 6 });
      end(result);
      expect([...state.bins.keys()]).toEqual([3]);
    }
  });

  test("into the very bin from which the key came leaves the key there", () => {
    write({ ...dropoff, from: 3 });
    end(Outcome.done);
    expect(believed(3)).toMatchObject({ belief: Belief.holds });
    write({ ...dropoff, freed: 3 });
    end(Outcome.done);
    expect(believed(3)).toMatchObject({ belief: Belief.holds });
  });

  test("by a typed code forgives the wrong ones of its length; by a badge, a fob or the button it forgives none", () => {
    const wrong = (short?: 1) => write({ kind: Kind.codeFailure, count: 4, target: 0, short });
    for (const auth of [Auth.badge, Auth.quickScan, Auth.oneTouch]) {
      wrong();
      wrong(1);
      write({ ...pickup, auth });
      expect([...state.throttles.keys()]).toEqual([202, 203]);
    }
    for (const auth of [Auth.bookingCode, Auth.keyCode]) {
      wrong();
      wrong(1);
      write({ ...pickup, auth });
      expect([...state.throttles.keys()]).toEqual([203]);
      write({ ...dropoff, auth, short: 1, lapsed: 1 });
      expect([...state.throttles.keys()], "a code whose right is gone proves none").toEqual([203]);
      write({ ...pickup, auth, short: 1 });
      expect(state.throttles.size).toBe(0);
    }
  });
});

describe("the time of a wrong code", () => {
  const failure = { kind: Kind.codeFailure, count: 5, target: 0 } as const;
  const told = { kind: Kind.ack, through: 1 } as const;
  const setTo = (at: number, previous?: number) => write({ kind: Kind.clockSet, previous }, Flag.wallTime, at);
  const throttle = () => state.throttles.get(202);

  test("that nobody knew is that of the next record that has one", () => {
    write(failure, 0, 77);
    write(told, 0, 99);
    expect(throttle()).toEqual({ failures: 5, at: undefined });
    write(told, Flag.wallTime, AT + 50);
    expect(throttle()).toEqual({ failures: 5, at: AT + 50 });
    write(told, Flag.wallTime, AT + 90);
    expect(throttle()?.at).toBe(AT + 50);
  });

  test("that lies ahead since the clock went back is that of now, and no other", () => {
    write(failure);
    write(told, Flag.wallTime, AT - 1);
    expect(throttle()).toEqual({ failures: 5, at: AT - 1 });
    setTo(AT - 300, AT);
    expect(throttle()?.at).toBe(AT - 300);
  });

  test("goes along with a clock that is set forward, and not beyond now; one that is set back moves it no further", () => {
    write(failure);
    setTo(AT + 1_020, AT + 20);
    expect(throttle()).toEqual({ failures: 5, at: AT + 1_000 });
    setTo(AT + 1_010, AT + 3_000);
    expect(throttle()?.at).toBe(AT + 1_000);
    setTo(AT + 5_000, AT + 900);
    expect(throttle()?.at).toBe(AT + 5_000);
  });

  test("that was told by a clock which was lost since is that of now", () => {
    write(failure);
    setTo(AT + 9_000);
    expect(throttle()).toEqual({ failures: 5, at: AT + 9_000 });
  });
});

test("a code of a newer sheet ends the run of an older one", () => {
  burn(EmergencyTarget.all, 1, 1);
  expect(state.openAll).toBeDefined();
  burn(EmergencyTarget.bin, 2, 1, 4);
  expect(state.openAll).toBeUndefined();
});

describe("wrong codes", () => {
  test("are counted by what they were a guess at, with the time where it was known", () => {
    write({ kind: Kind.codeFailure, count: 2, target: 0 });
    write({ kind: Kind.codeFailure, count: 4, target: 1, bin: 9 });
    write({ kind: Kind.codeFailure, count: 5, target: 2 });
    write({ kind: Kind.codeFailure, count: 6, target: 3 });
    write({ kind: Kind.codeFailure, count: 7, target: 1 });
    write({ kind: Kind.codeFailure, count: 3, target: 0, short: 1 }, 0);
    expect([...state.throttles]).toEqual([
      [202, { failures: 7, at: AT }],
      [9, { failures: 4, at: AT }],
      [200, { failures: 5, at: AT }],
      [201, { failures: 6, at: AT }],
      [203, { failures: 3, at: undefined }],
    ]);
  });

  test("the numbers of targets are those of the format", () => {
    expect([targetIndex(1, 5), targetIndex(1, undefined), targetIndex(2, 5), targetIndex(3, 5)]).toEqual([
      5, 0, 200, 201,
    ]);
    expect([guessedIndex({ target: 0, bin: 5 }), guessedIndex({ target: 1, bin: 0 })]).toEqual([202, 0]);
    expect(guessedIndex({ target: 1, short: 1 })).toBe(203);
  });
});

describe("an emergency code", () => {
  test("burns its number, opens its target's throttle alone, and puts its bin in doubt about what was there", () => {
    for (const bin of [4, 5]) write({ kind: Kind.codeFailure, count: 1, target: 1, bin });
    write({ kind: Kind.binKept, bin: 4, belief: Belief.holds, ...KEY });
    const known = seq;
    state.boots = 12;
    const burnt = burn(EmergencyTarget.bin, 1, 7, 4);
    expect([...state.codes.used]).toEqual([[4, 7]]);
    expect(state.codes.grace).toEqual({ seq: burnt, target: 4, sheet: 1, number: 7, at: AT, boot: 12, reuses: 0 });
    expect([...state.throttles.keys()]).toEqual([5]);
    expect(believed(4)).toEqual({ seq: burnt, belief: Belief.doubt, item: KEY });
    expect(state.opening).toEqual({ seq: burnt, bin: 4, before: { seq: known, belief: Belief.holds, item: KEY } });
    expect(state.openAll).toBeUndefined();
  });

  test("of a bin without a change puts it in doubt about what the snapshot says", () => {
    burn(EmergencyTarget.bin, 1, 7, 4);
    expect(believed(4)).toEqual({ seq, belief: Belief.doubt, item: "same" });
    expect(state.opening).toEqual({ seq, bin: 4, before: undefined });
  });

  test("again within its grace counts there, and burns nothing", () => {
    const burnt = burn(EmergencyTarget.bin, 1, 7, 4);
    write({ kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 7, bin: 4, of: burnt }, 0, 5);
    write({ kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 7, bin: 4, of: burnt });
    expect(state.codes.grace).toMatchObject({ seq: burnt, at: AT, reuses: 2 });
    // Of another code than the last: it stands for itself.
    write({ kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 8, bin: 4, of: burnt - 1 });
    expect(state.codes.grace).toMatchObject({ seq, number: 8, reuses: 0 });
  });

  test("that goes on from one which nobody remembers stands for itself", () => {
    write({ kind: Kind.emergency, target: EmergencyTarget.unmount, sheet: 1, number: 2, of: 50 });
    expect([[...state.codes.used], state.codes.grace?.number]).toEqual([[[201, 2]], 2]);
  });

  test("of a newer sheet closes the older one; of the same it only goes on", () => {
    burn(EmergencyTarget.bin, 1, 7, 4);
    burn(EmergencyTarget.unmount, 1, 2);
    expect([...state.codes.used]).toEqual([
      [4, 7],
      [201, 2],
    ]);
    burn(EmergencyTarget.bin, 3, 1, 5);
    expect([state.codes.sheet, [...state.codes.used]]).toEqual([3, [[5, 1]]]);
    expect(state.opening?.bin).toBe(5);
  });

  test("for the wall opens no bin", () => {
    burn(EmergencyTarget.unmount, 1, 2);
    expect([state.opening, state.bins.size, state.openAll]).toEqual([undefined, 0, undefined]);
  });

  test("whose time was unknown has a grace without one", () => {
    write({ kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 1, bin: 0 }, 0, 77);
    expect(state.codes.grace?.at).toBeUndefined();
  });

  test("whose door never opened leaves the bin as it was, told anew", () => {
    write({ kind: Kind.binKept, bin: 4, belief: Belief.holds, ...KEY });
    let of = burn(EmergencyTarget.bin, 1, 7, 4);
    write({ kind: Kind.emergencyOutcome, of, bin: 4, result: Outcome.notOpened });
    expect(believed(4)).toEqual({ seq, belief: Belief.holds, item: KEY });
    of = burn(EmergencyTarget.bin, 1, 8, 5);
    write({ kind: Kind.emergencyOutcome, of, bin: 5, result: Outcome.notOpened });
    expect([believed(5), state.opening]).toEqual([undefined, undefined]);
  });

  test.each([Outcome.done, Outcome.leftOpen, Outcome.unconfirmed])(
    "whose opening ended with %i leaves doubt",
    (result) => {
      const of = burn(EmergencyTarget.bin, 1, 7, 4);
      write({ kind: Kind.emergencyOutcome, of, bin: 4, result });
      expect(believed(4)).toMatchObject({ belief: Belief.doubt });
      expect(state.opening).toBeUndefined();
    },
  );

  test("whose door never opened gives back nothing that a snapshot has taken over in between", () => {
    write({ kind: Kind.binKept, bin: 4, belief: Belief.holds, ...KEY });
    const of = burn(EmergencyTarget.bin, 1, 7, 4);
    write({ kind: Kind.snapshotApplied, version: 2, slot: 0, asOf: of, sheet: 1 });
    write({ kind: Kind.emergencyOutcome, of, bin: 4, result: Outcome.notOpened });
    expect(state.bins.size).toBe(0);
  });

  test("is not ended by the outcome of another", () => {
    const of = burn(EmergencyTarget.bin, 1, 7, 4);
    write({ kind: Kind.emergencyOutcome, of: of - 1, bin: 4, result: Outcome.notOpened });
    expect([state.opening?.bin, believed(4)]).toMatchObject([4, { belief: Belief.doubt }]);
    state.opening = undefined;
    write({ kind: Kind.emergencyOutcome, of, bin: 4, result: Outcome.notOpened });
    expect(believed(4)).toMatchObject({ belief: Belief.doubt });
  });
});

describe("a run through all bins", () => {
  const begin = (sheet = 1, number = 7) => burn(EmergencyTarget.all, sheet, number);
  const next = (of: number, bin: number) =>
    write({ kind: Kind.emergency, target: EmergencyTarget.all, sheet: 1, number: 7, bin, of });

  test("goes from before the first bin on, burns one code, and ends as a whole", () => {
    const run = begin();
    expect(state.openAll).toEqual({ seq: run, at: AT, sheet: 1, number: 7, bin: -1, cutOff: new Set() });
    expect([state.opening, state.bins.size]).toEqual([undefined, 0]);
    const opening = next(run, 0);
    expect(state.openAll?.bin).toBe(0);
    expect(state.opening).toMatchObject({ seq: opening, bin: 0 });
    expect([state.codes.grace?.seq, state.codes.grace?.reuses, [...state.codes.used]]).toEqual([run, 0, [[200, 7]]]);
    write({ kind: Kind.emergencyOutcome, of: opening, bin: 0, result: Outcome.done });
    expect([state.openAll?.bin, state.opening]).toEqual([0, undefined]);
    write({ kind: Kind.emergencyOutcome, of: run, result: Outcome.done });
    expect(state.openAll).toBeUndefined();
  });

  test("is not over with one of its bins, nor with another run", () => {
    const run = begin();
    write({ kind: Kind.emergencyOutcome, of: run, bin: 3, result: Outcome.done });
    write({ kind: Kind.emergencyOutcome, of: run - 1, result: Outcome.done });
    expect(state.openAll?.seq).toBe(run);
  });

  test("remembers the bins that a power cut cut off, until they are opened whole", () => {
    const run = begin();
    let of = next(run, 4);
    write({ kind: Kind.emergencyOutcome, of, bin: 4, result: Outcome.unconfirmed });
    of = next(run, 5);
    write({ kind: Kind.emergencyOutcome, of, bin: 5, result: Outcome.done });
    expect([...state.openAll!.cutOff]).toEqual([4]);
    of = next(run, 4);
    write({ kind: Kind.emergencyOutcome, of, bin: 4, result: Outcome.leftOpen });
    expect([...state.openAll!.cutOff]).toEqual([]);
  });

  test("goes on where it was with the same code; another code or another sheet begins anew", () => {
    let run = begin();
    let of = next(run, 4);
    write({ kind: Kind.emergencyOutcome, of, bin: 4, result: Outcome.unconfirmed });
    write({ kind: Kind.emergency, target: EmergencyTarget.all, sheet: 1, number: 7, of: run }, Flag.wallTime, AT + 60);
    expect(state.openAll).toEqual({ seq, at: AT + 60, sheet: 1, number: 7, bin: 4, cutOff: new Set([4]) });
    begin(1, 8);
    expect(state.openAll).toMatchObject({ bin: -1, cutOff: new Set(), number: 8 });
    run = begin(1, 9);
    of = next(run, 2);
    begin(2, 9);
    expect(state.openAll).toMatchObject({ bin: -1, sheet: 2 });
  });

  test("is not begun by a stock-take with its code, nor moved on by a bin of one", () => {
    const stockTake = { kind: Kind.emergency, target: EmergencyTarget.all, sheet: 1, number: 7, stockTake: 1 } as const;
    let of = write(stockTake);
    expect([state.openAll, [...state.codes.used]]).toEqual([undefined, [[200, 7]]]);
    of = begin(1, 8);
    next(of, 2);
    write({ ...stockTake, bin: 6, of });
    expect([state.openAll?.bin, state.opening?.bin]).toEqual([2, 6]);
  });

  test("a bin of a run that is over is opened all the same, and begins no run", () => {
    next(50, 4);
    expect([state.openAll, state.opening?.bin]).toEqual([undefined, 4]);
    expect(state.codes.used.size).toBe(0);
  });
});

describe("a snapshot", () => {
  test("takes the place of what the cloud knew with it, and of nothing later", () => {
    for (const bin of [1, 2, 3]) write({ kind: Kind.binKept, bin, belief: Belief.empty });
    const [first, second, third] = [seq - 2, seq - 1, seq];
    write({ kind: Kind.snapshotApplied, version: 4, slot: 1, asOf: second, sheet: 1 });
    expect([first, second, third]).toEqual([101, 102, 103]);
    expect([...state.bins.keys()]).toEqual([3]);
    expect(state.snapshot).toEqual({ version: 4, slot: 1, asOf: second });
  });

  test("and likewise of bins that were enabled and disabled", () => {
    for (const bin of [1, 2, 3]) write({ kind: Kind.command, id: bin, command: CommandKind.disableBin, bin });
    write({ kind: Kind.snapshotApplied, version: 4, slot: 1, asOf: seq - 1, sheet: 1 });
    expect([...state.enabled.keys()]).toEqual([3]);
  });

  test("closes older sheets with all that came of them, and no other", () => {
    burn(EmergencyTarget.all, 2, 7);
    write({ kind: Kind.snapshotApplied, version: 4, slot: 1, asOf: 0, sheet: 2 });
    write({ kind: Kind.snapshotApplied, version: 5, slot: 0, asOf: 0, sheet: 1 });
    expect([state.codes.sheet, state.codes.used.size, state.openAll?.number, state.codes.grace?.number]).toEqual([
      2, 1, 7, 7,
    ]);
    write({ kind: Kind.snapshotApplied, version: 6, slot: 1, asOf: 0, sheet: 3 });
    expect(state.codes).toEqual({ sheet: 3, used: new Map(), grace: undefined });
    expect(state.openAll).toBeUndefined();
  });
});

describe("a command", () => {
  test("enables and disables; enabled, a faulty bin has another chance", () => {
    write({ kind: Kind.binFault, bin: 4, event: BinFault.wontOpen });
    write({ kind: Kind.command, id: 5, command: CommandKind.disableBin, bin: 4 });
    expect([state.enabled.get(4), state.faulty.has(4)]).toEqual([{ enabled: false, seq }, true]);
    write({ kind: Kind.command, id: 6, command: CommandKind.enableBin, bin: 4 });
    expect([state.enabled.get(4), state.faulty.has(4), state.command]).toEqual([{ enabled: true, seq }, false, 6]);
  });

  test("counts up only, and without a bin touches none", () => {
    write({ kind: Kind.command, id: 5, command: CommandKind.enableBin });
    write({ kind: Kind.command, id: 3, command: CommandKind.disableBin });
    write({ kind: Kind.command, id: 4, command: CommandKind.oneTouchUnlock, bin: 2 });
    expect([state.command, state.enabled.size]).toEqual([5, 0]);
  });

  test("closes sheets below the one it names", () => {
    write({ kind: Kind.command, id: 1, command: CommandKind.closeSheets, sheet: 4 });
    write({ kind: Kind.command, id: 2, command: CommandKind.closeSheets });
    write({ kind: Kind.command, id: 3, command: CommandKind.reboot, sheet: 9 });
    expect(state.codes.sheet).toBe(4);
  });
});

describe("what somebody saw or nobody did", () => {
  test("bins that fail are faulty until they open", () => {
    write({ kind: Kind.binFault, bin: 4, event: BinFault.wontOpen });
    write({ kind: Kind.binFault, bin: 5, event: BinFault.unreachable });
    write({ kind: Kind.binFault, bin: 4, event: BinFault.cleared });
    expect([...state.faulty]).toEqual([5]);
  });

  test("a door that nobody opened puts its bin in doubt; one that was held open does not", () => {
    write({ kind: Kind.binKept, bin: 4, belief: Belief.taken, ...KEY });
    for (const event of [DoorEvent.heldOpen, DoorEvent.closedLate]) write({ kind: Kind.door, bin: 4, event });
    expect(believed(4)).toMatchObject({ belief: Belief.taken });
    write({ kind: Kind.door, bin: 4, event: DoorEvent.unexpected });
    expect(believed(4)).toEqual({ seq, belief: Belief.doubt, item: KEY });
  });

  test.each([
    [{}, undefined, { belief: Belief.empty, item: undefined }],
    [KEY, undefined, { belief: Belief.holds, item: KEY }],
    [{ fob: "777XYZ" }, undefined, { belief: Belief.holds, item: { fob: "777XYZ" } }],
    [KEY, 1 as const, { belief: Belief.doubt, item: KEY }],
    [{}, 1 as const, { belief: Belief.doubt, item: "same" }],
  ])("a bin that was looked into and held %o (doubt %s)", (held, doubt, expected) => {
    write({ kind: Kind.binChecked, bin: 4, doubt, ...held });
    expect(believed(4)).toEqual({ seq, ...expected });
  });

  test("what the box keeps of a bin is what it says", () => {
    write({ kind: Kind.binKept, bin: 4, belief: Belief.taken, fob: "777XYZ" });
    expect(believed(4)).toEqual({ seq, belief: Belief.taken, item: { fob: "777XYZ" } });
  });
});

describe("power and the cloud", () => {
  test("a low battery is low until a record tells of a charge that is well above", () => {
    const power = (event: PowerEvent, charge?: number) => write({ kind: Kind.power, event, charge });
    power(PowerEvent.batteryLow, 9);
    expect(state.batteryLow).toBe(true);
    power(PowerEvent.mainsBack);
    power(PowerEvent.sleep, RECOVERED_PERCENT - 1);
    expect(state.batteryLow).toBe(true);
    power(PowerEvent.sleep, RECOVERED_PERCENT);
    expect(state.batteryLow).toBe(false);
    power(PowerEvent.batteryLow, 99);
    expect(state.batteryLow).toBe(true);
  });

  test("a session is the last time in sync, and an acknowledgement five minutes later vouches for no more than it can", () => {
    write({ kind: Kind.link, event: LinkEvent.sessionUp, link: "wifi" });
    expect([state.lastSync, state.acked]).toEqual([AT, 0]);
    write({ kind: Kind.link, event: LinkEvent.sessionDown, link: "wifi" }, 0, 40);
    expect(state.lastSync).toBe(AT);
    write({ kind: Kind.ack, through: 77 }, Flag.wallTime, AT + 311);
    expect([state.acked, state.lastSync]).toEqual([77, AT + 1]);
    write({ kind: Kind.ack, through: 60 }, 0, 50);
    expect([state.acked, state.lastSync]).toEqual([60, AT + 1]);
  });

  describe("when the cloud was last heard", () => {
    const up = { kind: Kind.link, event: LinkEvent.sessionUp, link: "wifi" } as const;
    const down = (synced?: number) =>
      ({ kind: Kind.link, event: LinkEvent.sessionDown, link: "wifi", synced }) as const;
    const power = (event: PowerEvent) => ({ kind: Kind.power, event }) as const;
    /** A time at which the record takes the cloud to have been heard `ONLINE` before, s. */
    const ONLINE = 310;

    test.each<[string, Body, number, number, number | undefined]>([
      ["a session that begins", up, Flag.wallTime, AT, AT],
      ["a session that is over, by what it says", down(40), Flag.wallTime | Flag.offline, AT, AT - 40],
      ["a session that is over and says nothing", down(), Flag.wallTime, AT, undefined],
      ["a session that is over, by an unknown clock", down(40), 0, AT, undefined],
      ["a record of a box that is online", { kind: Kind.ack, through: 1 }, Flag.wallTime, AT, AT - ONLINE],
      ["a record with the number of a session's begin", power(1), Flag.wallTime, AT, AT - ONLINE],
      ["a record with the number of a session's end", power(2), Flag.wallTime, AT, AT - ONLINE],
      ["what a later firmware says of a link", { ...up, event: 7 as LinkEvent }, Flag.wallTime, AT, AT - ONLINE],
      ["a record of a box that is offline", power(1), Flag.wallTime | Flag.offline, AT, undefined],
      ["a record by an unknown clock", power(1), 0, AT, undefined],
      ["a clock near its beginning", power(1), Flag.wallTime, ONLINE - 1, 0],
      ["a session longer than the clock has run", down(40), Flag.wallTime, 39, 0],
    ])("%s", (_, body, flags, at, expected) => {
      write(body, flags, at);
      expect(state.lastSync).toBe(expected);
    });

    test("a later record moves it on only where it is surely later, and not back within the same second", () => {
      write(up);
      for (const later of [0, 1, ONLINE]) {
        write(power(PowerEvent.sleep), Flag.wallTime, AT + later);
        expect(state.lastSync).toBe(AT);
      }
      write(power(PowerEvent.sleep), Flag.wallTime, AT + ONLINE + 1);
      expect(state.lastSync).toBe(AT + 1);
    });

    test("a clock that was set back takes it along, and so does the end of a session", () => {
      write(up);
      write(power(PowerEvent.sleep), Flag.wallTime, AT - 1);
      expect(state.lastSync).toBe(AT - 1 - ONLINE);
      write(up);
      write(down(900), Flag.wallTime | Flag.offline, AT + 100);
      expect(state.lastSync).toBe(AT - 800);
    });
  });

  test("boots are counted as their records say", () => {
    write({ kind: Kind.boot, boot: 9, cause: WakeCause.powerOn, firmware: "test" });
    expect(state.boots).toBe(9);
  });

  test("the loss of mains keeps its time, which moves with a clock that is put right", () => {
    const ON_BATTERY = Flag.onBattery | Flag.wallTime;
    write({ kind: Kind.power, event: PowerEvent.mainsLost, charge: 90 }, ON_BATTERY);
    expect(state.mainsLost).toEqual({ at: AT, synced: false, charge: 90 });
    write({ kind: Kind.power, event: PowerEvent.sleep, charge: 80 }, ON_BATTERY, AT + 60);
    expect(state.mainsLost).toEqual({ at: AT, synced: false, charge: 90 });
    write({ kind: Kind.clockSet, previous: AT + 100 }, ON_BATTERY | Flag.synced, AT + 160);
    expect(state.mainsLost).toEqual({ at: AT + 60, synced: false, charge: 90 });
    write({ kind: Kind.clockSet }, ON_BATTERY | Flag.synced, AT + 500);
    expect(state.mainsLost?.at).toBe(AT + 60);
    write({ kind: Kind.ack, through: 1 }, Flag.wallTime);
    expect(state.mainsLost).toBeUndefined();
  });

  test("a loss that a clock from the cloud stamped does not move, nor one of an unknown time", () => {
    write({ kind: Kind.ack, through: 1 }, Flag.onBattery | Flag.wallTime | Flag.synced);
    expect(state.mainsLost).toEqual({ at: AT, synced: true, charge: undefined });
    write({ kind: Kind.clockSet, previous: AT }, Flag.onBattery | Flag.wallTime | Flag.synced, AT + 900);
    expect(state.mainsLost?.at).toBe(AT);
    write({ kind: Kind.ack, through: 1 }, 0);
    write({ kind: Kind.ack, through: 1 }, Flag.onBattery, 20);
    expect(state.mainsLost).toEqual({ at: undefined, synced: false, charge: undefined });
    write({ kind: Kind.clockSet, previous: 5 }, Flag.onBattery | Flag.wallTime, AT);
    expect(state.mainsLost?.at).toBeUndefined();
  });
});
