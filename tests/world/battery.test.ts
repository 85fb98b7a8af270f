import { describe, expect, it } from "vitest";
import { READER_SHARE_ON_BATTERY } from "../../hal/boards/reference-parts.js";
import { ClockQuality } from "../../hal/ports/clock.js";
import type { Hal } from "../../hal/ports/hal.js";
import { atCell, currentsOf, drawsOf } from "../../sim/world/devices/currents.js";
import { rig } from "./rig.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CURRENTS = currentsOf("MS5");
/** 1.5 % of 3,500 mAh a month, and the protection circuit, mA. */
const SELF_DISCHARGE = (3_500 * 0.015) / 730 + 0.003;
/** Of the box awake and dark, the reader's looks included, mA. */
const AWAKE = CURRENTS.awake + CURRENTS.reader * READER_SHARE_ON_BATTERY;

describe("battery", () => {
  it("lasts more than six months asleep, and empties in two days awake", async () => {
    const asleep = rig((hal) => hal.timers.set(1_000, () => hal.sleep.sleep({ depth: "sleep" })), { mains: false });
    asleep.box.start();
    await asleep.world.advance(182 * DAY_MS);
    expect(asleep.box.state).toBe("asleep");
    const expected = (CURRENTS.sleep + SELF_DISCHARGE) * 182 * 24;
    const used = 3_500 - asleep.box.battery.state.chargeMilliampHours;
    expect(used).toBeGreaterThan(expected);
    expect(used).toBeLessThan(expected + 1);

    const awake = rig(() => {}, { mains: false });
    awake.box.start();
    await awake.world.until(() => awake.box.state === "off", 10 * DAY_MS, "an empty battery");
    const hours = awake.world.nowMs / HOUR_MS;
    expect(hours).toBeCloseTo(3_500 / (AWAKE + SELF_DISCHARGE), 1);
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
    expect(box.battery.milliamps).toBeCloseTo(-(CURRENTS.hibernate + SELF_DISCHARGE), 6);
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

  it("ages: a worn cell holds less and drops more under load", () => {
    const { box } = rig(() => {}, { mains: false });
    box.battery.setChargePercent(50);
    box.battery.load("lock", CURRENTS.lock);
    const fresh = box.battery.millivolts;
    box.battery.weather({ health: 0.8 });
    expect(box.battery.capacityMilliampHours).toBe(2_800);
    expect(box.battery.chargePercent).toBeCloseTo(50, 9);
    expect(box.battery.millivolts).toBeLessThan(fresh - 50);
  });

  it("in the cold keeps a part of its charge to itself, and gives it back when it warms up", async () => {
    const { world, box } = rig(() => {}, { mains: false });
    box.start();
    box.battery.weather({ celsius: -20 });
    await world.until(() => box.state === "off", 10 * DAY_MS, "a flat cell");
    const hours = world.nowMs / HOUR_MS;
    expect(box.battery.chargePercent).toBe(0);
    box.battery.weather({ celsius: 25 });
    expect(box.battery.chargePercent).toBeCloseTo(40, 1);
    expect(hours).toBeCloseTo((0.6 * 3_500) / (AWAKE + SELF_DISCHARGE / 2 ** 4.5), 0);
  });

  it("loses more by itself when it is warm: twice as much with each 10 degrees", async () => {
    const { world, box } = rig((hal) => hal.sleep.sleep({ depth: "sleep" }), { mains: false });
    box.start();
    await world.advance(DAY_MS);
    box.battery.weather({ celsius: 35 });
    const before = box.battery.usedMilliampHours().get("cell")!;
    await world.advance(DAY_MS);
    const warm = box.battery.usedMilliampHours().get("cell")! - before;
    expect(warm - 24 * 0.003).toBeCloseTo(2 * (before - 24 * 0.003), 2);
  });

  it.each([-1, 46])("is not charged at %i degrees", async (celsius) => {
    const { world, box } = rig(() => {}, { chargePercent: 50 });
    box.battery.weather({ celsius });
    const before = box.battery.state.chargeMilliampHours;
    box.start();
    await world.advance(10 * HOUR_MS);
    expect(box.battery.state.chargeMilliampHours).toBe(before);
    box.battery.weather({ celsius: 20 });
    await world.advance(10 * HOUR_MS);
    expect(box.battery.chargePercent).toBe(100);
  });

  it("refuses weather that it has no figures for", () => {
    const { box } = rig(() => {});
    expect(() => box.battery.weather({ celsius: -21 })).toThrow(RangeError);
    expect(() => box.battery.weather({ health: 0.4 })).toThrow(RangeError);
  });

  it("is loaded by what the table of parts says, converters included", () => {
    // The MS4 has no other link than Wi-Fi.
    const absent: Readonly<Record<string, readonly string[]>> = { MS4: ["ethernet", "cellular"], MS5: [] };
    for (const model of ["MS4", "MS5"] as const) {
      const currents = currentsOf(model);
      for (const load of Object.keys(currents) as (keyof typeof currents)[]) {
        const lines = drawsOf(model).filter((line) => line.load === load);
        expect(lines.every((line) => line.source !== "")).toBe(true);
        expect(currents[load]).toBeCloseTo(
          lines.reduce((sum, line) => sum + atCell(line), 0),
          9,
        );
        expect(currents[load] > 0, `${model} ${load}`).toBe(!absent[model]!.includes(load));
      }
      expect(currents.hibernate).toBeLessThan(currents.sleep);
      // 7.2 W at 85 % from 3.7 V.
      expect(currents.lock).toBeCloseTo(7_200 / 0.85 / 3.7, 6);
    }
    expect(currentsOf("MS4").awake).toBeGreaterThan(currentsOf("MS5").awake);
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
      celsius: 25,
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
