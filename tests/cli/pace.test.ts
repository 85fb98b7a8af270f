import { expect, test } from "vitest";
import { PaceKeeper } from "../../sim/cli/front/pace.js";

const HOUR_MS = 3_600_000;

test("on to the next event: fast until something is noticed, then as it is", () => {
  const pace = new PaceKeeper();
  let seen = "idle";
  expect([pace.isFast, pace.rate]).toEqual([false, 1]);
  pace.set("next", () => seen);
  expect(pace.isFast).toBe(true);
  pace.look(0);
  pace.look(HOUR_MS);
  expect(pace.pace).toBe("next");
  seen = "asleep";
  pace.look(HOUR_MS + 1);
  expect(pace.pace, "looked at a moment ago").toBe("next");
  pace.look(HOUR_MS + 250);
  expect([pace.pace, pace.rate]).toEqual([1, 1]);
});

test("where nothing ever happens it gives up after a week; a pace that was chosen stays", () => {
  const pace = new PaceKeeper();
  pace.set("next", () => "same");
  pace.look(0);
  pace.look(7 * 24 * HOUR_MS);
  expect(pace.pace).toBe("next");
  pace.look(7 * 24 * HOUR_MS + 250);
  expect(pace.pace).toBe(1);
  pace.set(3_600, () => "same");
  pace.look(30 * 24 * HOUR_MS);
  expect([pace.pace, pace.rate]).toEqual([3_600, 3_600]);
});
