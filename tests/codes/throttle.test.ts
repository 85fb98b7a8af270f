import fc from "fast-check";
import { expect, test } from "vitest";
import { LADDER_MINUTES, penaltySeconds, SHORT_LADDER_MINUTES } from "../../firmware/codes/ladder.js";
import { guessedBy, Throttle } from "../../firmware/codes/throttle.js";
import { Auth, Exchange, Kind } from "../../firmware/records/records.js";
import { emptyState, type Guessed, ORDINARY } from "../../firmware/state/box-state.js";
import { applyCheckpoint, encodeCheckpoint } from "../../firmware/state/checkpoint.js";
import { WriteRefused } from "../../firmware/state/ledger.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";

const SHORT: Guessed = { ...ORDINARY, short: 1 };
const BIN: Guessed = { target: 1, bin: 11 };
const EACH: readonly Guessed[] = [ORDINARY, SHORT, BIN, { target: 1, bin: 12 }, { target: 2 }, { target: 3 }];

const fail = (throttle: Throttle, times: number, what = ORDINARY) => {
  for (let i = 0; i < times; i++) throttle.recordFailure(what);
};

test("penalties: none for three, then 2 minutes doubling to an hour; for short codes on to twelve", () => {
  const failures = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 1_000_000];
  const minutes = (ladder: readonly number[]) => failures.map((count) => penaltySeconds(count, ladder) / 60);
  expect(minutes(LADDER_MINUTES)).toEqual([0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
  expect(minutes(SHORT_LADDER_MINUTES)).toEqual([0, 0, 2, 4, 8, 16, 32, 60, 120, 240, 480, 720, 720]);
});

test("a code of five digits is a short one, of six it is not", () => {
  expect(["1234", "12345", "123456", "1234567890123456"].map((digits) => guessedBy(digits).short)).toEqual([
    1,
    1,
    undefined,
    undefined,
  ]);
});

test("each thing that guesses can reach waits by itself, in this boot and after the next", () => {
  for (const guessed of EACH) {
    const bench = new LedgerBench();
    const throttle = new Throttle(bench.ledger, bench.clock);
    fail(throttle, 4, guessed);
    const waits = (of: Throttle) => EACH.map((what) => of.waitMs(what));
    const expected = EACH.map((what) => (what === guessed ? 120_000 : 0));
    expect(waits(throttle)).toEqual(expected);
    bench.reboot();
    expect(waits(new Throttle(bench.ledger, bench.clock))).toEqual(expected);
  }
});

test("the record of a wrong code names what it was a guess at", () => {
  const bench = new LedgerBench();
  const throttle = new Throttle(bench.ledger, bench.clock);
  for (const what of EACH) fail(throttle, 1, what);
  const records = [...readJournal(bench.flash, 1)].flatMap(({ record }) =>
    record?.kind === Kind.codeFailure ? [record] : [],
  );
  expect(records).toMatchObject(EACH.map((what) => ({ count: 1, ...what })));
});

test("every throttle at once fits a checkpoint, with and without its time", () => {
  const state = emptyState();
  for (let index = 0; index < 204; index++) {
    state.throttles.set(index, {
      failures: 1 + 7 * index,
      at: index % 3 === 0 ? undefined : 1_790_000_000 + 999 * index,
    });
  }
  const copy = emptyState();
  let bytes = 0;
  for (const piece of encodeCheckpoint(state)) {
    bytes += piece.length;
    applyCheckpoint(copy, piece);
  }
  expect(copy).toEqual(state);
  expect(bytes).toBeLessThan(1_700);
});

test("a wrong code that an older firmware recorded, with one throttle for all, counts as an ordinary one", () => {
  const bench = new LedgerBench();
  for (let count = 1; count <= 4; count++) bench.ledger.write({ kind: Kind.codeFailure, count, target: 1 }, "vital");
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs(ORDINARY)).toBe(120_000);
});

