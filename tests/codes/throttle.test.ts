import { expect, test } from "vitest";
import { penaltySeconds, Throttle } from "../../firmware/codes/throttle.js";
import { Auth, Exchange, Kind } from "../../firmware/records/records.js";
import { WriteRefused } from "../../firmware/state/ledger.js";
import { LedgerBench } from "../support/ledger-bench.js";

const fail = (throttle: Throttle, times: number) => {
  for (let i = 0; i < times; i++) throttle.recordFailure(0);
};

test("penalties: none for four, then 30 s doubling to an hour", () => {
  const failures = [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 1_000_000];
  expect(failures.map(penaltySeconds)).toEqual([0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
});

test("counts down on the monotonic clock, whatever wall time does", () => {
  const bench = new LedgerBench();
  const throttle = new Throttle(bench.ledger, bench.clock);
  fail(throttle, 5);
  expect(throttle.waitMs()).toBe(30_000);
  bench.clock.wall = 2_000_000_000;
  expect(throttle.waitMs()).toBe(30_000);
  bench.clock.pass(29);
  expect(throttle.waitMs()).toBe(1_000);
  bench.clock.pass(1);
  expect(throttle.waitMs()).toBe(0);
});

test("a reboot keeps the rest of the penalty when the clock is known", () => {
  const bench = new LedgerBench();
  fail(new Throttle(bench.ledger, bench.clock), 6);
  bench.clock.pass(20);
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs()).toBe(40_000);
});

test.each([
  ["lost", undefined],
  ["set back", 1_780_000_000],
])("a reboot with the clock %s starts the whole penalty again", (_, wall) => {
  const bench = new LedgerBench();
  fail(new Throttle(bench.ledger, bench.clock), 6);
  bench.clock.pass(59);
  bench.clock.wall = wall;
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs()).toBe(60_000);
});

test("a failure under an unknown clock keeps its penalty when the clock is known after the reboot", () => {
  const bench = new LedgerBench();
  bench.clock.wall = undefined;
  fail(new Throttle(bench.ledger, bench.clock), 5);
  bench.clock.wall = 1_790_000_000;
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs()).toBe(30_000);
});

test("the count survives checkpoints: it is still there after the ring has wrapped", () => {
  const bench = new LedgerBench({ sectors: 4 });
  fail(new Throttle(bench.ledger, bench.clock), 7);
  for (let i = 0; i < 2_000; i++) {
    bench.ledger.note({ kind: Kind.clockSet });
    bench.ledger.acknowledge(bench.ledger.journal.nextSeq - 1);
  }
  expect(bench.ledger.journal.oldestSeq).toBeGreaterThan(100);
  bench.reboot();
  expect(bench.ledger.state.throttle.failures).toBe(7);
});

test("an accepted code clears it, a quick scan does not", () => {
  const bench = new LedgerBench();
  const throttle = new Throttle(bench.ledger, bench.clock);
  fail(throttle, 5);
  const intent = { kind: Kind.intent, exchange: Exchange.dropoff, bin: 0, key: 1 } as const;
  bench.ledger.write({ ...intent, auth: Auth.quickScan }, "vital");
  expect(throttle.waitMs()).toBe(30_000);
  bench.ledger.write({ ...intent, auth: Auth.keyCode }, "vital");
  expect(throttle.waitMs()).toBe(0);
  bench.reboot();
  expect(new Throttle(bench.ledger, bench.clock).waitMs()).toBe(0);
});

test("no verdict without a durable failure: a cell under the threshold refuses the write", () => {
  const bench = new LedgerBench();
  const throttle = new Throttle(bench.ledger, bench.clock);
  bench.mains = false;
  bench.millivolts = 3_299;
  expect(() => throttle.recordFailure(0)).toThrow(WriteRefused);
  expect(bench.ledger.state.throttle.failures).toBe(0);
});

/** Tries as often as the box lets it, for `days`; `afterTry` is what the guesser does to the box in between. */
function triesIn(days: number, afterTry: (bench: LedgerBench) => void): number {
  const bench = new LedgerBench();
  let throttle = new Throttle(bench.ledger, bench.clock);
  const end = 1_790_000_000 + days * 86_400;
  let now = 1_790_000_000;
  let tries = 0;
  for (;;) {
    const waitMs = throttle.waitMs();
    now += waitMs / 1_000;
    bench.clock.pass(waitMs / 1_000);
    if (now > end) return tries;
    throttle.recordFailure(1);
    tries++;
    bench.ledger.acknowledge(bench.ledger.journal.nextSeq - 1);
    afterTry(bench);
    if (bench.clock.ms === 0) throttle = new Throttle(bench.ledger, bench.clock);
  }
}

test("SPEC section 4: 730 tries in 30 days, and pulling the plug or losing the clock after each never gives more", () => {
  expect(triesIn(30, () => {})).toBe(730);
  expect(triesIn(30, (bench) => bench.reboot())).toBe(730);
  const loseClock = (bench: LedgerBench) => {
    bench.clock.wall = undefined;
    bench.reboot();
  };
  expect(triesIn(30, loseClock)).toBe(730);
});
