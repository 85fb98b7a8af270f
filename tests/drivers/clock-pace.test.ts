import { describe, expect, it } from "vitest";
import { BoardClock } from "../../hal/drivers/board-clock.js";
import { ClockPace } from "../../hal/drivers/clock-pace.js";
import { RV3028 } from "../../hal/drivers/rv3028.js";
import { ClockQuality } from "../../hal/ports/clock.js";
import { Rtc } from "../../sim/world/devices/rtc.js";
import { Rv3028 } from "../../sim/world/parts/rv3028.js";
import { bench } from "./bench.js";

const START = 1_800_000_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STANDS = -1e6;
const BACKWARDS = -2e6;

/** A clock with a pace of its own, and boots of the board that has it. */
function board(driftPpm = 0) {
  const { bus, at, run, timers, monotonicMs, world } = bench();
  const site = {
    scheduler: world.scheduler,
    random: (name: string) => world.random(name),
    trueWallSeconds: () => START + monotonicMs() / 1_000,
    trace: () => {},
  };
  const rtc = new Rtc(site, { set: true, driftPpm });
  const part = new Rv3028(rtc);
  bus.attach(0x52, part);
  let boots = 0;
  const boot = () => {
    const own = ++boots;
    const ofThisBoot = {
      ...timers,
      set: (ms: number, work: () => void) => timers.set(ms, () => own === boots && work()),
    };
    const clock = new BoardClock({ rtc: new RV3028(at(0x52)), timers: ofThisBoot, monotonicMs });
    const off = () => clock.wallSeconds()! - site.trueWallSeconds();
    const reason = () => clock.faults()[0]?.reason;
    return Object.assign(clock, { off, reason });
  };
  return { bus, part, rtc, run, boot, trueSeconds: () => Math.floor(site.trueWallSeconds()) };
}

