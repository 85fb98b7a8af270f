import { beforeEach, expect, test } from "vitest";
import { MainsLog } from "../../firmware/power/mains-log.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";
import { ManualTimers } from "../support/manual-timers.js";

const FIVE_MINUTES_S = 300;

let clock: HandClock;
let recorded: boolean[];
let timers: ManualTimers;
let log: MainsLog;

beforeEach(() => {
  clock = new HandClock();
  clock.ms = 7_000;
  recorded = [];
  timers = new ManualTimers();
  log = new MainsLog({
    clock,
    timers,
    present: true,
    host: { recordMains: (present) => void recorded.push(present) },
  });
});

function flicker(times: number): void {
  for (let i = 0; i < times; i++) {
    log.changed(false);
    log.changed(true);
  }
}

/** Lets time pass in whole seconds, with the timers that fall due. */
function pass(seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    clock.pass(1);
    timers.advance(1_000);
  }
}

const waiting = () => timers.pending;

test("eight changes are recorded at once; what follows waits for its five minutes, and only as what it came to", () => {
  flicker(4);
  expect(recorded).toEqual([true, false, true, false, true, false, true, false].map((present) => !present));
  flicker(50);
  log.changed(false);
  expect(recorded).toHaveLength(8);
  pass(FIVE_MINUTES_S - 1);
  expect(recorded).toHaveLength(8);
  pass(1);
  expect(recorded.slice(8)).toEqual([false]);
  pass(10 * FIVE_MINUTES_S);
  expect(recorded).toHaveLength(9);
});

test("a supply that flickers for a day is recorded about 300 times, not thousands of times", () => {
  for (let minute = 0; minute < 24 * 60; minute++) {
    pass(50);
    log.changed(false);
    pass(10);
    log.changed(true);
  }
  // Eight at once, and one more for each five minutes at the most.
  expect(recorded.length).toBeLessThanOrEqual(8 + (24 * 60) / 5);
  expect(recorded.length).toBeGreaterThan(100);
});

test("what comes back to what is on record is not recorded, and nothing waits for it", () => {
  flicker(4);
  log.changed(false);
  expect(waiting()).toBe(1);
  log.changed(true);
  expect(waiting()).toBe(0);
  pass(2 * FIVE_MINUTES_S);
  expect(recorded).toHaveLength(8);
});

test("the same word twice is one change", () => {
  log.changed(true);
  log.changed(false);
  log.changed(false);
  expect(recorded).toEqual([false]);
});

test("one change a five minutes is earned back, from the last time that one was, and eight at the most", () => {
  flicker(4);
  pass(FIVE_MINUTES_S + 200);
  log.changed(false);
  log.changed(true);
  expect(recorded).toHaveLength(9);
  expect(waiting()).toBe(1);
  // 200 s of the next five minutes are over.
  pass(99);
  expect(recorded).toHaveLength(9);
  pass(1);
  expect(recorded).toHaveLength(10);
  pass(20 * FIVE_MINUTES_S);
  flicker(20);
  expect(recorded).toHaveLength(18);
});

test("a timer that fires late asks for the time anew, and never waits for less than a millisecond", () => {
  flicker(4);
  log.changed(false);
  expect(timers.waitsMs).toEqual([FIVE_MINUTES_S * 1_000]);
  // The clock stands still meanwhile: by it, the time has not come.
  timers.advance(FIVE_MINUTES_S * 1_000);
  expect(recorded).toHaveLength(8);
  expect(waiting()).toBe(1);
});
