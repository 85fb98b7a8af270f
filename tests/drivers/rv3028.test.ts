import { describe, expect, it } from "vitest";
import { BoardClock } from "../../hal/drivers/board-clock.js";
import { RV3028 } from "../../hal/drivers/rv3028.js";
import { ClockQuality } from "../../hal/ports/clock.js";
import { bench, Scripted } from "./bench.js";

function scripted(...script: string[]) {
  const { bus, at } = bench();
  const part = new Scripted(...script);
  bus.attach(0x52, part);
  return { part, rtc: new RV3028(at(0x52)) };
}

describe("RV-3028, byte for byte", () => {
  it("reads the flags and the UNIX time counter twice, low byte first", () => {
    const { part, rtc } = scripted("00", "bc 0a 89 67", "bc 0a 89 67");
    expect(rtc.read()).toBe(0x67890abc);
    expect(part.log).toEqual(["w 0e", "r 00", "w 1b", "r bc 0a 89 67", "w 1b", "r bc 0a 89 67"]);
  });

  it("takes a counter that went on between the two", () => {
    expect(scripted("00", "ff 0a 89 67", "00 0b 89 67").rtc.read()).toBe(0x67890b00);
  });

  it("knows the time beyond 2038", () => {
    expect(scripted("00", "00 00 00 f0", "00 00 00 f0").rtc.read()).toBe(0xf0000000);
  });

  it("says that the time is lost while PORF is set, whatever the counter shows", () => {
    expect(scripted("01").rtc.read()).toBe("lost");
  });

  it("is silent where nobody answers, and where no two readings agree", () => {
    expect(scripted().rtc.read()).toBe("silent");
    const jumps = ["00", "00 00 00 01", "00 00 00 02", "00 00 00 03", "00 00 00 04"];
    expect(scripted(...jumps, ...jumps, ...jumps).rtc.read()).toBe("silent");
  });

  it("turns the backup on in the RAM mirror, sets the counter, clears PORF, and looks; its mark is there meanwhile", () => {
    const { part, rtc } = scripted("10", "a5", "a5", "00", "bc 0a 89 67", "bd 0a 89 67", "00", "00");
    expect(rtc.set(0x67890abc, { isTrusted: true })).toBe(true);
    const backup = "w 37,r 10,w 0f 08,w 37 1c";
    const mark = "w 1f a5,w 1f,r a5,w 1f,r a5";
    const time = "w 1b bc 0a 89 67,w 0e 00,w 0e,r 00,w 1b,r bc 0a 89 67,w 1b,r bd 0a 89 67";
    expect(part.log).toEqual([...`${backup},${mark},${time},w 1f 00,w 1f,r 00,w 1f,r 00`.split(",")]);
  });

  it("leaves the backup alone where it is on, and notices a time that is not kept", () => {
    const once = ["1c", "a5", "a5", "01"];
    const { part, rtc } = scripted(...once, ...once, ...once);
    expect(rtc.set(1, { isTrusted: true })).toBe(false);
    expect(part.log.filter((line) => line.startsWith("w 37 ") || line === "w 1f 00")).toEqual([]);
  });

  it("keeps the mark of a time that nobody vouches for, and takes no answer for one", () => {
    expect(scripted("1c", "a5", "a5", "00", "01 00 00 00", "01 00 00 00").rtc.set(1, { isTrusted: false })).toBe(true);
    expect(scripted("a5", "a5").rtc.isDistrusted).toBe(true);
    expect(scripted("00", "00").rtc.isDistrusted).toBe(false);
    expect(scripted("01", "00", "00", "00").rtc.isDistrusted).toBe(false);
    expect(scripted().rtc.isDistrusted).toBe(true);
  });
});

describe("the board's clock", () => {
  it("goes on by the processor's clock when the RTC falls silent, and says so", () => {
    const { bus, at, run, timers, monotonicMs } = bench();
    bus.attach(0x52, new Scripted("00", "00 00 00 60", "00 00 00 60", "00", "00"));
    const clock = new BoardClock({ rtc: new RV3028(at(0x52)), timers, monotonicMs });
    expect(clock.quality()).toBe(ClockQuality.kept);
    expect(clock.faults()).toEqual([]);
    run(90_000);
    expect(clock.wallSeconds()).toBe(0x6000_0000 + 90);
    expect(clock.faults().map((fault) => fault.name)).toEqual(["clock"]);
    expect(clock.quality()).toBe(ClockQuality.kept);
  });

  it("knows no time without an RTC until it is set; then it does, for this boot", () => {
    const { at, run, timers, monotonicMs } = bench();
    const clock = new BoardClock({ rtc: new RV3028(at(0x52)), timers, monotonicMs });
    expect([clock.wallSeconds(), clock.quality()]).toEqual([undefined, ClockQuality.unknown]);
    clock.setWall(1_000_000_000);
    run(2_500);
    expect([clock.wallSeconds(), clock.quality()]).toEqual([1_000_000_002, ClockQuality.synced]);
    expect(clock.faults()).toHaveLength(1);
  });

  it("takes no second that its calendar cannot hold: the part does not answer with a time", () => {
    const { bus, at, timers, monotonicMs } = bench();
    bus.attach(0x52, new Scripted("00", "ff ff ff ff", "ff ff ff ff", "00", "00"));
    const clock = new BoardClock({ rtc: new RV3028(at(0x52)), timers, monotonicMs });
    expect([clock.wallSeconds(), clock.quality(), clock.faults().length]).toEqual([undefined, ClockQuality.unknown, 1]);
  });

  it("refuses what the calendar cannot hold", () => {
    const { at, timers, monotonicMs } = bench();
    const clock = new BoardClock({ rtc: new RV3028(at(0x52)), timers, monotonicMs });
    expect(() => clock.setWall(4_102_444_800)).toThrow(RangeError);
    expect(() => clock.setWall(Number.NaN)).toThrow(RangeError);
  });
});
