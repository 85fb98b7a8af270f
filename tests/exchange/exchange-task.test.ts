import { beforeEach, describe, expect, test } from "vitest";
import type { BinControl, OpeningEvents } from "../../firmware/bins/bin-control.js";
import { Throttle } from "../../firmware/codes/throttle.js";
import type { Answer } from "../../firmware/exchange/answer.js";
import { ExchangeTask } from "../../firmware/exchange/exchange-task.js";
import { type Right, Rights } from "../../firmware/exchange/rights.js";
import {
  Auth,
  Belief,
  BinFault,
  CommandKind,
  Exchange,
  Kind,
  Outcome,
  type Rec,
} from "../../firmware/records/records.js";
import type { SnapshotView } from "../../firmware/snapshot/contract.js";
import { BinBeliefs } from "../../firmware/state/bin-beliefs.js";
import { WriteRefused } from "../../firmware/state/ledger.js";
import type { DoorState } from "../../hal/ports/bins.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { SnapshotModel } from "../../sim/cloud/snapshot/model.js";
import { makeFlash } from "../snapshot/support/flash.js";
import { nodeHash } from "../snapshot/support/models.js";
import { download, slotsOn } from "../snapshot/support/slots.js";
import { readJournal } from "../support/box-memory.js";
import { BADGE, FLAT, MODEL, START, TRUCK, VAN, VIRTUAL } from "../support/box-rig.js";
import { LedgerBench } from "../support/ledger-bench.js";

const BINS = 5;

let bench: LedgerBench;
let snapshot: SnapshotView | undefined;
/** As the box has it. */
const inForce = {
  get view() {
    return snapshot;
  },
  lookAtBins: () => order.push("look at the bins"),
};
let control: { busy: boolean; doors: DoorState[]; open: Set<number> };
let openings: { bin: number; authority: number; events: OpeningEvents }[];
let adopted: { bin: number; events: OpeningEvents }[];
/** What the panel heard, in its order. */
let heard: string[];
/** Locks and what the panel heard of them, and how many outcomes were on record when it heard of a door. */
let order: string[];
let known: number[];
let task: ExchangeTask;

beforeEach(() => {
  bench = new LedgerBench();
  bench.clock.wall = START;
  heard = [];
  install({});
  start();
});

/** MODEL with these changes is the snapshot from now on. */
function install(changes: Partial<SnapshotModel>): void {
  const model = { ...MODEL, ...changes };
  snapshot = download(slotsOn(makeFlash({ sectors: 8 })), 0, model.version, buildSnapshot(model));
}

/** As after a boot, on the ledger that the bench has then. */
function start(binCount = BINS): void {
  openings = [];
  adopted = [];
  order = [];
  known = [];
  control = { busy: false, doors: Array(binCount).fill("closed"), open: new Set() };
  const fake = {
    get busy() {
      return control.busy;
    },
    door: (bin: number) => control.doors[bin],
    isOpen: (bin: number) => control.open.has(bin),
    label: (bin: number) => `A-${bin + 1}`,
    open: (bin: number, authority: number, events: OpeningEvents) => {
      order.push(`lock ${bin}`);
      openings.push({ bin, authority, events });
    },
    adopt: (bin: number, events: OpeningEvents) => adopted.push({ bin, events }),
  } as unknown as BinControl;
  task = new ExchangeTask({
    ledger: bench.ledger,
    snapshot: inForce,
    rights: new Rights({ snapshot: inForce, hash: nodeHash, lookupKey: MODEL.lookupKey, clock: bench.clock }),
    beliefs: new BinBeliefs(bench.ledger.state, inForce, binCount),
    control: fake,
    throttle: new Throttle(bench.ledger, bench.clock),
    binCount,
    events: {
      opening: (exchange, bin) => {
        order.push(`opening ${bin}`);
        heard.push(`opening ${exchange} ${bin}`);
      },
      opened: (exchange, bin) => heard.push(`opened ${exchange} ${bin}`),
      heldOpen: (exchange, bin) => {
        known.push(outcomes().length);
        heard.push(`held open ${exchange} ${bin}`);
      },
      closed: (exchange, bin) => {
        known.push(outcomes().length);
        heard.push(`closed ${exchange} ${bin}`);
      },
      failed: ({ reason, params }) => heard.push(`failed ${reason} ${params?.bin ?? "anywhere"}`),
    },
  });
}

const records = () => [...readJournal(bench.flash, 1)].flatMap(({ record }) => record ?? []);
const of = <K extends Kind>(kind: K) =>
  records().filter((record): record is Extract<Rec, { kind: K }> => record.kind === kind);
