import { afterEach, describe, expect, it } from "vitest";
import { Flag, Kind, PowerEvent } from "../../firmware/records/records.js";
import { WakeCause } from "../../hal/ports/power.js";
import { BoxRig, type BoxRigOptions, VAN } from "../support/box-rig.js";

let rig: BoxRig;
const open = async (options: BoxRigOptions = {}) => {
  rig = await BoxRig.started(options);
};
afterEach(() => rig.check());

/** Cuts mains and tells after how many seconds the box is asleep. */
async function secondsAwake(limitSeconds = 600): Promise<number> {
  const from = rig.world.nowMs;
  rig.machine.setMains(false);
  return await asleepAfter(from, limitSeconds);
}

async function asleepAfter(fromMs: number, limitSeconds = 600): Promise<number> {
  await rig.world.until(() => rig.machine.state === "asleep", limitSeconds * 1_000, "sleep");
  return Math.round((rig.world.nowMs - fromMs) / 1_000);
}

const events = () => rig.of(Kind.power).map((record) => record.event);

describe("without mains", () => {
  it("the box is dark after two minutes, and has said so in its journal", async () => {
    await open();
    expect(await secondsAwake()).toBe(120);
    expect(rig.machine.panel.backlightPercent).toBe(0);
    expect(events()).toEqual([PowerEvent.mainsLost, PowerEvent.sleep]);
  });

  for (const [percent, seconds, event] of [
    [80.1, 120, PowerEvent.sleep],
    [79.8, 60, PowerEvent.hibernate],
    [12, 60, PowerEvent.hibernate],
  ] as const) {
    it(`at ${percent} % it is dark after ${seconds} s`, async () => {
      await open();
      rig.machine.gauge.lies = { chargePercent: percent };
      expect(await secondsAwake()).toBe(seconds);
      expect(events().at(-1)).toBe(event);
    });
  }

  it("use puts sleep off, each time by the whole delay", async () => {
    await open();
    rig.machine.setMains(false);
    for (let i = 0; i < 3; i++) {
      await rig.world.advance(100_000);
      await rig.person.scan("bad scan");
    }
    const lastUseMs = rig.world.nowMs - 1_200 + 80;
    expect(await asleepAfter(lastUseMs)).toBe(120);
  });

  it("an open door keeps it awake, for three minutes at most", async () => {
    await open();
    rig.machine.setMains(false);
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    const seconds = await asleepAfter(rig.world.nowMs);
    expect(seconds).toBeGreaterThan(290);
    expect(seconds).toBeLessThanOrEqual(305);
  });

  it("mains that come back call sleep off", async () => {
    await open();
    rig.machine.setMains(false);
    await rig.world.advance(60_000);
    expect(rig.notices).toContain("notice-on-battery");
    rig.machine.setMains(true);
    await rig.world.advance(600_000);
    expect(rig.machine.state).toBe("running");
    expect(rig.notices).not.toContain("notice-on-battery");
    expect(events()).toEqual([PowerEvent.mainsLost, PowerEvent.mainsBack]);
  });

  it("the button wakes it, it works, and it goes to sleep again", async () => {
    await open();
    await secondsAwake();
    await rig.world.advance(3_600_000);
    rig.machine.button.press();
    await rig.idle();
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    expect(rig.of(Kind.boot).at(-1)?.cause).toBe(WakeCause.button);
    expect((rig.of(Kind.intent)[0]?.flags ?? 0) & Flag.onBattery).toBe(Flag.onBattery);
    expect(await asleepAfter(rig.world.nowMs)).toBeLessThanOrEqual(120);
    rig.machine.button.press();
    await rig.idle();
    expect(await asleepAfter(rig.world.nowMs)).toBe(120);
  });

  it("returning mains wake it", async () => {
    await open();
    await secondsAwake();
    rig.machine.setMains(true);
    await rig.idle();
    expect(rig.of(Kind.boot).at(-1)?.cause).toBe(WakeCause.mainsBack);
    await rig.world.advance(600_000);
    expect(rig.machine.state).toBe("running");
  });
});

