import { expect, test } from "vitest";
import { earlyChanges, FOLDER } from "../../../../sim/trials/mutants/plan.js";
import { atMostThree, isLit } from "./lamp.js";

test("a lamp goes out by itself", () => {
  expect([isLit(7_000, 7_000), isLit(7_000, 27_000), isLit(7_000, 67_000)]).toEqual([true, true, false]);
});

const folder = process.env[FOLDER];
let tries = 0;

test("one that fails twice as it is, as on a busy machine, does not end a run of changes", () => {
  tries++;
  if (folder !== undefined && earlyChanges(folder) === undefined) expect(tries).toBeGreaterThan(2);
  expect(isLit(7_000, 8_000)).toBe(true);
});

test("there are three levels", () => {
  expect([1, 2, 3, 4].map(atMostThree)).toEqual([1, 2, 3, 3]);
});