const outcomes = () => of(Kind.outcome).map(({ of: intent, result }) => [intent, result]);
const refusals = () => of(Kind.refused).map(({ reason }) => reason);
const believe = (bin: number, belief: Belief, item: object = {}) =>
  bench.ledger.write({ kind: Kind.binKept, bin, belief, ...item }, "vital");
const belief = (bin: number) => new BinBeliefs(bench.ledger.state, inForce, BINS).content(bin).belief;
const last = () => openings.at(-1)!;
const { pickup, dropoff } = Exchange;

function refusal(answer: Answer): string {
  expect(answer.kind).toBe("refused");
  return answer.kind === "refused" ? answer.reason : "";
}

function brownOut(isOn: boolean): void {
  bench.mains = !isOn;
  bench.millivolts = isOn ? 3_000 : 3_900;
}

/** Until a record of this rank has no room. */
function fillFor(rank: "pickup" | "dropoff"): void {
  for (let id = 1; bench.ledger.refusal(rank) === undefined; id++) {
    bench.ledger.write({ kind: Kind.command, id, command: CommandKind.reboot }, "vital");
  }
}

function rightOf(answer: Answer): Right {
  if (answer.kind !== "take-or-return" && answer.kind !== "offer-return" && answer.kind !== "noted") {
    throw new Error(`${answer.kind} names no right`);
  }
  return answer.right;
}

describe("a pick-up", () => {
  test("has its intent on record before the lock moves, and its outcome before anybody hears of the door", () => {
    expect(task.enterCode(VAN.code)).toEqual({ kind: "started" });
    const [intent] = of(Kind.intent);
    expect(intent).toMatchObject({
      exchange: pickup,
      bin: VAN.bin,
      auth: Auth.bookingCode,
      user: 1,
      access: 100,
      key: 1,
    });
    expect(intent!.short).toBeUndefined();
    expect([heard, task.active]).toEqual([["opening 1 0"], true]);
    expect(last()).toMatchObject({ bin: VAN.bin, authority: bench.ledger.journal.nextSeq - 1 });
    expect(order).toEqual(["look at the bins", "opening 0", "lock 0"]);
    last().events.opened();
    last().events.closed(true);
    expect(outcomes()).toEqual([[last().authority, Outcome.done]]);
    expect(known).toEqual([1]);
    expect(heard.slice(1)).toEqual(["opened 1 0", "closed 1 0"]);
    expect(task.active).toBe(false);
  });

  test("by a key code is of nobody, and by a short code says so", () => {
    task.enterCode(VAN.keyCode);
    const [intent] = of(Kind.intent);
    expect(intent).toMatchObject({ auth: Auth.keyCode, short: 1, key: 1 });
    expect([intent!.user, intent!.access]).toEqual([undefined, undefined]);
  });

  test.each([
    ["closed, but nobody saw it", (events: OpeningEvents) => events.closed(false), Outcome.unconfirmed, "closed 1 0"],
    ["left open", (events: OpeningEvents) => events.heldOpen(), Outcome.leftOpen, "held open 1 0"],
    ["never opened", (events: OpeningEvents) => events.failed(), Outcome.notOpened, "failed bin-wont-open A-1"],
  ])("whose door was %s", (_, end, result, told) => {
    task.enterCode(VAN.code);
    end(last().events);
    expect(outcomes()).toEqual([[last().authority, result]]);
    expect(heard.at(-1)).toBe(told);
  });

  test("ends once: a door that is shut after it was left open changes nothing", () => {
    task.enterCode(VAN.code);
    last().events.heldOpen();
    last().events.closed(true);
    expect([outcomes().length, known]).toEqual([1, [1, 1]]);
    expect(heard.at(-1)).toBe("closed 1 0");
  });

  test("is refused while a lock moves, and neither ends nor begins anything", () => {
    task.enterCode(VAN.code);
    control.busy = true;
    expect(refusal(task.enterCode(VAN.code))).toBe("busy");
    expect(refusal(task.scan(VAN.fob))).toBe("busy");
    expect([openings.length, outcomes()]).toEqual([1, []]);
  });

  test("ends the one before, whose door stands open or is not seen", () => {
    task.enterCode(VAN.code);
    control.open.add(VAN.bin);
    task.enterCode(FLAT.code);
    control.open.clear();
    task.enterCode(VIRTUAL.code);
    expect(outcomes().map(([, result]) => result)).toEqual([Outcome.leftOpen, Outcome.unconfirmed]);
    expect(openings.map(({ bin }) => bin)).toEqual([0, 1, 2]);
  });

  test.each([
    [START - 1, "too-early"],
    [START + 3_600, "expired"],
    [undefined, "clock-unknown"],
  ] as const)("outside its time (clock %s) is refused by name, and that is on record", (wall, reason) => {
    bench.clock.wall = wall;
    expect(refusal(task.enterCode(FLAT.code))).toBe(reason);
    expect(of(Kind.refused)).toMatchObject([{ reason, key: FLAT.id, user: 1, access: 101 }]);
    expect(openings).toEqual([]);
  });

  test("in the last second of its time is begun", () => {
    bench.clock.wall = START + 3_599;
    expect(task.enterCode(FLAT.code)).toEqual({ kind: "started" });
  });

  test("from a bin that is disabled names the bin", () => {
    bench.ledger.write({ kind: Kind.command, id: 1, command: CommandKind.disableBin, bin: 0 }, "vital");
    expect(task.enterCode(VAN.code)).toEqual({ kind: "refused", reason: "bin-disabled", params: { bin: "A-1" } });
    expect(refusals()).toEqual(["bin-disabled"]);
  });

  test("is refused where its record has no room, and that of a return still has", () => {
    fillFor("pickup");
    expect(refusal(task.enterCode(VAN.code))).toBe("journal-full");
    expect(bench.ledger.refusal("dropoff")).toBeUndefined();
    expect(openings).toEqual([]);
    expect(task.scan("777XYZ")).toEqual({ kind: "started" });
  });
});