describe("a gauge", () => {
  for (const [name, lies] of [
    ["of 255 %", { chargePercent: 255 }],
    ["of -1 %", { chargePercent: -1 }],
    ["that is no number", { chargePercent: Number.NaN, millivolts: Number.NaN }],
    ["of 0 mV while the box runs from that cell", { millivolts: 0 }],
    ["of 65,535 mV", { millivolts: 65_535 }],
  ] as const) {
    it(`${name} is not believed: the fault is shown, sleep and keys go on`, async () => {
      await open();
      rig.machine.gauge.lies = lies;
      rig.machine.setMains(false);
      expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
      await rig.world.advance(30_000);
      expect(rig.notices).toContain("notice-faults");
      expect(rig.notices).not.toContain("notice-battery-low");
      await asleepAfter(rig.world.nowMs);
      expect(events().at(-1)).toBe(PowerEvent.sleep);
    });
  }

  it("that does not answer counts as unknown", async () => {
    await open();
    rig.machine.gauge.silent = true;
    expect(await secondsAwake()).toBe(120);
    expect(rig.of(Kind.power).at(-1)?.charge).toBeUndefined();
  });

  it("of 0 % at a good voltage: low, a short stay awake, and keys go on", async () => {
    await open();
    rig.machine.gauge.lies = { chargePercent: 0 };
    rig.machine.setMains(false);
    await rig.world.advance(31_000);
    expect(rig.notices).toContain("notice-battery-low");
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    expect(await asleepAfter(rig.world.nowMs)).toBeLessThanOrEqual(60);
  });

  it("around 20 %: low once, and not again before it was above 25 %", async () => {
    await open();
    const lows: number[] = [];
    for (const chargePercent of [21, 19.6, 20.4, 24.9, 19, 25.1, 20.5, 19.9]) {
      rig.machine.gauge.lies = { chargePercent };
      await rig.world.advance(31_000);
      lows.push(rig.notices.includes("notice-battery-low") ? 1 : 0);
    }
    expect(lows).toEqual([0, 1, 1, 1, 1, 0, 0, 1]);
    expect(events()).toEqual([PowerEvent.batteryLow, PowerEvent.batteryLow]);
  });
});

describe("a low battery", () => {
  it("stays low over sleep, with one record, until it is above 25 %", async () => {
    await open();
    rig.machine.gauge.lies = { chargePercent: 19 };
    rig.machine.setMains(false);
    await rig.world.advance(31_000);
    await asleepAfter(rig.world.nowMs);
    for (const [chargePercent, isLow] of [
      [22, true],
      [19, true],
      [26, false],
      [22, false],
    ] as const) {
      rig.machine.gauge.lies = { chargePercent };
      rig.machine.button.press();
      await rig.idle();
      await rig.world.advance(1_000);
      expect(rig.notices.includes("notice-battery-low"), `${chargePercent} %`).toBe(isLow);
      await asleepAfter(rig.world.nowMs);
    }
    expect(events().filter((event) => event === PowerEvent.batteryLow)).toHaveLength(1);
  });
});

describe("an empty cell", () => {
  it("refuses everything on battery, and opens and writes nothing", async () => {
    await open();
    rig.machine.setMains(false);
    await rig.world.advance(1_000);
    const before = rig.records().length;
    rig.machine.gauge.lies = { millivolts: 3_299 };
    await rig.refused(VAN.code, "battery-empty");
    await rig.person.scan("777XYZ");
    await rig.isRefused("battery-empty");
    await rig.refused("000000", "battery-empty");
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.isRefused("battery-empty");
    expect(rig.pulses).toEqual([]);
    expect(rig.records()).toHaveLength(before);
  });

  it("is of no interest on mains", async () => {
    await open();
    rig.machine.gauge.lies = { millivolts: 3_200 };
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("leaves a counted gap for what could not be told meanwhile", async () => {
    await open();
    rig.machine.setMains(false);
    await rig.world.advance(1_000);
    rig.machine.gauge.lies = { millivolts: 3_200 };
    rig.machine.bins.force(4);
    await rig.world.advance(1_000);
    rig.machine.gauge.lies = {};
    rig.machine.setMains(true);
    await rig.world.advance(1_000);
    expect(rig.of(Kind.gap).map((record) => record.count)).toEqual([1]);
    expect(events()).toEqual([PowerEvent.mainsLost, PowerEvent.mainsBack]);
  });
});
