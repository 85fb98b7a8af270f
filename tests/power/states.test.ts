import { afterEach, describe, expect, it } from "vitest";
import { boot } from "../../firmware/main.js";
import { Kind, LinkEvent, Outcome, PowerEvent } from "../../firmware/records/records.js";
import type { Hal } from "../../hal/ports/hal.js";
import { WakeCause } from "../../hal/ports/power.js";
import { BoxRig, type BoxRigOptions, VAN } from "../support/box-rig.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let rig: BoxRig;
const open = async (options: BoxRigOptions = {}) => {
  rig = await BoxRig.started(options);
};
const asleep = (limitMs = 10 * MINUTE_MS) => rig.world.until(() => rig.machine.state === "asleep", limitMs, "sleep");
const events = () => rig.of(Kind.power).map((record) => record.event);
const causes = () => rig.of(Kind.boot).map((record) => record.cause);
/** On battery with the screens that were lit from now on. */
const onBattery = async () => {
  rig.machine.setMains(false);
  await rig.world.advance(1_000);
};
afterEach(() => rig.check());

describe("critical: the cell is under the brown-out threshold", () => {
  it("at boot: says so for four seconds, writes nothing, sends nothing, and sleeps without a check-in", async () => {
    await open();
    await onBattery();
    await asleep();
    const before = rig.records().length;
    const { bytesProgrammed, erases } = rig.machine.flash.journal;
    rig.machine.gauge.lies = { millivolts: 3_200, chargePercent: 1 };
    rig.machine.button.press();
    await rig.person.see("battery-empty", 2_000);
    expect(rig.machine.panel.backlightPercent).toBe(20);
    expect(rig.machine.net.ethernet?.powered).toBe(false);
    await asleep(5_000);
    expect(rig.machine.panel.backlightPercent).toBe(0);
    await rig.world.advance(3 * DAY_MS);
    expect(rig.machine.boots).toBe(2);
    expect(rig.records()).toHaveLength(before);
    expect([rig.machine.flash.journal.bytesProgrammed, rig.machine.flash.journal.erases]).toEqual([
      bytesProgrammed,
      erases,
    ]);
  });

  it("seen only by the boot record: the boot ends there, and nothing is sent on the strength of an older record", async () => {
    let looks = 0;
    const fallingCell = (hal: Hal): void => {
      const gauge = { read: () => ({ ...hal.gauge.read()!, millivolts: looks++ === 0 ? 3_310 : 3_290 }) };
      boot(hal.sleep.wakeCause === WakeCause.button ? { ...hal, gauge } : hal);
    };
    await open({ machine: { boot: fallingCell } });
    await onBattery();
    await asleep();
    const before = rig.records().length;
    const { bytesProgrammed } = rig.machine.flash.journal;
    rig.machine.button.press();
    await rig.person.see("battery-empty", 2_000);
    await rig.world.advance(2_000);
    const { ethernet, wifi, cellular } = rig.machine.net;
    expect([ethernet, wifi, cellular].map((link) => link?.powered)).toEqual([false, false, false]);
    await asleep(5_000);
    expect(looks).toBeGreaterThan(1);
    expect(rig.records()).toHaveLength(before);
    expect(rig.machine.flash.journal.bytesProgrammed).toBe(bytesProgrammed);
  });

  it("and mains that come back while it says so start it", async () => {
    await open();
    await onBattery();
    await asleep();
    rig.machine.gauge.lies = { millivolts: 3_200 };
    rig.machine.button.press();
    await rig.person.see("battery-empty", 2_000);
    rig.machine.setMains(true);
    await rig.idle();
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("while awake: two looks that agree, then dark, and nothing is lost when mains come back", async () => {
    await open();
    await onBattery();
    rig.machine.gauge.lies = { millivolts: 3_250, chargePercent: 2 };
    await rig.person.see("battery-empty", 40_000);
    const before = rig.records().length;
    await asleep(6_000);
    expect(rig.records()).toHaveLength(before);
    await rig.world.advance(2 * DAY_MS);
    expect(rig.machine.state).toBe("asleep");
    rig.machine.gauge.lies = {};
    rig.machine.setMains(true);
    await rig.idle();
    expect(causes()).toEqual([WakeCause.powerOn, WakeCause.mainsBack]);
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("while awake: mains that come back in time call it off", async () => {
    await open();
    await onBattery();
    rig.machine.gauge.lies = { millivolts: 3_250 };
    await rig.person.see("battery-empty", 40_000);
    rig.machine.setMains(true);
    await rig.idle();
    await rig.world.advance(10 * MINUTE_MS);
    expect(rig.machine.state).toBe("running");
    expect(rig.screen).toBe("idle");
  });

  it("a dip of a moment is none", async () => {
    await open();
    await onBattery();
    rig.machine.gauge.lies = { millivolts: 3_250, chargePercent: 50 };
    await rig.world.until(() => rig.notices.includes("notice-battery-low"), 40_000, "a look at the gauge");
    rig.machine.gauge.lies = {};
    await rig.world.advance(10_000);
    expect(rig.machine.state).toBe("running");
    expect(rig.screen).toBe("idle");
  });

  it("a single low reading at boot is none", async () => {
    let looks = 0;
    const jumpyGauge = (hal: Hal): void => {
      const gauge = { read: () => ({ ...hal.gauge.read()!, millivolts: looks++ === 0 ? 3_000 : 3_900 }) };
      boot(hal.sleep.wakeCause === WakeCause.button ? { ...hal, gauge } : hal);
    };
    await open({ machine: { boot: jumpyGauge } });
    await onBattery();
    await asleep();
    rig.machine.button.press();
    await rig.idle();
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("with a door open: sleeps all the same, and the exchange is settled at the next boot", async () => {
    await open();
    await onBattery();
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    rig.machine.gauge.lies = { millivolts: 3_250 };
    await asleep(50_000);
    await rig.person.closeDoor(0);
    rig.machine.gauge.lies = {};
    rig.machine.setMains(true);
    await rig.idle();
    expect(rig.of(Kind.intent)).toHaveLength(1);
    expect(rig.outcomes).toHaveLength(1);
    expect([Outcome.done, Outcome.unconfirmed, Outcome.leftOpen]).toContain(rig.outcomes[0]);
  });
});

describe("a gauge that disagrees with the voltage", () => {
  for (const [chargePercent, millivolts, shown] of [
    [100, 3_350, "20"],
    [90, 3_450, "50"],
    [100, 3_590, "75"],
  ] as const) {
    it(`of ${chargePercent} % at ${millivolts} mV: counted as ${shown} %, and shown as a fault`, async () => {
      await open();
      rig.machine.gauge.lies = { chargePercent, millivolts };
      await onBattery();
      await rig.world.advance(31_000);
      expect(rig.notices).toContain("notice-faults");
      await asleep();
      expect(rig.of(Kind.power).at(-1)).toMatchObject({ event: PowerEvent.hibernate, charge: Number(shown) });
    });
  }

  it("of 2 % at 4,000 mV is believed, and shown as a fault", async () => {
    await open();
    rig.machine.gauge.lies = { chargePercent: 2, millivolts: 4_000 };
    await rig.world.advance(31_000);
    expect(rig.notices).toEqual(expect.arrayContaining(["notice-faults", "notice-battery-low"]));
  });

  it("is none during a lock's pulse", async () => {
    await open();
    rig.machine.battery.setChargePercent(40);
    await onBattery();
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    expect(rig.of(Kind.device)).toEqual([]);
  });

  for (const celsius of [-25, 61]) {
    it(`a cell at ${celsius} degrees is a fault that is shown`, async () => {
      await open();
      rig.machine.gauge.lies = { celsius };
      await rig.world.advance(31_000);
      expect(rig.notices).toContain("notice-faults");
    });
  }
});

describe("the screen's light", () => {
  it("is full on mains, less on battery, dim when nobody is there or the charge is low", async () => {
    await open();
    const light = () => rig.machine.panel.backlightPercent;
    expect(light()).toBe(100);
    await onBattery();
    expect(light()).toBe(60);
    await rig.world.advance(15_000);
    expect(light()).toBe(20);
    await rig.person.type("1");
    expect(light()).toBe(60);
    rig.machine.gauge.lies = { chargePercent: 15 };
    await rig.world.advance(31_000);
    await rig.person.type("1");
    expect(light()).toBe(20);
    rig.machine.setMains(true);
    await rig.world.advance(1_000);
    expect(light()).toBe(100);
  });
});

it("at night by the clocks of the box's place, the screen is dim until somebody touches it", async () => {
  await open();
  const light = () => rig.machine.panel.backlightPercent;
  const hourInParis = () => new Date((rig.world.wallSeconds() + 3_600) * 1_000).getUTCHours();
  await rig.world.until(() => hourInParis() === 21, DAY_MS, "the evening");
  await rig.world.advance(30 * MINUTE_MS);
  expect(light()).toBe(100);
  await rig.world.advance(45 * MINUTE_MS);
  expect([hourInParis(), light()]).toEqual([22, 15]);
  await rig.person.type("1");
  expect(light()).toBe(100);
});

describe("flapping mains", () => {
  it("a thousand changes leave a bounded number of records, and the last one is the truth", async () => {
    await open();
    for (let i = 0; i < 1_000; i++) {
      rig.machine.setMains(i % 2 === 1);
      await rig.world.advance(700);
    }
    rig.machine.setMains(true);
    await rig.world.advance(10 * MINUTE_MS);
    // 8 at once, and one more in five minutes.
    expect(events().length).toBeLessThanOrEqual(8 + 5);
    expect(events().length).toBeGreaterThanOrEqual(8);
    expect(events().at(-1)).toBe(PowerEvent.mainsBack);
    expect(events().filter((event, i, all) => event === all[i - 1])).toEqual([]);
    expect(rig.machine.state).toBe("running");
    rig.machine.setMains(false);
    await rig.world.advance(1_000);
    expect(events().at(-1)).toBe(PowerEvent.mainsLost);
  });

  it("does not put sleep off for longer than the last loss", async () => {
    await open();
    for (let i = 0; i < 11; i++) {
      rig.machine.setMains(i % 2 === 1);
      await rig.world.advance(5_000);
    }
    const from = rig.world.nowMs - 5_000;
    await asleep();
    expect(Math.round((rig.world.nowMs - from) / 1_000)).toBe(120);
  });
});

describe("the button", () => {
  it("held for a minute wakes once, and does nothing else", async () => {
    await open();
    await onBattery();
    await asleep();
    rig.machine.button.press(MINUTE_MS);
    await rig.idle();
    await asleep();
    await rig.world.advance(60 * MINUTE_MS);
    expect(causes()).toEqual([WakeCause.powerOn, WakeCause.button]);
  });
});

describe("without a cell", () => {
  it("the first boot works on mains, shows the fault, and ends with mains", async () => {
    rig = new BoxRig();
    rig.machine.setBattery(false);
    await rig.start();
    expect(rig.notices).toContain("notice-faults");
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    rig.machine.setMains(false);
    await rig.world.advance(1_000);
    expect(rig.machine.state).toBe("off");
    rig.machine.setMains(true);
    await rig.idle();
    expect(causes()).toEqual([WakeCause.powerOn, WakeCause.powerOn]);
  });
});

describe("the check-in while asleep", () => {
  it("comes once a day, in the dark, gives up after a minute without a cloud, and sleeps again", async () => {
    await open();
    await onBattery();
    await asleep();
    const lit: number[] = [];
    rig.machine.panel.watch((_, percent) => {
      if (rig.machine.state === "running") lit.push(percent);
    });
    const from = rig.world.nowMs;
    await rig.rebooted(2 * DAY_MS);
    expect(Math.round((rig.world.nowMs - from) / 1_000)).toBe(86_400);
    const bootedMs = rig.world.nowMs;
    await asleep();
    expect(rig.world.nowMs - bootedMs).toBeLessThanOrEqual(62_000);
    expect(rig.world.nowMs - bootedMs).toBeGreaterThan(55_000);
    expect(lit.filter((percent) => percent > 0)).toEqual([]);
    await rig.world.advance(5 * DAY_MS);
    expect(causes().filter((cause) => cause === WakeCause.timer).length).toBeGreaterThanOrEqual(5);
  });

  it("becomes rarer where the cloud has not answered for days", async () => {
    rig = new BoxRig();
    const ledger = rig.offlineLedger();
    ledger.online = true;
    ledger.write({ kind: Kind.link, event: LinkEvent.sessionUp, link: "wifi" }, "vital");
    await rig.start();
    await onBattery();
    await asleep();
    const days: number[] = [];
    let boots = rig.machine.boots;
    for (let hour = 0; hour < 24 * 40; hour++) {
      await rig.world.advance(60 * MINUTE_MS);
      if (rig.machine.boots > boots) days.push(Math.round(hour / 24));
      boots = rig.machine.boots;
    }
    expect(days).toEqual([1, 2, 4, 8, 15, 22, 29, 36]);
  });

  it("turns into a usual wake when somebody comes by", async () => {
    await open();
    await onBattery();
    await asleep();
    await rig.rebooted(2 * DAY_MS);
    await rig.world.advance(5_000);
    rig.machine.button.press();
    await rig.world.advance(1_000);
    expect(rig.machine.panel.backlightPercent).toBe(60);
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    const from = rig.world.nowMs;
    await asleep();
    expect(rig.world.nowMs - from).toBeGreaterThan(100_000);
  });

  it("turns into a usual boot when mains come back", async () => {
    await open();
    await onBattery();
    await asleep();
    await rig.rebooted(2 * DAY_MS);
    rig.machine.setMains(true);
    await rig.world.advance(10 * MINUTE_MS);
    expect(rig.machine.state).toBe("running");
    expect(rig.machine.panel.backlightPercent).toBe(100);
  });

  for (const [chargePercent, boots] of [
    [29, 1],
    [31, 2],
  ] as const) {
    it(`at ${chargePercent} %: ${boots - 1} in a day and a half`, async () => {
      await open();
      rig.machine.gauge.lies = { chargePercent };
      await onBattery();
      await asleep();
      await rig.world.advance(1.5 * DAY_MS);
      expect(rig.machine.boots).toBe(boots);
    });
  }

  it("in a critical cell stays dark and goes back to sleep at once", async () => {
    await open();
    await onBattery();
    await asleep();
    rig.machine.gauge.lies = { millivolts: 3_200 };
    await rig.rebooted(2 * DAY_MS);
    expect(rig.machine.state).toBe("asleep");
    await rig.world.advance(3 * DAY_MS);
    expect(rig.machine.boots).toBe(2);
  });
});

describe("links on battery", () => {
  it("are powered one after another, and all for a hotspot", async () => {
    await open();
    const { ethernet, wifi, cellular } = rig.machine.net;
    const powered = () => [ethernet, wifi, cellular].map((link) => link?.powered);
    expect(powered()).toEqual([true, true, true]);
    for (const link of [ethernet, cellular]) link?.setAvailable(false);
    await onBattery();
    await asleep();
    rig.machine.button.press();
    await rig.idle();
    const seen = [powered()];
    for (let i = 0; i < 2; i++) {
      await rig.world.advance(2_500);
      seen.push(powered());
    }
    expect(seen).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
    await rig.world.advance(10_000);
    expect(powered()).toEqual([false, false, true]);
    await rig.world.advance(30_000);
    expect(powered()).toEqual([false, false, false]);
    rig.machine.button.press();
    await rig.world.advance(1_000);
    expect(powered()).toEqual([true, false, false]);
    await asleep();
    rig.machine.button.press();
    await rig.idle();
    await rig.person.choose("hotspot");
    expect(powered()).toEqual([true, true, true]);
  });
});
