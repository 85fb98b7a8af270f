import { expect, it } from "vitest";
import { TMP102 } from "../../hal/drivers/tmp102.js";
import { bench, Scripted } from "./bench.js";

function read(...script: string[]) {
  const { bus, at } = bench();
  bus.attach(0x48, new Scripted(...script));
  return new TMP102(at(0x48)).read();
}

// SBOS397, table "12-Bit Temperature Data Format".
it.each([
  ["7f f0", 127.9375],
  ["19 00", 25],
  ["00 40", 0.25],
  ["00 00", 0],
  ["ff c0", -0.25],
  ["e7 00", -25],
  ["c9 00", -55],
])("%s is %d degrees", (bytes, celsius) => {
  expect(read(bytes, bytes)).toBe(celsius);
});

it.each([
  ["nobody answers", []],
  ["the bus fails in the middle", ["19 00"]],
  ["no two readings agree", ["19 00", "59 00", "19 00", "59 00"]],
])("tells nothing when %s", (_, script) => {
  expect(read(...script)).toBeUndefined();
});

it("takes the two that agree after one that was hit on the way", () => {
  expect(read("99 00", "19 00", "19 10")).toBe(25.0625);
});
