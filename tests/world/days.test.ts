import { expect, test, vi } from "vitest";
import { runDays } from "../../sim/bench/days.js";

vi.setConfig({ testTimeout: 60_000 });

test("the sim bench's days have their hundred exchanges each, and every invariant holds at their end", async () => {
  const { exchanges, virtualSeconds, seconds } = await runDays(2, () => {});
  expect(exchanges).toBe(200);
  expect(virtualSeconds).toBeGreaterThanOrEqual(2 * 86_400);
  expect(virtualSeconds).toBeLessThan(2 * 86_400 + 3_600);
  expect(seconds).toBeGreaterThan(0);
});