/** Everything that is written from now on is refused, as by a flash that takes nothing. */
function refuseWrites(): void {
  bench.ledger.write = () => {
    throw new WriteRefused("journal-fault", "a bad sector");
  };
}

describe("a journal that takes nothing", () => {
  test("opens no bin: neither for a code, nor for a tag, nor for the button", () => {
    refuseWrites();
    expect(refusal(task.enterCode(VAN.code))).toBe("journal-fault");
    expect(refusal(task.scan("777XYZ"))).toBe("journal-fault");
    expect(refusal(task.oneTouch(3))).toBe("journal-fault");
    expect([openings, heard]).toEqual([[], []]);
  });

  test("gives no verdict on a code, and takes nobody's word for a bin", () => {
    believe(0, Belief.doubt, { key: VAN.id });
    const right = rightOf(task.enterCode(VAN.code));
    refuseWrites();
    expect(refusal(task.enterCode("999999"))).toBe("journal-fault");
    expect(refusal(task.leaveInside(right, 0))).toBe("journal-fault");
  });
});

describe("a code", () => {
  test("that nobody has is counted before it is told, and then has to wait", () => {
    for (let i = 1; i <= 3; i++) {
      expect(task.enterCode("999999")).toEqual({ kind: "refused", reason: "wrong-code" });
      expect(of(Kind.codeFailure).at(-1)).toMatchObject({ count: i, target: 0 });
    }
    expect(task.enterCode("999999")).toEqual({ kind: "refused", reason: "wrong-code-wait", params: { seconds: 120 } });
    expect(task.enterCode(VAN.code)).toEqual({ kind: "refused", reason: "throttled", params: { seconds: 120 } });
    expect(task.enterCode(VAN.keyCode)).toEqual({ kind: "started" });
    expect(of(Kind.codeFailure)).toHaveLength(4);
    last().events.failed();
    bench.clock.ms += 119_999;
    expect(task.enterCode(VAN.code)).toMatchObject({ reason: "throttled", params: { seconds: 1 } });
    bench.clock.ms++;
    expect(task.enterCode(VAN.code)).toEqual({ kind: "started" });
  });

  test("is not looked at without a snapshot, nor where a wrong one could not be put on record", () => {
    believe(0, Belief.empty);
    brownOut(true);
    expect(refusal(task.enterCode(VAN.code))).toBe("battery-empty");
    brownOut(false);
    snapshot = undefined;
    expect(refusal(task.enterCode(VAN.code))).toBe("no-snapshot");
    expect([of(Kind.codeFailure), openings]).toEqual([[], []]);
  });

  test("is looked at in a journal that has room for vital records alone", () => {
    fillFor("dropoff");
    expect(refusal(task.enterCode("999999"))).toBe("wrong-code");
    expect(refusal(task.enterCode(VAN.code))).toBe("journal-full");
  });

  test("whose key hangs nowhere here is asked whether it is brought", () => {
    believe(0, Belief.empty);
    expect(task.enterCode(VAN.code)).toMatchObject({ kind: "offer-return", right: { key: { id: VAN.id } } });
  });

  test("whose key may hang here asks about four bins at the most, the likeliest first", () => {
    install({
      bins: Array.from({ length: BINS }, (_, bin) => ({
        bin,
        enabled: true,
        key: bin === 0 ? VAN.id : undefined,
        uncertain: bin === 0,
      })),
    });
    for (const bin of [1, 2, 3, 4]) believe(bin, bin === 4 ? Belief.taken : Belief.doubt, { key: VAN.id });
    expect(task.enterCode(VAN.code)).toMatchObject({ kind: "take-or-return", bins: [3, 2, 1, 0] });
  });

  test("is no reason to end what another began when nothing can be begun", () => {
    task.enterCode(VAN.code);
    for (const answer of [task.enterCode("999999")]) expect(refusal(answer)).toBe("wrong-code");
    expect(task.active).toBe(true);
  });
});

