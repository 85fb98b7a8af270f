import { expect, it } from "vitest";
import { Backlight, type LightNeeds } from "../../firmware/power/backlight.js";
import { MS5 } from "../../hal/boards/ms5/profile.js";
import { bench } from "../drivers/bench.js";

const MINUTE_MS = 60_000;

function backlight() {
  const { timers, run } = bench();
  const light = { onBattery: false, batteryLow: false, quiet: false, localHour: 12 as number | undefined };
  const told: number[] = [];
  const panel = { render: () => {}, backlight: (percent: number) => void told.push(percent), onInput: undefined };
  const it = new Backlight({ settings: MS5.power.backlight, panel, timers, light: light satisfies LightNeeds });
  return { it, light, told, run };
}

it("at night, on mains, it is dim once nobody has touched anything for a while, and full at a touch", () => {
  const { it, light, told, run } = backlight();
  light.localHour = 23;
  it.used();
  run(14_000);
  expect(told).toEqual([100]);
  run(1_000);
  expect(told).toEqual([100, 15]);
  it.used();
  expect(told).toEqual([100, 15, 100]);
});

it.each([
  [21, 100],
  [22, 15],
  [0, 15],
  [5, 15],
  [6, 100],
  [undefined, 100],
])("at hour %s of the place it is at %i %% when nobody is there", (hour, percent) => {
  const { it, light, told, run } = backlight();
  light.localHour = hour;
  it.used();
  run(15_000);
  expect(told.at(-1)).toBe(percent);
});

it("follows the night with nobody there", () => {
  const { it, light, told, run } = backlight();
  it.used();
  run(60 * MINUTE_MS);
  light.localHour = 22;
  run(10 * MINUTE_MS);
  light.localHour = 6;
  run(10 * MINUTE_MS);
  expect(told).toEqual([100, 15, 100]);
});

it("on battery the night changes nothing", () => {
  const { it, light, told, run } = backlight();
  light.onBattery = true;
  light.localHour = 23;
  it.used();
  run(60 * MINUTE_MS);
  expect(told).toEqual([60, 20]);
});
