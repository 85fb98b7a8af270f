import { beforeEach, expect, test } from "vitest";
import { Deadline } from "../../firmware/wiring/deadline.js";
import { Scheduler } from "../../sim/world/clock/scheduler.js";
import { VirtualDriver } from "../../sim/world/clock/virtual.js";
import { worldTimers } from "../../sim/world/clock/world-timers.js";

let scheduler: Scheduler;
let deadline: Deadline;
let happened: string[];

beforeEach(() => {
  scheduler = new Scheduler();
  deadline = new Deadline(worldTimers(scheduler));
  happened = [];
});

const pass = (ms: number) => new VirtualDriver(scheduler).runUntil(() => false, ms);
const note = (what: string) => () => void happened.push(`${what} at ${scheduler.nowMs}`);

test("it happens once, when its time has come, and is pending until then", () => {
  expect(deadline.pending).toBe(false);
  deadline.set(100, note("due"));
  pass(99);
  expect(deadline.pending).toBe(true);
  expect(happened).toEqual([]);
  pass(1_000);
  expect(happened).toEqual(["due at 100"]);
  expect(deadline.pending).toBe(false);
});

test("setting it again forgets what was set before", () => {
  deadline.set(100, note("first"));
  pass(50);
  deadline.set(100, note("second"));
  pass(1_000);
  expect(happened).toEqual(["second at 150"]);
});

test("setting it once keeps what is pending, and sets what is not", () => {
  deadline.setOnce(100, note("first"));
  pass(50);
  deadline.setOnce(100, note("second"));
  pass(50);
  deadline.setOnce(100, note("third"));
  pass(1_000);
  expect(happened).toEqual(["first at 100", "third at 200"]);
});

test("what is cleared does not happen, and clearing twice does no harm", () => {
  deadline.set(100, note("due"));
  deadline.clear();
  deadline.clear();
  pass(1_000);
  expect(deadline.pending).toBe(false);
  expect(happened).toEqual([]);
});

test("what is due may set it anew: it is not pending any more", () => {
  deadline.set(100, () => {
    happened.push(String(deadline.pending));
    deadline.setOnce(100, note("again"));
  });
  pass(1_000);
  expect(happened).toEqual(["false", "again at 200"]);
});
