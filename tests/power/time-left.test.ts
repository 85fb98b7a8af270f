import { afterEach, describe, expect, it } from "vitest";
import { timeLeftLines } from "../../firmware/panel/status.js";
import { estimateTimeLeft, TimeLeft } from "../../firmware/power/time-left.js";
import { MS5 } from "../../hal/boards/ms5/profile.js";
import { BoxRig } from "../support/box-rig.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const BATTERY = MS5.battery!;
const left = (charge: number, outage?: { fromPercent: number; seconds: number }) =>
  estimateTimeLeft(charge, BATTERY, outage);

describe("the estimate of the time left", () => {
  it("is the board's planned use of an aged cell, down to the reserve, where the outage says nothing else", () => {
    const planned = (0.01 * (100 - 4) * 0.8 * BATTERY.capacityMilliampHours) / BATTERY.plannedMilliamps;
    expect(left(100)).toBe(Math.floor(planned * HOUR));
    expect(Math.abs(left(100, { fromPercent: 100, seconds: 0 }) - left(100))).toBeLessThanOrEqual(1);
    expect(left(4)).toBe(0);
    expect(left(0)).toBe(0);
  });

  it("is never better than planned: an outage without use, a gauge that rises, a clock that jumped", () => {
    expect(left(60, { fromPercent: 60, seconds: 90 * DAY })).toBe(left(60));
    expect(left(60, { fromPercent: 30, seconds: DAY })).toBe(left(60));
    expect(left(60, { fromPercent: 61, seconds: 0xffffffff })).toBe(left(60));
  });

  it("of a busy day is about what another such day takes", () => {
    // Awake for half a day: 60 % gone, 36 % above the reserve.
    const hours = left(40, { fromPercent: 100, seconds: 12 * HOUR }) / HOUR;
    expect(hours).toBeGreaterThan(12);
    expect(hours).toBeLessThan(36);
  });

  it("goes on as the outage went: ten days that took half leave ten for the other half", () => {
    const days = left(52, { fromPercent: 100, seconds: 10 * DAY }) / DAY;
    expect(days).toBeGreaterThan(9);
    expect(days).toBeLessThan(12.5);
  });

  it("falls with the charge and with what the outage took", () => {
    let before = Number.POSITIVE_INFINITY;
    for (let charge = 100; charge >= 0; charge--) {
      const now = left(charge, { fromPercent: 100, seconds: 2 * DAY });
      expect(now).toBeLessThanOrEqual(before);
      before = now;
    }
  });
});

describe("what is told", () => {
  it("is less at once, and more only when it is more by a fifth", () => {
    const told = new TimeLeft();
    expect([1_000, 990, 1_100, 1_188, 1_189, 1_000].map((seconds) => told.tell(seconds))).toEqual([
      1_000, 990, 990, 990, 1_189, 1_000,
    ]);
    expect([undefined, 5_000].map((seconds) => told.tell(seconds))).toEqual([undefined, 5_000]);
  });

  it.each([
    [undefined, []],
    [0, [{ id: "time-left-soon" }]],
    [HOUR - 1, [{ id: "time-left-soon" }]],
    [HOUR, [{ id: "time-left-hours", params: { hours: 1 } }]],
    [2 * DAY - 1, [{ id: "time-left-hours", params: { hours: 47 } }]],
    [2 * DAY, [{ id: "time-left-days", params: { days: 2 } }]],
    [60 * DAY - 1, [{ id: "time-left-days", params: { days: 59 } }]],
    [60 * DAY, [{ id: "time-left-days", params: { days: 60 } }]],
    [189 * DAY, [{ id: "time-left-days", params: { days: 180 } }]],
  ])("%s s is rounded down in words", (seconds, lines) => {
    expect(timeLeftLines(seconds)).toEqual(lines);
  });
});

describe("a box", () => {
  let rig: BoxRig;
  afterEach(() => rig.check());
  const statusLine = async () => {
    await rig.person.choose("status");
    const line = rig.machine.panel.view!.lines.find(({ id }) => id.startsWith("time-left"));
    await rig.person.choose("done");
    return line;
  };

  it("says it on the status screen on battery, not on mains, and not with an unknown charge", async () => {
    rig = await BoxRig.started();
    expect(await statusLine()).toBeUndefined();
    rig.machine.setMains(false);
    await rig.world.advance(1_000);
    expect(await statusLine()).toMatchObject({ id: "time-left-days" });
    rig.machine.gauge.silent = true;
    expect(await statusLine()).toBeUndefined();
    rig.machine.gauge.silent = false;
    rig.machine.setMains(true);
    await rig.world.advance(1_000);
    expect(await statusLine()).toBeUndefined();
  });

  it("says it beside the low-battery notice, over sleeps, from what the outage took", async () => {
    rig = await BoxRig.started();
    rig.machine.battery.setChargePercent(30);
    rig.machine.setMains(false);
    await rig.world.until(() => rig.machine.state === "asleep", 600_000, "sleep");
    await rig.world.advance(2 * DAY * 1_000);
    rig.machine.battery.setChargePercent(18);
    rig.machine.button.press();
    await rig.idle();
    await rig.world.until(() => rig.notices.includes("notice-battery-low"), 60_000, "a low battery");
    const { params } = rig.machine.panel.view!.notices.find(({ id }) => id === "time-left-days")!;
    // 12 % in two days, and 14 % above the reserve.
    expect(params!.days).toBeGreaterThanOrEqual(2);
    expect(params!.days).toBeLessThanOrEqual(4);
  });
});
