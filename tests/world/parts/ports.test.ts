import { describe, expect, it } from "vitest";
import { BinError } from "../../../hal/ports/bins.js";
import { ClockQuality } from "../../../hal/ports/clock.js";
import { board, WAYS } from "./rig.js";

/** What the ports promise, held against all ways to reach the devices. */
describe.each(WAYS)("the ports by way of %s", (level) => {
  it("label the bins, and know no other", async () => {
    const { hal } = await board(level);
    expect(hal.bins.count).toBe(11);
    expect([0, 7, 8, 10].map((bin) => hal.bins.label(bin))).toEqual(["A-1", "A-8", "B-1", "B-3"]);
    for (const bin of [-1, 11, 0.5]) {
      expect(() => hal.bins.label(bin)).toThrow(RangeError);
      expect(() => hal.bins.door(bin)).toThrow(RangeError);
      expect(() => hal.bins.unlock(bin)).toThrow(RangeError);
    }
  });

  it("open each bin, and tell its door once each way", async () => {
    const { hal, box, news, advance } = await board(level);
    for (let bin = 0; bin < hal.bins.count; bin++) {
      hal.bins.unlock(bin);
      expect(hal.bins.door(bin)).toBe("closed");
      await advance(500);
      expect(box.bins.state.open.map((open, one) => open === (one === bin)).every(Boolean)).toBe(true);
      expect(news()).toEqual([`${hal.bins.label(bin)} open`]);
      expect(hal.bins.door(bin)).toBe("open");
      box.bins.close(bin);
      await advance(200);
      expect(news()).toEqual([`${hal.bins.label(bin)} closed`]);
    }
  });

  it("drive one lock at a time", async () => {
    const { hal, advance, box } = await board(level);
    hal.bins.unlock(0);
    expect(() => hal.bins.unlock(1)).toThrow(BinError);
    expect(() => hal.bins.releaseMount()).toThrow(BinError);
    await advance(290);
    expect(() => hal.bins.unlock(1)).toThrow(BinError);
    await advance(20);
    hal.bins.unlock(1);
    await advance(400);
    expect(box.bins.state.open.indexOf(true, 1)).toBe(1);
  });

  it("hold the wall latch back for five seconds", async () => {
    const { hal, advance, box } = await board(level);
    hal.bins.releaseMount();
    await advance(4_900);
    expect(box.bins.mountReleased).toBe(true);
    await advance(200);
    expect(box.bins.mountReleased).toBe(false);
    hal.bins.unlock(0);
  });

  it("leave a jammed door closed, and tell a forced one", async () => {
    const { hal, box, news, advance } = await board(level);
    box.bins.jam(2, true);
    hal.bins.unlock(2);
    await advance(1_000);
    expect(news()).toEqual([]);
    box.bins.force(9);
    await advance(100);
    expect(news()).toEqual(["B-2 open"]);
  });

  it("tell mains once it is steady", async () => {
    const { hal, box, news, advance } = await board(level);
    box.setMains(false);
    await advance(20);
    box.setMains(true);
    await advance(200);
    expect(news()).toEqual([]);
    box.setMains(false);
    await advance(200);
    expect(news()).toEqual(["mains false"]);
    expect(hal.mains.present()).toBe(false);
    box.setMains(true);
    await advance(200);
    expect([news(), hal.mains.present()]).toEqual([["mains true"], true]);
  });

  it("know at boot that there is no mains", async () => {
    const { hal } = await board(level, { mains: false });
    expect(hal.mains.present()).toBe(false);
  });

  it("tell a press once, however long, and light the lamp", async () => {
    const { hal, box, news, advance } = await board(level);
    box.button.press(5_000);
    await advance(6_000);
    box.button.press(15);
    await advance(100);
    box.button.press(60);
    await advance(100);
    expect(news()).toEqual(["press", "press"]);
    hal.button.lamp("on");
    expect(box.button.lamp).toBe("on");
    hal.button.lamp("off");
    expect(box.button.lamp).toBe("off");
  });

  it("read the gauge to a 256th of a percent, and nothing without a cell", async () => {
    const { hal, box } = await board(level, { chargePercent: 62.5 });
    const reading = hal.gauge.read()!;
    expect(reading.chargePercent).toBeCloseTo(62.5, 1);
    expect((reading.chargePercent * 256) % 1).toBe(0);
    expect(Math.abs(reading.millivolts - box.battery.millivolts)).toBeLessThanOrEqual(1);
    expect([reading.milliamps, reading.celsius]).toEqual([undefined, 25]);
    box.battery.weather({ celsius: -7 });
    expect(hal.gauge.read()?.celsius).toBe(-7);
    box.setBattery(false);
    expect(hal.gauge.read()).toBeUndefined();
  });

  it("keep the time over a boot, and know when it is lost", async () => {
    const rigged = await board(level);
    const { world, box, advance } = rigged;
    const off = () => Math.abs(rigged.hal.clock.wallSeconds()! - world.wallSeconds());
    expect(rigged.hal.clock.quality()).toBe(ClockQuality.kept);
    expect(off()).toBeLessThanOrEqual(1.1);
    rigged.hal.clock.setWall(1_900_000_000);
    expect([rigged.hal.clock.wallSeconds(), rigged.hal.clock.quality()]).toEqual([1_900_000_000, ClockQuality.synced]);
    box.powerCut({ backAfterMs: 10_000 });
    await advance(20_000);
    expect(box.boots).toBe(2);
    expect(Math.abs(rigged.hal.clock.wallSeconds()! - 1_900_000_020)).toBeLessThanOrEqual(1);
    expect(rigged.hal.clock.quality()).toBe(ClockQuality.kept);
    box.powerCut({ backAfterMs: 1_000 });
    box.rtc.lose();
    await advance(2_000);
    expect([rigged.hal.clock.wallSeconds(), rigged.hal.clock.quality()]).toEqual([undefined, ClockQuality.unknown]);
    rigged.hal.clock.setWall(1_800_000_000);
    expect(box.rtc.errorSeconds).toBeCloseTo(1_800_000_000 - world.wallSeconds(), 0);
  });

  it("tell a scan once, and what cannot be a serial as unreadable or as it is", async () => {
    const { box, news, advance } = await board(level);
    box.reader.scan("012ABC");
    await advance(2_000);
    box.reader.scan("0123456789ABCDEF");
    await advance(2_000);
    expect(news()).toEqual(["scan 012ABC", "scan 0123456789ABCDEF"]);
  });

  it("are those of one boot: in the middle of a pulse, a power cut turns the coil off", async () => {
    const { hal, box, advance } = await board(level);
    hal.bins.unlock(0);
    await advance(30);
    box.powerCut({ backAfterMs: 5_000 });
    expect(box.battery.milliamps).toBeGreaterThanOrEqual(0);
    expect(() => hal.bins.unlock(1)).toThrow();
    await advance(10_000);
    expect(box.bins.state.open).not.toContain(true);
  });
});