test("counts down on the monotonic clock, whatever wall time does", () => {
  const bench = new LedgerBench();
  const throttle = new Throttle(bench.ledger, bench.clock);
  fail(throttle, 4);
  expect(throttle.waitMs(ORDINARY)).toBe(120_000);
  bench.clock.wall = 2_000_000_000;
  expect(throttle.waitMs(ORDINARY)).toBe(120_000);
  bench.clock.pass(119);
  expect(throttle.waitMs(ORDINARY)).toBe(1_000);
  bench.clock.pass(1);
  expect(throttle.waitMs(ORDINARY)).toBe(0);
});

test("a reboot keeps the rest of the penalty when the clock is known", () => {
  const bench = new LedgerBench();
  fail(new Throttle(bench.ledger, bench.clock), 5);
  bench.clock.pass(20);
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs(ORDINARY)).toBe(220_000);
});

test.each([
  ["lost", undefined],
  ["set back", 1_780_000_000],
])("a reboot with the clock %s starts the whole penalty again", (_, wall) => {
  for (const what of EACH) {
    const bench = new LedgerBench();
    fail(new Throttle(bench.ledger, bench.clock), 5, what);
    bench.clock.pass(239);
    bench.clock.wall = wall;
    bench.reboot();
    expect(new Throttle(bench.ledger, bench.clock).waitMs(what)).toBe(240_000);
  }
});

test("a failure under an unknown clock keeps its penalty when the clock is known after the reboot", () => {
  const bench = new LedgerBench();
  bench.clock.wall = undefined;
  fail(new Throttle(bench.ledger, bench.clock), 4);
  bench.clock.wall = 1_790_000_000;
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs(ORDINARY)).toBe(120_000);
});

test("the count survives checkpoints: it is still there after the ring has wrapped", () => {
  const bench = new LedgerBench({ sectors: 4 });
  for (const what of EACH) fail(new Throttle(bench.ledger, bench.clock), 7, what);
  for (let i = 0; i < 2_000; i++) {
    bench.ledger.note({ kind: Kind.clockSet });
    bench.ledger.acknowledge(bench.ledger.journal.nextSeq - 1);
  }
  expect(bench.ledger.journal.oldestSeq).toBeGreaterThan(100);
  bench.reboot();
  expect([...bench.ledger.state.throttles.values()].map(({ failures }) => failures)).toEqual(EACH.map(() => 7));
  const throttle = new Throttle(bench.ledger, bench.clock);
  expect(EACH.map((what) => throttle.waitMs(what))).toEqual(EACH.map(() => 16 * 60_000));
});

test("an accepted code clears its own, a quick scan none", () => {
  const bench = new LedgerBench();
  const throttle = new Throttle(bench.ledger, bench.clock);
  for (const what of EACH) fail(throttle, 4, what);
  const waiting = () => EACH.filter((what) => throttle.waitMs(what) > 0);
  const intent = { kind: Kind.intent, exchange: Exchange.dropoff, bin: 0, key: 1 } as const;
  bench.ledger.write({ ...intent, auth: Auth.quickScan }, "vital");
  expect(waiting()).toEqual(EACH);
  bench.ledger.write({ ...intent, auth: Auth.badge }, "vital");
  expect(waiting()).toEqual(EACH);
  bench.ledger.write({ ...intent, auth: Auth.bookingCode, lapsed: 1 }, "vital");
  expect(waiting(), "an expired code proves no right").toEqual(EACH);
  bench.ledger.write({ ...intent, auth: Auth.bookingCode }, "vital");
  expect(waiting()).toEqual(EACH.slice(1));
  bench.ledger.write({ ...intent, auth: Auth.keyCode, short: 1 }, "vital");
  expect(waiting()).toEqual(EACH.slice(2));
  const of = bench.ledger.write({ kind: Kind.emergency, target: 1, sheet: 1, number: 1, bin: 11 }, "vital");
  expect(waiting()).toEqual(EACH.slice(3));
  bench.ledger.write({ kind: Kind.emergency, target: 2, sheet: 1, number: 1, bin: 12, of }, "vital");
  expect(waiting(), "a door of a run is no code for that bin").toEqual(EACH.slice(3));
  bench.reboot();
  const next = new Throttle(bench.ledger, bench.clock);
  expect(EACH.filter((what) => next.waitMs(what) > 0)).toEqual(EACH.slice(3));
});