describe("whoever was asked", () => {
  function asked(): Right {
    believe(0, Belief.doubt, { key: VAN.id });
    return rightOf(task.enterCode(VAN.code));
  }

  test("takes the key from the bin they point at, if it may be there", () => {
    const right = asked();
    expect(refusal(task.take(right, 1))).toBe("key-not-here");
    expect(task.take(right, 0)).toEqual({ kind: "started" });
    expect(of(Kind.intent)).toMatchObject([{ bin: 0, exchange: pickup, key: VAN.id }]);
  });

  test("takes nothing while a lock moves", () => {
    const right = asked();
    control.busy = true;
    expect(refusal(task.take(right, 0))).toBe("busy");
  });

  test("leaves it inside, which is on record and changes the belief of that bin alone", () => {
    const right = asked();
    believe(1, Belief.doubt, { key: VAN.id });
    expect(task.leaveInside(right, 0)).toEqual({ kind: "noted", right, bin: 0 });
    expect(of(Kind.binChecked)).toMatchObject([{ bin: 0, key: VAN.id, auth: Auth.bookingCode }]);
    expect([belief(0), belief(1)]).toEqual([Belief.holds, Belief.doubt]);
    expect(openings).toEqual([]);
  });

  test("ends what another began in between, before anything of theirs", () => {
    const right = asked();
    task.scan("777XYZ");
    expect(task.take(right, 0)).toEqual({ kind: "started" });
    expect(outcomes().map(([, result]) => result)).toEqual([Outcome.unconfirmed]);
    task.leaveInside(right, 0);
    expect(outcomes()).toHaveLength(2);
  });

  test("leaves it inside while a pick-up has no room, for as long as a return has some", () => {
    const right = asked();
    fillFor("pickup");
    expect(task.leaveInside(right, 0)).toMatchObject({ kind: "noted" });
    fillFor("dropoff");
    expect(refusal(task.leaveInside(right, 0))).toBe("journal-full");
  });

  test("leaves nothing in a bin where it cannot be, outside their time, or where that cannot be written", () => {
    const right = asked();
    expect(refusal(task.leaveInside(right, 1))).toBe("key-not-here");
    believe(1, Belief.doubt, { key: FLAT.id });
    const flat = rightOf(task.enterCode(FLAT.code));
    bench.clock.wall = START + 3_600;
    expect(refusal(task.leaveInside(flat, 1))).toBe("expired");
    brownOut(true);
    expect(refusal(task.leaveInside(right, 0))).toBe("battery-empty");
    brownOut(false);
    expect(of(Kind.binChecked)).toEqual([]);
  });

  test("ends the exchange before, whose door may be that very one", () => {
    task.enterCode(VAN.code);
    last().events.opened();
    control.open.add(0);
    const right = rightOf(task.enterCode(VAN.code));
    expect(outcomes().at(-1)?.[1]).toBe(Outcome.leftOpen);
    expect(task.leaveInside(right, 0)).toMatchObject({ kind: "noted" });
  });

  test.each([
    ["take", (right: Right) => task.take(right, 0)],
    ["leave", (right: Right) => task.leaveInside(right, 0)],
    ["choose", (right: Right) => task.choose(right)],
  ])("and whose right is gone by then can %s nothing", (_, act) => {
    const right = asked();
    install({ accesses: MODEL.accesses.filter(({ id }) => id !== 100), codes: MODEL.codes.slice(1) });
    expect(refusal(act(right))).toBe("wrong-code");
    expect(openings).toEqual([]);
  });
});

