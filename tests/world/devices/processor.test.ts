import { expect, test } from "vitest";
import { Scheduler } from "../../../sim/world/clock/scheduler.js";
import { Processor, SealingLoad } from "../../../sim/world/devices/processor.js";
import type { Site } from "../../../sim/world/devices/site.js";

/** A processor and what it did, with the time of each. */
function bench() {
  const scheduler = new Scheduler();
  const load = new SealingLoad();
  const did: string[] = [];
  let spent = 0;
  const processor = new Processor({ scheduler } as Site, load, () => spent);
  const work =
    (name: string, ms = 0) =>
    () => {
      spent += 10_000 * ms;
      did.push(`${name} ${scheduler.nowMs}`);
    };
  const end = () => {
    while (scheduler.runNext());
    return did;
  };
  return { scheduler, load, processor, work, end };
}

test("what comes while the processor is busy waits, in its order, and may make it busy again", () => {
  const { scheduler, load, processor, work, end } = bench();
  processor.run(work("message", 53));
  expect(processor.idle).toBe(false);
  scheduler.at(20, () => processor.run(work("key")));
  scheduler.at(30, () => processor.run(work("next message", 53)));
  scheduler.at(40, () => processor.run(work("door")));
  scheduler.at(200, () => processor.run(work("late")));
  expect(end()).toEqual(["message 0", "key 53", "next message 53", "door 106", "late 200"]);
  expect(processor.idle).toBe(true);
  expect(load).toMatchObject({ busyMs: 106, busiestMinuteMs: 106 });
});

test("what is called from inside runs inside, and is counted once", () => {
  const { load, processor, work, end } = bench();
  processor.run(() => {
    work("outer", 1)();
    processor.run(work("inner", 2));
  });
  expect(end()).toEqual(["outer 0", "inner 0"]);
  expect(load.busyMs).toBe(3);
});

test("the busiest minute is one of the clock", () => {
  const load = new SealingLoad();
  load.add(100, 59_000);
  load.add(50, 60_000);
  load.add(80, 119_000);
  load.add(1, 120_000);
  expect(load).toMatchObject({ busyMs: 231, busiestMinuteMs: 130 });
});
