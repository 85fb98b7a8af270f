import { afterEach, describe, expect, it } from "vitest";
import { Kind } from "../../firmware/records/records.js";
import { WakeCause } from "../../hal/ports/power.js";
import { BoxRig, type BoxRigOptions, VAN } from "../support/box-rig.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** From the loss of mains as the board tells it to sleep, ms. */
const SLEEP_AFTER_MS = 120_000;
const DEBOUNCE_MS = 50;

let rig: BoxRig;
const open = async (options: BoxRigOptions = {}) => {
  rig = await BoxRig.started(options);
};
const asleep = (limitMs = 10 * MINUTE_MS) => rig.world.until(() => rig.machine.state === "asleep", limitMs, "sleep");
afterEach(() => rig.check());

describe("around the moment of sleep", () => {
  /** Milliseconds before (negative) and after the box would sleep. */
  const offsets = [-200, -60, -51, -50, -49, -31, -30, -29, -1, 0, 1, 29, 30, 50, 200];

  it.each(offsets)("a press of the button at %i ms is not lost", async (offset) => {
    await open();
    rig.machine.setMains(false);
    await rig.world.advance(DEBOUNCE_MS + SLEEP_AFTER_MS + offset);
    rig.machine.button.press();
    await rig.world.advance(1_000);
    expect(rig.machine.state).toBe("running");
    expect(rig.machine.panel.backlightPercent).toBe(60);
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it.each(offsets)("mains that return at %i ms find it awake, and it stays so", async (offset) => {
    await open();
    rig.machine.setMains(false);
    await rig.world.advance(DEBOUNCE_MS + SLEEP_AFTER_MS + offset);
    rig.machine.setMains(true);
    await rig.world.advance(1_000);
    expect(rig.machine.state).toBe("running");
    await rig.world.advance(10 * MINUTE_MS);
    expect(rig.machine.state).toBe("running");
    expect(rig.notices).not.toContain("notice-on-battery");
  });

  it("a flicker of mains in the last second begins the two minutes anew", async () => {
    await open();
    rig.machine.setMains(false);
    await rig.world.advance(SLEEP_AFTER_MS - 900);
    rig.machine.setMains(true);
    await rig.world.advance(200);
    rig.machine.setMains(false);
    const from = rig.world.nowMs;
    await asleep();
    expect(rig.world.nowMs - from).toBe(DEBOUNCE_MS + SLEEP_AFTER_MS);
  });

  it("a flicker that is too short to be told changes nothing", async () => {
    await open();
    rig.machine.setMains(false);
    const from = rig.world.nowMs;
    await rig.world.advance(SLEEP_AFTER_MS - 900);
    rig.machine.setMains(true);
    await rig.world.advance(DEBOUNCE_MS - 10);
    rig.machine.setMains(false);
    await asleep();
    expect(rig.world.nowMs - from).toBe(DEBOUNCE_MS + SLEEP_AFTER_MS);
  });
});

describe("a check-in", () => {
  /** How long each of the next three took, ms. */
  const checkIns = async (): Promise<number[]> => {
    const lasted: number[] = [];
    for (let i = 0; i < 3; i++) {
      await rig.rebooted(8 * DAY_MS);
      const from = rig.world.nowMs;
      await asleep();
      lasted.push(rig.world.nowMs - from);
    }
    expect(rig.of(Kind.boot).at(-1)?.cause).toBe(WakeCause.timer);
    return lasted;
  };

  it("is not drawn out by a door that somebody left open: a minute of radio a day, for as long as it stands open", async () => {
    await open();
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    rig.machine.setMains(false);
    await asleep();
    for (const ms of await checkIns()) expect(ms).toBeLessThanOrEqual(62_000);
  });

  it("comes where the clock is unknown, and where the charge is", async () => {
    await open({ machine: { rtc: { set: false } } });
    rig.machine.gauge.silent = true;
    rig.machine.setMains(false);
    await asleep();
    const from = rig.world.nowMs;
    await checkIns();
    expect((rig.world.nowMs - from) / DAY_MS).toBeCloseTo(3, 1);
  });
});