describe("a clock that answers and does not count right", () => {
  it.each([
    ["stands still", STANDS, 6_000],
    ["runs backwards", BACKWARDS, 6_000],
    ["falls behind", -500_000, 8_000],
    ["falls behind", -20_000, 3 * MINUTE_MS],
    ["falls behind", -1_000, HOUR_MS],
    ["runs ahead", 1_000, HOUR_MS],
    ["runs ahead", 500, 2.4 * HOUR_MS],
  ])("%s at %d ppm: a fault, and no time, within %d ms of a boot", (reason, ppm, withinMs) => {
    const { run, boot } = board(ppm);
    const clock = boot();
    expect([clock.quality(), clock.faults()]).toEqual([ClockQuality.kept, []]);
    run(withinMs + 100);
    expect(clock.faults()).toEqual([{ name: "clock", reason: `RV-3028 ${reason}` }]);
    expect([clock.wallSeconds(), clock.quality()]).toEqual([undefined, ClockQuality.unknown]);
  });

  it("is no fault within what two crystals differ by, and is followed", () => {
    const { run, boot, rtc } = board(100);
    const clock = boot();
    run(24 * HOUR_MS);
    expect(clock.faults()).toEqual([]);
    expect(clock.off() - rtc.errorSeconds!).toBeCloseTo(0, -0.5);
    expect(clock.quality()).toBe(ClockQuality.kept);
  });

  it("is told though setting it worked, and what was set goes on by the processor's clock", () => {
    const { run, boot, trueSeconds } = board(STANDS);
    const clock = boot();
    clock.setWall(trueSeconds());
    expect(clock.reason()).toBeUndefined();
    run(6_100);
    expect(clock.reason()).toBe("RV-3028 stands still");
    run(HOUR_MS);
    expect(clock.reason()).toBe("RV-3028 stands still");
    expect(Math.abs(clock.off())).toBeLessThanOrEqual(1);
    expect(clock.quality()).toBe(ClockQuality.synced);
  });

  it("that stops in the middle is noticed within 63 s, and its time is not believed after a boot either", () => {
    const { run, boot, rtc, trueSeconds } = board();
    boot().setWall(trueSeconds());
    run(HOUR_MS);
    rtc.driftPpm = STANDS;
    run(63_100);
    rtc.driftPpm = 0;
    const next = boot();
    expect([next.wallSeconds(), next.quality()]).toEqual([undefined, ClockQuality.unknown]);
    run(HOUR_MS);
    expect([next.wallSeconds(), next.faults()]).toEqual([undefined, []]);
    next.setWall(trueSeconds());
    run(6_100);
    const third = boot();
    expect([third.quality(), Math.abs(third.off()) <= 1]).toEqual([ClockQuality.kept, true]);
  });

  it("that had stopped when it was set is noticed 6 s later, and not at the next minute", () => {
    const { run, boot, rtc, trueSeconds } = board();
    const clock = boot();
    run(10_000);
    rtc.driftPpm = STANDS;
    clock.setWall(trueSeconds());
    run(6_100);
    expect(clock.reason()).toBe("RV-3028 stands still");
  });

  it("that jumped is wrong too, and is put right from what was set", () => {
    const { run, boot, rtc, trueSeconds } = board();
    const clock = boot();
    clock.setWall(trueSeconds());
    run(MINUTE_MS);
    rtc.shift(-3_600);
    run(2 * MINUTE_MS);
    expect(clock.reason()).toBe("RV-3028 runs backwards");
    expect(Math.abs(rtc.errorSeconds!)).toBeLessThan(2);
    expect(Math.abs(clock.off())).toBeLessThanOrEqual(1);
  });

  it("is well again after twice the time that the fault took to show, and then trusted after a boot", () => {
    const { run, boot, rtc, trueSeconds } = board(STANDS);
    const clock = boot();
    clock.setWall(trueSeconds());
    run(10_000);
    rtc.driftPpm = 0;
    run(5 * MINUTE_MS);
    expect(clock.faults()).toEqual([]);
    const next = boot();
    expect([next.quality(), Math.abs(next.off()) <= 1]).toEqual([ClockQuality.kept, true]);
  });

  it("a slow one does not come and go: it is told once, as it is found out again before it counts as well", () => {
    const { run, boot, trueSeconds } = board(-3_000);
    const clock = boot();
    clock.setWall(trueSeconds());
    let changes = 0;
    let before = false;
    for (let minute = 0; minute < 24 * 60; minute++) {
      run(MINUTE_MS);
      const now = clock.faults().length > 0;
      if (now !== before) changes++;
      before = now;
    }
    expect([changes, before]).toEqual([1, true]);
    expect(Math.abs(clock.off())).toBeLessThanOrEqual(1);
  });

  it("that was silent while it was set is set when it answers: its old time is not followed", () => {
    const { part, run, boot, rtc, trueSeconds } = board();
    const clock = boot();
    rtc.shift(-7_200);
    part.silent = true;
    clock.setWall(trueSeconds());
    expect(clock.reason()).toBe("RV-3028 does not answer");
    run(MINUTE_MS);
    part.silent = false;
    run(MINUTE_MS);
    expect([clock.faults(), clock.quality()]).toEqual([[], ClockQuality.synced]);
    expect(Math.abs(clock.off())).toBeLessThanOrEqual(1);
    expect(Math.abs(rtc.errorSeconds!)).toBeLessThan(2);
  });

  it("that was right for days and stopped is well after half an hour of being right", () => {
    const pace = new ClockPace();
    const atHours = (hours: number, behind: number) => pace.take(hours * 3_600 - behind, hours * HOUR_MS);
    expect(atHours(0, 0)).toBe("right");
    expect(atHours(48, 0)).toBe("right");
    expect([atHours(49, 3_600), atHours(49.1, 3_600)]).toEqual(["suspect", "wrong"]);
    expect([atHours(49.5, 3_600), pace.fault]).toEqual(["right", "falls behind"]);
    expect([atHours(49.61, 3_600), pace.fault]).toEqual(["right", undefined]);
  });

  it("one reading that was hit on the bus is no fault", () => {
    const pace = new ClockPace();
    expect(pace.take(100, 0)).toBe("right");
    expect(pace.take(4_196, 60_000)).toBe("suspect");
    expect([pace.take(163, 63_000), pace.fault]).toEqual(["right", undefined]);
    expect(pace.take(4_196, 120_000)).toBe("suspect");
    expect([pace.take(4_199, 123_000), pace.fault]).toEqual(["wrong", "runs ahead"]);
  });
});
