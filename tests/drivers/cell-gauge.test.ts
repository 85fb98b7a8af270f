import { expect, it } from "vitest";
import { CellGauge } from "../../hal/drivers/cell-gauge.js";

const FULL = { chargePercent: 50, millivolts: 3_800, milliamps: undefined, celsius: undefined };

function fitted() {
  const board = { gauge: FULL as typeof FULL | undefined, mains: false, nowMs: 0 };
  const gauge = new CellGauge({
    gauge: { read: () => board.gauge },
    thermometer: { read: () => -3.5 },
    mains: { present: () => board.mains, onChange: undefined },
    monotonicMs: () => board.nowMs,
  });
  /** Reads every ten seconds until `seconds`. */
  const readUntil = (seconds: number) => {
    let reading = gauge.read();
    for (; board.nowMs < seconds * 1_000; reading = gauge.read()) board.nowMs += 10_000;
    return reading?.chargePercent;
  };
  return { board, gauge, readUntil };
}

it("gives the gauge's reading its degrees, and none without a gauge", () => {
  const { board, gauge } = fitted();
  expect(gauge.read()).toEqual({ ...FULL, celsius: -3.5 });
  board.gauge = undefined;
  expect(gauge.read()).toBeUndefined();
});

it("believes no gauge that tells the same for a minute on battery, until it tells something else", () => {
  const { board, readUntil } = fitted();
  expect(readUntil(50)).toBe(50);
  expect(readUntil(60)).toBeUndefined();
  board.mains = true;
  expect(readUntil(100)).toBeUndefined();
  board.gauge = { ...FULL, millivolts: 3_801 };
  expect(readUntil(110)).toBe(50);
});

it("believes one that tells the same on mains, and counts from its end on", () => {
  const { board, readUntil } = fitted();
  board.mains = true;
  expect(readUntil(1_000)).toBe(50);
  board.mains = false;
  expect(readUntil(1_050)).toBe(50);
  expect(readUntil(1_060)).toBeUndefined();
});

it("believes one whose charge or voltage moves by a count", () => {
  const { board, readUntil } = fitted();
  for (let i = 1; i < 40; i++) {
    const counts = Math.floor(i / 4);
    board.gauge = { ...FULL, chargePercent: 50 - (i % 2 ? counts : 0) / 256, millivolts: 3_800 - counts };
    expect(readUntil(i * 10)).toBeDefined();
  }
});