test("no verdict without a durable failure: a cell under the threshold refuses the write", () => {
  const bench = new LedgerBench();
  const throttle = new Throttle(bench.ledger, bench.clock);
  bench.mains = false;
  bench.millivolts = 3_299;
  expect(() => throttle.recordFailure(ORDINARY)).toThrow(WriteRefused);
  expect(bench.ledger.state.throttles.size).toBe(0);
});

test("without a clock a box stays awake for a wait of up to an hour, and for no longer one", () => {
  const bench = new LedgerBench();
  bench.clock.wall = undefined;
  const throttle = new Throttle(bench.ledger, bench.clock);
  fail(throttle, 3, SHORT);
  expect(throttle.startsOverAtBoot).toBe(false);
  fail(throttle, 6, SHORT);
  expect(throttle.startsOverAtBoot).toBe(true);
  fail(throttle, 1, SHORT);
  expect(throttle.waitMs(SHORT)).toBe(120 * 60_000);
  expect(throttle.startsOverAtBoot).toBe(false);
  fail(throttle, 4, BIN);
  expect(throttle.startsOverAtBoot).toBe(true);
  bench.clock.pass(120 + 59.9);
  expect(throttle.waitMs(BIN)).toBe(0);
  expect(throttle.startsOverAtBoot, "whoever has waited types now").toBe(true);
  bench.clock.pass(0.1);
  expect(throttle.startsOverAtBoot).toBe(false);
});

test("a wait whose clock was known at the failure, and is not now, starts over; with a clock then and now it does not", () => {
  const bench = new LedgerBench();
  const throttle = new Throttle(bench.ledger, bench.clock);
  fail(throttle, 4);
  expect(throttle.startsOverAtBoot).toBe(false);
  bench.clock.wall = undefined;
  expect(throttle.startsOverAtBoot).toBe(true);
});

test("a wait whose clock was not known at the failure starts over, though it is known now", () => {
  const bench = new LedgerBench();
  bench.clock.wall = undefined;
  const throttle = new Throttle(bench.ledger, bench.clock);
  fail(throttle, 4);
  bench.clock.wall = 1_790_000_000;
  expect(throttle.startsOverAtBoot).toBe(true);
});

/** The cloud sets the clock, as the box records it. */
function setClock({ clock, ledger }: LedgerBench, wall: number): void {
  const previous = clock.wall;
  clock.wall = wall;
  ledger.note({ kind: Kind.clockSet, previous });
}

const NOW = 1_790_000_000;
test.each([
  ["was unknown at the failure", undefined, NOW],
  ["was a year ahead", NOW + 365 * 86_400, NOW],
  ["was a day behind", NOW - 86_400, NOW],
  ["was right, and is a little off", NOW, NOW + 2],
])("a clock that %s and is set: from there on no sleep begins the wait anew", (_, wall, right) => {
  const bench = new LedgerBench();
  bench.clock.wall = wall;
  const throttle = new Throttle(bench.ledger, bench.clock);
  fail(throttle, 10, SHORT);
  fail(throttle, 4, BIN);
  setClock(bench, right);
  expect(throttle.startsOverAtBoot).toBe(false);
  for (let sleeps = 0; sleeps < 3; sleeps++) {
    bench.clock.pass(30);
    bench.reboot();
  }
  const next = new Throttle(bench.ledger, bench.clock);
  expect([next.waitMs(SHORT), next.waitMs(BIN)]).toEqual([(7_200 - 90) * 1_000, 30_000]);
});