describe("a return", () => {
  test("by a right that is gone by then is one by a tag, of whoever it was", () => {
    believe(1, Belief.taken, { key: VAN.id });
    believe(0, Belief.doubt, { key: VAN.id });
    const right = rightOf(task.enterCode(VAN.code));
    install({ accesses: MODEL.accesses.filter(({ id }) => id !== 100), codes: MODEL.codes.slice(1) });
    expect(task.returnKey(right)).toEqual({ kind: "started" });
    const [intent] = of(Kind.intent);
    expect(intent).toMatchObject({ bin: 3, key: VAN.id, auth: Auth.bookingCode, user: 1, access: 100, lapsed: 1 });
    expect(intent!.freed).toBeUndefined();
  });

  test("by a tag goes into a surely empty bin, and is of nobody", () => {
    believe(0, Belief.empty);
    expect(task.scan(VAN.fob)).toEqual({ kind: "started" });
    const [intent] = of(Kind.intent);
    expect(intent).toMatchObject({ exchange: dropoff, bin: 0, auth: Auth.quickScan, key: VAN.id });
    expect([intent!.from, intent!.freed, intent!.contested]).toEqual([undefined, undefined, undefined]);
    expect([heard, order]).toEqual([["opening 2 0"], ["look at the bins", "opening 0", "lock 0"]]);
    last().events.opened();
    last().events.closed(true);
    expect(heard.slice(1)).toEqual(["opened 2 0", "closed 2 0"]);
    expect(belief(0)).toBe(Belief.holds);
  });

  test("by a tag of a key that surely hangs here is contested, and frees no bin", () => {
    task.scan(VAN.fob);
    const [intent] = of(Kind.intent);
    expect(intent).toMatchObject({ bin: 3, contested: 1 });
    expect([intent!.from, intent!.freed]).toEqual([undefined, undefined]);
  });

  test("by right from where it surely hangs names that bin, and the one from which it was taken before the last time", () => {
    believe(0, Belief.doubt, { key: VAN.id });
    const right = rightOf(task.enterCode(VAN.code));
    believe(0, Belief.holds, { key: VAN.id });
    believe(3, Belief.taken, { key: VAN.id });
    believe(4, Belief.taken, { key: VAN.id });
    expect(task.returnKey(right)).toEqual({ kind: "started" });
    expect(of(Kind.intent)).toMatchObject([
      { exchange: dropoff, bin: 4, from: 0, freed: 3, user: 1, access: 100, auth: Auth.bookingCode },
    ]);
    expect(of(Kind.intent)[0]!.contested).toBeUndefined();
    expect(of(Kind.intent)[0]!.lapsed).toBeUndefined();
  });

  test("into the very bin from which it was taken frees no other", () => {
    believe(0, Belief.doubt, { key: VAN.id });
    const right = rightOf(task.enterCode(VAN.code));
    believe(3, Belief.taken, { key: VAN.id });
    task.returnKey(right);
    expect(of(Kind.intent)).toMatchObject([{ bin: 3 }]);
    expect(of(Kind.intent)[0]!.freed).toBeUndefined();
  });

  test("by a short key code is of nobody, and says so", () => {
    believe(0, Belief.doubt, { key: VAN.id });
    task.returnKey(rightOf(task.enterCode(VAN.keyCode)));
    const [intent] = of(Kind.intent);
    expect(intent).toMatchObject({ exchange: dropoff, auth: Auth.keyCode, short: 1 });
    expect([intent!.user, intent!.access]).toEqual([undefined, undefined]);
  });

  test("by right tries three known bad bins at the most as well", () => {
    install({ bins: Array.from({ length: 6 }, (_, bin) => ({ bin, enabled: true })) });
    start(6);
    for (let bin = 0; bin < 6; bin++)
      bench.ledger.note({ kind: Kind.binFault, bin, event: BinFault.wontOpen }, "vital");
    task.returnKey(rightOf(task.enterCode(VAN.code)));
    for (let i = 0; i < 3; i++) last().events.failed();
    expect(openings.map(({ bin }) => bin)).toEqual([0, 1, 2]);
    expect(heard.at(-1)).toBe("failed no-working-bin anywhere");
  });

  test("of a key that was hung up before its fob was known finds it there", () => {
    believe(0, Belief.empty);
    believe(3, Belief.holds, { fob: VAN.fob });
    task.scan(VAN.fob);
    expect(of(Kind.intent)).toMatchObject([{ bin: 0, key: VAN.id, contested: 1 }]);
  });

  test("outside its time is one by a tag", () => {
    believe(1, Belief.doubt, { key: FLAT.id });
    const right = rightOf(task.enterCode(FLAT.code));
    bench.clock.wall = START + 3_600;
    expect(task.returnKey(right)).toEqual({ kind: "started" });
    expect(of(Kind.intent)).toMatchObject([{ bin: 3, auth: Auth.bookingCode, user: 1, access: 101 }]);
    expect(belief(1)).toBe(Belief.doubt);
  });

  test("of a key of another place is refused by that place's name; a roaming one is taken", () => {
    expect(task.scan(TRUCK.fob)).toEqual({ kind: "refused", reason: "wrong-location", params: { location: "Lyon" } });
    expect(of(Kind.refused)).toMatchObject([{ key: TRUCK.id, reason: "wrong-location" }]);
    install({ keys: MODEL.keys.map((key) => (key.id === TRUCK.id ? { ...key, roaming: true } : key)) });
    expect(task.scan(TRUCK.fob)).toEqual({ kind: "started" });
  });

  test("by right of a key of another place is refused as well", () => {
    expect(refusal(task.returnKey(rightOf(task.enterCode(TRUCK.code))))).toBe("wrong-location");
  });

  test("of a fob that nobody knows is kept by its serial", () => {
    expect(task.scan("777XYZ")).toEqual({ kind: "started" });
    expect(of(Kind.intent)).toMatchObject([{ fob: "777XYZ", bin: 3 }]);
  });

  test.each(["", "12345678901234567", "with space", "é", "no-serial", "777xyz\n", "x-9Z", "9Z-x"])(
    "of what reads as %j is a bad read",
    (read) => {
      expect(task.scan(read)).toEqual({ kind: "refused", reason: "fob-unreadable" });
      expect(openings).toEqual([]);
    },
  );

  test("of what no good read can carry is one, whatever the list says", () => {
    install({ keys: MODEL.keys.map((key) => (key.id === VAN.id ? { ...key, fob: "A B" } : key)) });
    expect(refusal(task.scan("A B"))).toBe("fob-unreadable");
  });

  test("of a tag written in small letters is the one in the list; what is listed as it is stays so", () => {
    task.scan(VAN.fob.toLowerCase());
    expect(of(Kind.intent)).toMatchObject([{ key: VAN.id }]);
    expect(task.scan("900ana")).toMatchObject({ kind: "choose" });
    expect(refusal(task.scan("777xyz"))).toBe("fob-unreadable");
    install({
      keys: MODEL.keys.map((key) =>
        key.id === VAN.id ? { ...key, fob: "abc" } : key.id === FLAT.id ? { ...key, fob: "ABC" } : key,
      ),
    });
    task.scan("abc");
    expect(of(Kind.intent).at(-1)).toMatchObject({ key: VAN.id });
  });

  test("goes on to the next bin where one does not open, three known bad ones at the most, and then says so", () => {
    install({ bins: Array.from({ length: 8 }, (_, bin) => ({ bin, enabled: true })) });
    start(8);
    for (const bin of [2, 3, 4, 5, 6, 7])
      bench.ledger.note({ kind: Kind.binFault, bin, event: BinFault.wontOpen }, "vital");
    task.scan("777XYZ");
    for (let i = 0; i < 4; i++) {
      bench.ledger.note({ kind: Kind.binFault, bin: last().bin, event: BinFault.wontOpen }, "vital");
      last().events.failed();
    }
    expect(openings.map(({ bin }) => bin)).toEqual([0, 1, 2, 3, 4]);
    expect(heard).toEqual([0, 1, 2, 3, 4].map((bin) => `opening 2 ${bin}`));
    last().events.failed();
    expect(heard.at(-1)).toBe("failed no-working-bin anywhere");
    expect(outcomes().map(([, result]) => result)).toEqual(Array(5).fill(Outcome.notOpened));
    expect(refusals()).toEqual(["no-working-bin"]);
  });

  test("that finds no bin says why", () => {
    const full = Array.from({ length: BINS }, (_, bin) => ({ bin, enabled: true, fob: `FULL${bin}` }));
    install({ bins: full });
    expect(refusal(task.scan(VAN.fob))).toBe("box-full");
    expect(of(Kind.refused)).toMatchObject([{ key: VAN.id }]);
    install({ bins: full.map((row) => ({ ...row, uncertain: row.bin === 4 })) });
    expect(refusal(task.scan("777XYZ"))).toBe("no-sure-bin");
    install({ bins: full.map((row) => ({ ...row, taken: row.bin === 4 })) });
    expect(refusal(task.scan("777XYZ"))).toBe("no-sure-bin");
    install({ bins: full.map((row) => ({ ...row, enabled: false })) });
    expect(refusal(task.scan("777XYZ"))).toBe("no-working-bin");
    snapshot = undefined;
    expect(refusal(task.scan("777XYZ"))).toBe("no-snapshot");
    expect(refusals()).toHaveLength(5);
  });

  test("is refused where its record has no room", () => {
    fillFor("dropoff");
    expect(refusal(task.scan("777XYZ"))).toBe("journal-full");
    expect(openings).toEqual([]);
  });
});

