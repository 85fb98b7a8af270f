import { describe, expect, it } from "vitest";
import {
  cautious,
  disagrees,
  LOW_PERCENT,
  plausibleCelsius,
  plausibleReading,
  RECOVERED_PERCENT,
} from "../../firmware/state/gauge-reading.js";
import type { GaugeReading } from "../../hal/ports/power.js";

const cell = (chargePercent: number, millivolts = 4_180, celsius?: number): GaugeReading => ({
  chargePercent,
  millivolts,
  milliamps: undefined,
  celsius,
});
const told = (reading: GaugeReading) => plausibleReading({ read: () => reading });

it("a battery is low below a fifth, and has recovered at a quarter", () => {
  expect([LOW_PERCENT, RECOVERED_PERCENT]).toEqual([20, 25]);
});

describe("what a gauge tells is believed", () => {
  it("of a full cell on its charger: 101.5 % are 100", () => {
    expect(told(cell(101.5, 4_180, 21))).toEqual(cell(100, 4_180, 21));
    expect(told(cell(110))).toEqual(cell(100));
    expect(told(cell(100.5))?.chargePercent).toBe(100);
  });

  it.each([0, 0.5, 50, 99.5, 100])("as it is, at %s %%", (percent) => {
    expect(told(cell(percent, 3_700, 21))).toEqual(cell(percent, 3_700, 21));
  });

  it.each([-1, -0.5, 110.5, 255])("not of a stuck part that tells %s %%", (percent) => {
    expect(told(cell(percent))).toBeUndefined();
  });

  it.each([
    [0, false],
    [2_499, false],
    [2_500, true],
    [5_000, true],
    [5_001, false],
    [65_535, false],
  ])("at %s mV: %s", (millivolts, isBelieved) => {
    expect(told(cell(50, millivolts)) !== undefined).toBe(isBelieved);
  });

  it("not where there is none", () => expect(plausibleReading({ read: () => undefined })).toBeUndefined());
});

/** Below the first, mV, a cell has at most the second, percent. */
const CEILINGS = [
  [3_299, 5],
  [3_300, 20],
  [3_399, 20],
  [3_400, 50],
  [3_499, 50],
  [3_500, 75],
  [3_599, 75],
] as const;

describe("no cell has more charge than its voltage allows", () => {
  it.each(CEILINGS)("at %s mV: %s %%", (millivolts, ceiling) => {
    expect(cautious(cell(100, millivolts, 21))).toEqual(cell(ceiling, millivolts, 21));
    expect(cautious(cell(ceiling, millivolts, 21))).toEqual(cell(ceiling, millivolts, 21));
    expect(cautious(cell(ceiling - 1, millivolts))).toEqual(cell(ceiling - 1, millivolts));
    expect([disagrees(cell(ceiling, millivolts)), disagrees(cell(ceiling + 1, millivolts))]).toEqual([false, true]);
  });

  it("from 3.6 V on, any", () => {
    const full = cell(100, 3_600);
    expect(cautious(full)).toEqual(full);
    expect(disagrees(full)).toBe(false);
    expect(cautious(cell(101.5, 4_180))).toEqual(cell(100, 4_180));
    expect(disagrees(cell(101.5, 4_180))).toBe(true);
  });
});

it.each([
  [4.9, 3_901, true],
  [4.9, 3_900, false],
  [5, 3_901, false],
  [0, 4_200, true],
  [0, 3_000, false],
])("a cell that tells %s %% and has %s mV is not that empty: %s", (percent, millivolts, isSo) => {
  expect(disagrees(cell(percent, millivolts))).toBe(isSo);
});

it.each([
  [-60.5, undefined],
  [-60, -60],
  [-1, -1],
  [0, 0],
  [21, 21],
  [125, 125],
  [125.5, undefined],
  [undefined, undefined],
])("%s degrees of a cell are told as %s", (celsius, shown) => {
  expect(plausibleCelsius(cell(50, 3_700, celsius))).toBe(shown);
});