test("a clock that fell back by itself begins the wait anew once, and not at each sleep", () => {
  const bench = new LedgerBench();
  fail(new Throttle(bench.ledger, bench.clock), 4);
  bench.clock.wall = NOW - 86_400;
  bench.reboot();
  bench.clock.pass(100);
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs(ORDINARY)).toBe(20_000);
});

test.each([
  ["unknown", undefined, 240_000],
  ["ahead", NOW + 1, 240_000],
  ["now", NOW, 240_000],
  ["a second ago", NOW - 1, 239_000],
])("before the boot is on record, too: a failure whose time is %s", (_, at, waitMs) => {
  const { ledger, clock } = new LedgerBench();
  ledger.state.throttles.set(202, { failures: 5, at });
  expect(new Throttle(ledger, clock).waitMs(ORDINARY)).toBe(waitMs);
});

test("a clock that jumped ahead by itself, and was set right before the next boot, cuts no wait short", () => {
  const bench = new LedgerBench();
  fail(new Throttle(bench.ledger, bench.clock), 4);
  bench.clock.wall = NOW + 86_400;
  setClock(bench, NOW);
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs(ORDINARY)).toBe(120_000);
});

test("no wait is over before its time, whatever the cloud sets the clock to, and however often it is lost or falls back", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("pass"), seconds: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ do: fc.constant("set"), seconds: fc.integer({ min: -100_000, max: 100_000 }) }),
    fc.record({ do: fc.constant("fall"), seconds: fc.integer({ min: 0, max: 100_000 }) }),
    fc.record({ do: fc.constant("lose"), seconds: fc.constant(0) }),
    fc.record({ do: fc.constant("sleep"), seconds: fc.integer({ min: 0, max: 100 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const bench = new LedgerBench();
      let throttle = new Throttle(bench.ledger, bench.clock);
      fail(throttle, 5);
      let waited = 0;
      for (const { do: what, seconds } of steps) {
        if (what === "set") setClock(bench, NOW + seconds);
        else if (what === "lose") bench.clock.wall = undefined;
        else if (what === "fall" && bench.clock.wall !== undefined) bench.clock.wall -= seconds;
        if (what === "pass" || what === "sleep") {
          bench.clock.pass(seconds);
          waited += seconds;
        }
        if (what === "sleep") throttle = new Throttle(bench.reboot(), bench.clock);
        if (throttle.waitMs(ORDINARY) === 0) expect(waited).toBeGreaterThanOrEqual(240);
      }
    }),
    { seed: 9, numRuns: 100 },
  );
});

/** Tries as often as the box lets it, for `days`; `afterTry` is what the guesser does to the box in between. */
function triesIn(what: Guessed, days: number, afterTry: (bench: LedgerBench) => void): number {
  const bench = new LedgerBench();
  let throttle = new Throttle(bench.ledger, bench.clock);
  const end = 1_790_000_000 + days * 86_400;
  let now = 1_790_000_000;
  let tries = 0;
  for (;;) {
    const waitMs = throttle.waitMs(what);
    now += waitMs / 1_000;
    bench.clock.pass(waitMs / 1_000);
    if (now > end) return tries;
    throttle.recordFailure(what);
    tries++;
    bench.ledger.acknowledge(bench.ledger.journal.nextSeq - 1);
    afterTry(bench);
    if (bench.clock.ms === 0) throttle = new Throttle(bench.ledger, bench.clock);
  }
}

test.each([
  ["ordinary codes", ORDINARY, 727],
  ["short codes", SHORT, 71],
  ["a bin", BIN, 727],
  ["the release", { target: 3 }, 727],
])(
  "SPEC section 4: %s in 30 days; pulling the plug or losing the clock after each never gives more",
  (_, what, bound) => {
    expect(triesIn(what, 30, () => {})).toBe(bound);
    expect(triesIn(what, 30, (bench) => bench.reboot())).toBe(bound);
    const loseClock = (bench: LedgerBench) => {
      bench.clock.wall = undefined;
      bench.reboot();
    };
    expect(triesIn(what, 30, loseClock)).toBe(bound);
  },
);