describe("a badge", () => {
  const chosen = (answer: Answer) => (answer.kind === "choose" ? answer.rights.map(({ key }) => key.id) : answer);

  test("is offered what hangs here, then what may, and nothing that is elsewhere", () => {
    believe(0, Belief.taken, { key: VAN.id });
    expect(chosen(task.scan(BADGE.ana))).toEqual([FLAT.id, VIRTUAL.id, VAN.id]);
    believe(1, Belief.empty);
    expect(chosen(task.scan(BADGE.ana))).toEqual([VIRTUAL.id, VAN.id]);
  });

  test("that may take nothing hears why", () => {
    expect(refusal(task.scan(BADGE.bo))).toBe("no-keys-for-badge");
    install({
      accesses: [{ id: 101, user: 1, key: FLAT.id, window: { from: START + 60, until: START + 3_600 } }],
      codes: [],
    });
    expect(refusal(task.scan(BADGE.ana))).toBe("too-early");
    bench.clock.wall = undefined;
    expect(refusal(task.scan(BADGE.ana))).toBe("clock-unknown");
    bench.clock.wall = START + 9_999;
    expect(refusal(task.scan(BADGE.ana))).toBe("no-keys-for-badge");
  });

  test("takes the key that was chosen, by its access", () => {
    const answer = task.scan(BADGE.ana);
    if (answer.kind !== "choose") throw new Error(answer.kind);
    expect(answer.more).toBeUndefined();
    expect(task.choose(answer.rights[1]!)).toEqual({ kind: "started" });
    expect(of(Kind.intent)).toMatchObject([{ key: FLAT.id, auth: Auth.badge, user: 1, access: 101 }]);
    install({ badges: [] });
    expect(refusal(task.choose(answer.rights[0]!))).toBe("no-keys-for-badge");
  });

  test("is offered six keys at a time, round and round", () => {
    const keys = Array.from({ length: 13 }, (_, i) => ({ ...MODEL.keys[3]!, id: 50 + i, name: `${i}` }));
    install({
      keys,
      bins: keys.map(({ id }, bin) => ({ bin, enabled: true, key: id })),
      accesses: keys.map(({ id }) => ({ id, user: 1, key: id })),
      codes: [],
    });
    start(13);
    let answer = task.scan(BADGE.ana);
    const seen: unknown[] = [];
    for (let page = 0; page < 4; page++) {
      seen.push(chosen(answer));
      if (answer.kind !== "choose") break;
      answer = answer.more!();
    }
    expect(seen).toEqual([[50, 51, 52, 53, 54, 55], [56, 57, 58, 59, 60, 61], [62], [50, 51, 52, 53, 54, 55]]);
  });

  test("whose later keys are gone by then sees the first again", () => {
    const keys = Array.from({ length: 7 }, (_, i) => ({ ...MODEL.keys[3]!, id: 50 + i, name: `${i}` }));
    const of7 = {
      keys,
      bins: keys.map(({ id }, bin) => ({ bin, enabled: true, key: id })),
      accesses: keys.map(({ id }) => ({ id, user: 1, key: id })),
      codes: [],
    };
    install(of7);
    start(7);
    const answer = task.scan(BADGE.ana);
    install({ ...of7, accesses: of7.accesses.slice(0, 2) });
    expect(answer.kind === "choose" && chosen(answer.more!())).toEqual([50, 51]);
    install({ ...of7, accesses: [] });
    expect(answer.kind === "choose" && refusal(answer.more!())).toBe("no-keys-for-badge");
    install({ ...of7, accesses: of7.accesses.slice(0, 6) });
    expect(chosen(task.scan(BADGE.ana))).toHaveLength(6);
    const six = task.scan(BADGE.ana);
    expect(six.kind === "choose" && six.more).toBeUndefined();
  });
});

