import { describe, expect, it } from "vitest";
import { ClockQuality } from "../../hal/ports/clock.js";
import type { Hal } from "../../hal/ports/hal.js";
import { CURRENTS } from "../../sim/devices/currents.js";
import { rig } from "./rig.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe("battery", () => {
  it("lasts more than six months asleep, and empties in a day and a half awake", async () => {
    const asleep = rig((hal) => hal.timers.set(1_000, () => hal.sleep.sleep({ depth: "sleep" })), { mains: false });
    asleep.box.start();
    await asleep.world.advance(182 * DAY_MS);
    expect(asleep.box.state).toBe("asleep");
    const expected = (CURRENTS.sleep + CURRENTS.selfDischarge) * 182 * 24;
    const used = 3_500 - asleep.box.battery.state.chargeMilliampHours;
    expect(used).toBeGreaterThan(expected);
    expect(used).toBeLessThan(expected + 1);

    const awake = rig(() => {}, { mains: false });
    awake.box.start();
    await awake.world.until(() => awake.box.state === "off", 10 * DAY_MS, "an empty battery");
    const hours = awake.world.nowMs / HOUR_MS;
    expect(hours).toBeCloseTo(3_500 / (CURRENTS.awake + CURRENTS.selfDischarge), 1);
  });

  it("adds up backlight, radios and locks by name", async () => {
    const { world, box } = rig(
      (hal) => {
        hal.panel.backlight(50);
        hal.links.all[0]?.start();
        hal.bins.unlock(0);
      },
      { mains: false },
    );
    box.start();
    await world.advance(300 + HOUR_MS);
    const used = box.battery.usedMilliampHours();
    expect(used.get("backlight")).toBeCloseTo(CURRENTS.backlight / 2, 6);
    expect(used.get("ethernet")).toBeCloseTo(CURRENTS.ethernet, 6);
    expect(used.get("lock")).toBeCloseTo((CURRENTS.lock * 300) / HOUR_MS, 6);
    const sum = [...used.values()].reduce((total, one) => total + one, 0);
    expect(3_500 - box.battery.state.chargeMilliampHours).toBeCloseTo(sum, 6);
  });

  it("draws nothing for screen and radios once the box sleeps", async () => {
    const { world, box } = rig(
      (hal) => {
        hal.panel.backlight(100);
        for (const link of hal.links.all) link.start();
        hal.button.lamp("on");
        hal.timers.set(100, () => hal.sleep.sleep({ depth: "hibernate" }));
      },
      { mains: false },
    );
    box.start();
    await world.advance(1_000);
    expect(box.battery.milliamps).toBeCloseTo(-(CURRENTS.hibernate + CURRENTS.selfDischarge), 6);
    expect(box.panel.backlightPercent).toBe(0);
  });

  it("charges from mains and stays full", async () => {
    const { world, box } = rig(() => {}, { chargePercent: 0 });
    box.start();
    await world.advance(4.5 * HOUR_MS);
    expect(box.battery.chargePercent).toBeCloseTo(90, 5);
    await world.advance(10 * HOUR_MS);
    expect(box.battery.chargePercent).toBe(100);
    expect(box.battery.milliamps).toBe(0);
  });

  it("falls in voltage with charge and load", () => {
    const { box } = rig(() => {}, { mains: false });
    const voltages = [100, 80, 50, 20, 5, 0].map((percent) => {
      box.battery.setChargePercent(percent);
      return box.battery.millivolts;
    });
    expect(voltages).toEqual([...voltages].sort((a, b) => b - a));
    expect(voltages[0]).toBeLessThanOrEqual(4_200);
    expect(voltages.at(-1)).toBeLessThan(3_300);
    box.battery.setChargePercent(50);
    const idle = box.battery.millivolts;
    box.battery.load("lock", CURRENTS.lock);
    expect(box.battery.millivolts).toBeLessThan(idle - 100);
  });

  it("reads through a gauge that may be silent, lie, or have no cell to live on", async () => {
    let hal!: Hal;
    const { world, box } = rig((it) => {
      hal = it;
    });
    box.start();
    await world.advance(1_000);
    expect(hal.gauge.read()).toEqual({
      chargePercent: 100,
      millivolts: 4_200 - 20,
      milliamps: undefined,
      celsius: undefined,
    });
    box.gauge.lies = { chargePercent: 250 };
    expect(hal.gauge.read()?.chargePercent).toBe(250);
    box.gauge.silent = true;
    expect(hal.gauge.read()).toBeUndefined();
    box.gauge.silent = false;
    box.setBattery(false);
    expect(hal.gauge.read()).toBeUndefined();
  });
});

describe("RTC", () => {
  it("is unknown until set, synced in that boot, kept in the next, and lost with its supply", async () => {
    const hals: Hal[] = [];
    const { world, box } = rig((hal) => hals.push(hal));
    box.start();
    await world.advance(1_000);
    expect([hals[0]!.clock.quality(), hals[0]!.clock.wallSeconds()]).toEqual([ClockQuality.unknown, undefined]);
    hals[0]!.clock.setWall(1_800_000_000);
    expect(hals[0]!.clock.quality()).toBe(ClockQuality.synced);
    const monotonic = hals[0]!.clock.monotonicMs();
    box.powerCut({ backAfterMs: 59_700 });
    await world.advance(60_000);
    expect([hals[1]!.clock.quality(), hals[1]!.clock.wallSeconds()]).toEqual([ClockQuality.kept, 1_800_000_060]);
    expect(hals[1]!.clock.monotonicMs()).toBeLessThanOrEqual(monotonic);
    box.rtc.lose();
    expect(hals[1]!.clock.wallSeconds()).toBeUndefined();
  });

  it("drifts by its crystal's error and can be put off", async () => {
    const { world, box } = rig(() => {}, { rtc: { set: true, driftPpm: 20 } });
    await world.advance(10 * DAY_MS);
    expect(box.rtc.errorSeconds).toBeCloseTo(17.28, 2);
    box.rtc.shift(-3_600);
    expect(box.rtc.errorSeconds).toBeCloseTo(17.28 - 3_600, 2);
  });
});
