import { expect, test } from "vitest";
import { arrivals } from "../../sim/bench/herd.js";
import { paceSeconds } from "../../sim/cloud/pace.js";

test.each([1, 120, 3_600])(
  "after an outage of %i s every box comes back once, evenly over the pace",
  (outageSeconds) => {
    const { perSecond, peakOverBest } = arrivals(outageSeconds, 100);
    expect(perSecond.reduce((sum, count) => sum + count, 0)).toBe(10_000);
    expect(peakOverBest).toBeLessThan(1.5);
    expect(perSecond.length).toBeLessThanOrEqual(102);
  },
);

test("without a pace a broker that restarts is met by half of them in a second", () => {
  expect(Math.max(...arrivals(1, undefined).perSecond)).toBeGreaterThan(4_000);
});

test("the cloud tells so many boxes a pace, and a few none", () => {
  expect(paceSeconds(1)).toBeUndefined();
  expect(paceSeconds(400)).toBeUndefined();
  expect(paceSeconds(401)).toBe(5);
  expect(paceSeconds(10_000)).toBe(100);
});