describe("a one-touch opening", () => {
  test("of a bin that surely holds something takes that, and of an empty one names nothing", () => {
    task.oneTouch(0);
    expect(order).toEqual(["look at the bins", "opening 0", "lock 0"]);
    expect(of(Kind.intent)).toMatchObject([{ exchange: pickup, bin: 0, auth: Auth.oneTouch, key: VAN.id }]);
    last().events.opened();
    last().events.closed(true);
    believe(4, Belief.doubt, { fob: "777XYZ" });
    task.oneTouch(4);
    expect(of(Kind.intent).at(-1)).toMatchObject({ exchange: dropoff, bin: 4, fob: "777XYZ", contested: 1 });
    task.oneTouch(3);
    const intent = of(Kind.intent).at(-1)!;
    expect(intent).toMatchObject({ exchange: dropoff, bin: 3, auth: Auth.oneTouch });
    expect([intent.key, intent.fob, intent.contested]).toEqual([undefined, undefined, undefined]);
    expect(openings.map(({ bin }) => bin)).toEqual([0, 4, 3]);
  });

  test("that does not open says so", () => {
    task.oneTouch(3);
    last().events.failed();
    expect(heard).toEqual(["opening 2 3", "failed bin-wont-open A-4"]);
    expect(outcomes()).toEqual([[last().authority, Outcome.notOpened]]);
  });

  test("is refused while a lock moves, and works where vital records alone have room", () => {
    control.busy = true;
    expect(refusal(task.oneTouch(3))).toBe("busy");
    control.busy = false;
    fillFor("dropoff");
    expect(task.oneTouch(3)).toEqual({ kind: "started" });
    last().events.opened();
    last().events.closed(true);
    expect(outcomes()).toHaveLength(1);
  });

  test("ends what was left open", () => {
    task.enterCode(VAN.code);
    control.open.add(0);
    task.oneTouch(3);
    expect(outcomes().map(([, result]) => result)).toEqual([Outcome.leftOpen]);
  });
});

