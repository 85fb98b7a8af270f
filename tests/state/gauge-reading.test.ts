import { expect, it } from "vitest";
import { plausibleReading } from "../../firmware/state/gauge-reading.js";

const told = (chargePercent: number) =>
  plausibleReading({
    read: () => ({ chargePercent, millivolts: 4_180, milliamps: undefined, celsius: undefined }),
  })?.chargePercent;

it("a full cell on its charger, of which the gauge tells 101.5 %, is full", () => {
  expect(told(101.5)).toBe(100);
  expect(told(100)).toBe(100);
  expect(told(110)).toBe(100);
});

it("a stuck part is not believed", () => {
  expect(told(110.5)).toBeUndefined();
  expect(told(255)).toBeUndefined();
  expect(told(-1)).toBeUndefined();
});
