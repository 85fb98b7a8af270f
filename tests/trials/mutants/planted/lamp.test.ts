import { expect, test } from "vitest";
import { atMostThree, isLit } from "./lamp.js";

test("a lamp goes out by itself", () => {
  expect([isLit(7_000, 7_000), isLit(7_000, 27_000), isLit(7_000, 67_000)]).toEqual([true, true, false]);
});

test("there are three levels", () => {
  expect([1, 2, 3, 4].map(atMostThree)).toEqual([1, 2, 3, 3]);
});