describe("an outcome that cannot be written", () => {
  test("is owed, and is what it was when it can", () => {
    task.enterCode(VAN.code);
    const { events, authority } = last();
    brownOut(true);
    events.closed(true);
    expect([outcomes(), task.active, heard.at(-1)]).toEqual([[], true, "closed 1 0"]);
    task.settle();
    expect(outcomes()).toEqual([]);
    brownOut(false);
    // Whoever comes in between does not turn it into another.
    task.enterCode(FLAT.code);
    expect(outcomes()).toEqual([[authority, Outcome.done]]);
    task.settle();
    expect(outcomes()).toHaveLength(1);
  });

  test("is written when there is nothing else to do, once", () => {
    task.enterCode(VAN.code);
    brownOut(true);
    last().events.heldOpen();
    brownOut(false);
    task.settle();
    task.settle();
    expect(outcomes()).toEqual([[last().authority, Outcome.leftOpen]]);
  });

  test("is no excuse for another error", () => {
    task.enterCode(VAN.code);
    bench.flash.onOperation = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => last().events.closed(true)).toThrow("the port is broken");
    expect(() => task.enterCode("999999")).toThrow("the port is broken");
  });

  test("nor is an intent, or what somebody says of a bin", () => {
    believe(0, Belief.doubt, { key: VAN.id });
    const right = rightOf(task.enterCode(VAN.code));
    bench.flash.onOperation = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => task.take(right, 0)).toThrow("the port is broken");
    expect(() => task.leaveInside(right, 0)).toThrow("the port is broken");
  });
});

describe("after a power cut", () => {
  function cutOff(door: DoorState): number {
    task.enterCode(VAN.code);
    const { authority } = last();
    bench.reboot();
    bench.clock.wall = START;
    heard = [];
    start();
    control.doors[VAN.bin] = door;
    task.resume();
    return authority;
  }

  test("nothing is resumed where nothing was begun", () => {
    task.resume();
    expect([adopted, outcomes()]).toEqual([[], []]);
  });

  test.each(["closed", "unknown"] as const)("a door that is %s: nobody can say what came of it", (door) => {
    const authority = cutOff(door);
    expect([outcomes(), adopted]).toEqual([[[authority, Outcome.unconfirmed]], []]);
  });

  test("an open door is watched on; shut, it is an exchange as any other", () => {
    const authority = cutOff("open");
    expect(adopted.map(({ bin }) => bin)).toEqual([VAN.bin]);
    expect(outcomes()).toEqual([]);
    adopted[0]!.events.opened();
    adopted[0]!.events.closed(true);
    expect(outcomes()).toEqual([[authority, Outcome.done]]);
    expect(heard).toEqual(["opened 1 0", "closed 1 0"]);
  });

  test("an open door that stays open is in doubt: whoever opened it may have walked off", () => {
    const authority = cutOff("open");
    adopted[0]!.events.heldOpen();
    expect(outcomes()).toEqual([[authority, Outcome.unconfirmed]]);
    task.enterCode(FLAT.code);
    last().events.heldOpen();
    expect(outcomes().at(-1)?.[1]).toBe(Outcome.leftOpen);
  });

  test("an adopted door that fails is told to nobody", () => {
    cutOff("open");
    adopted[0]!.events.failed();
    expect(heard).toEqual([]);
  });
});
