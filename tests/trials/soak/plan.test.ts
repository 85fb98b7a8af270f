import { expect, test } from "vitest";
import { readSeeds } from "../../../sim/cli/soak/seeds.js";
import { planOptions, readSteps, stepsText } from "../../../sim/trials/soak/plan.js";

test("steps are written in runs, and read again", () => {
  expect(stepsText([3, 17, 18, 19, 21])).toBe("3,17-19,21");
  expect(readSteps("3,17-19,21")).toEqual([3, 17, 18, 19, 21]);
  expect(readSteps("19,3,18-19")).toEqual([3, 18, 19]);
});

test.each(["", "a", "3-1", "1,,2", "1-", "-1", "12345678"])("'%s' are no steps", (text) => {
  expect(readSteps(text)).toBeUndefined();
});

test("the options say what is played and what is left out", () => {
  expect(planOptions({})).toBe("");
  expect(planOptions({ steps: [1, 2], without: ["mishap", "office/bin"] })).toBe(
    " --without mishap,office/bin --steps 1-2",
  );
});

test("seeds are one, or a run", () => {
  expect(readSeeds("7")).toEqual({ from: 7, to: 7 });
  expect(readSeeds("7-18")).toEqual({ from: 7, to: 18 });
  for (const text of ["", "18-7", "1-", "x", "1,2"]) expect(readSeeds(text)).toBeUndefined();
});
