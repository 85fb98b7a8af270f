import { describe, expect, it } from "vitest";
import { BinError } from "../../../hal/ports/bins.js";
import { ClockQuality } from "../../../hal/ports/clock.js";
import { registers } from "./rig.js";

const UNIT_A = "bins A-1 to A-7";

describe("an expander", () => {
  it("that dies: its doors are unknown, its bins throw, the others open; and it comes back", async () => {
    const { hal, box, parts, news, faults, advance } = await registers();
    parts.expanders[0]!.silent = true;
    await advance(2_500);
    expect(news()).toEqual([..."1234567"].map((n) => `A-${n} unknown`).concat(`faults ${UNIT_A}`));
    expect(hal.bins.door(0)).toBe("unknown");
    expect(() => hal.bins.unlock(0)).toThrow(BinError);
    expect(() => hal.bins.unlock(0)).toThrow("bin A-1: I2C: no acknowledge from 0x20");
    hal.bins.unlock(7);
    await advance(1_000);
    expect(box.bins.isOpen(7)).toBe(true);
    parts.expanders[0]!.silent = false;
    news();
    await advance(8_000);
    expect(hal.bins.door(0)).toBe("unknown");
    await advance(5_000);
    expect(news().slice(0, 7)).toEqual([..."1234567"].map((n) => `A-${n} closed`));
    expect(faults()).toBe("");
    hal.bins.unlock(0);
    await advance(1_000);
    expect(box.bins.isOpen(0)).toBe(true);
  });

  it("that dies with its output on: the coil has no current after the pulse, and the next pulse opens only its own bin", async () => {
    const { hal, box, parts, advance } = await registers();
    box.bins.jam(0, true);
    hal.bins.unlock(0);
    parts.expanders[0]!.silent = true;
    await advance(400);
    expect(parts.expanders[0]!.register(0x14)).toBe(0);
    expect(box.battery.usedMilliampHours().has("lock")).toBe(false);
    box.bins.jam(0, false);
    hal.bins.unlock(8);
    await advance(1_000);
    expect(box.bins.state.open.flatMap((open, bin) => (open ? bin : []))).toEqual([8]);
  });

  it("whose latch turns on by itself: nobody's pulse opens that bin", async () => {
    const { hal, box, parts, advance } = await registers();
    parts.expanders[1]!.receive(new Uint8Array([0x14, 0x01]));
    hal.bins.unlock(0);
    await advance(1_000);
    expect(box.bins.state.open.flatMap((open, bin) => (open ? bin : []))).toEqual([0]);
  });

  it("that took a write meant for another one keeps the current off", async () => {
    const { hal, box, parts, advance } = await registers({ units: [7, 7, 7] });
    const [first, , third] = parts.expanders;
    const receive = first!.receive.bind(first);
    // Both acknowledge: the address of one was hit, and the part meant is asked again.
    first!.receive = (bytes) => {
      if (bytes[0] === 0x14 && bytes[1] === 0x04) third!.receive(bytes);
      receive(bytes);
    };
    expect(() => hal.bins.unlock(2)).toThrow("bin A-3: another output has changed");
    await advance(1_000);
    expect(box.bins.state.open).not.toContain(true);
    hal.bins.unlock(0);
    await advance(1_000);
    expect(box.bins.state.open.flatMap((open, bin) => (open ? bin : []))).toEqual([0]);
  });

  it("that reads back something else: no current flows, and the bin throws", async () => {
    const { hal, box, parts, advance } = await registers();
    const pulses: string[] = [];
    box.bins.watch((event) => pulses.push(event.kind));
    parts.expanders[0]!.liesInLatch = 0x40;
    expect(() => hal.bins.unlock(0)).toThrow("bin A-1: MCP23017 at 0x20: OLATA reads back 0x40 for 0x00");
    await advance(1_000);
    expect(pulses).toEqual([]);
    hal.bins.unlock(8);
    await advance(1_000);
    parts.expanders[0]!.liesInLatch = 0;
    await advance(1_500);
    hal.bins.unlock(0);
    await advance(1_000);
    expect(pulses).toEqual(["pulse", "opened", "pulse", "opened"]);
  });

  it("that had a brown-out is set up again: at once by an unlock, within a second for its doors", async () => {
    const { hal, box, parts, news, faults, advance } = await registers();
    parts.brownOut();
    hal.bins.unlock(2);
    await advance(1_500);
    expect(news()).toEqual(["A-3 open"]);
    parts.brownOut();
    box.bins.close(2);
    await advance(1_500);
    expect(news()).toEqual(["A-3 closed"]);
    expect(faults()).toBe("");
  });

  it("that holds SDA lets go when it is reset", async () => {
    const { hal, parts, faults, advance } = await registers();
    parts.expanders[0]!.holdsBus = true;
    await advance(1_100);
    expect(parts.expanders[0]!.holdsBus).toBe(false);
    await advance(12_000);
    expect(faults()).toBe("");
    hal.bins.unlock(0);
  });

  it("that holds SDA since before the boot lets go in it", async () => {
    const rigged = await registers();
    const { box, parts, faults, advance } = rigged;
    box.powerCut({ backAfterMs: 100 });
    parts.expanders[0]!.holdsBus = true;
    await advance(450);
    expect([box.boots, parts.expanders[0]!.holdsBus, faults()]).toEqual([2, false, ""]);
    rigged.hal.bins.unlock(0);
  });

  it("on a bad cable is missing, and does not come and go", async () => {
    const { hal, box, parts, news, advance } = await registers();
    parts.buses.bins.nackRate = 0.3;
    await advance(120_000);
    expect(news().length).toBeLessThan(40);
    let opened = 0;
    for (let i = 0; i < 20; i++) {
      try {
        hal.bins.unlock(0);
      } catch (error) {
        if (!(error instanceof BinError)) throw error;
      }
      await advance(1_000);
      if (box.bins.isOpen(0)) opened++;
      box.bins.close(0);
    }
    expect(opened).toBeGreaterThan(0);
  });

  it("is reset when the boot before ended in the middle of a pulse", async () => {
    const { hal, box, parts, advance } = await registers();
    hal.bins.unlock(0);
    expect(parts.expanders[0]!.register(0x14)).toBe(1);
    expect(() => hal.sleep.restart()).toThrow();
    await advance(2_000);
    expect(parts.expanders[0]!.register(0x14)).toBe(0);
    expect(box.bins.state.open).not.toContain(true);
  });
});

describe("a part that answers and does not work", () => {
  it("a latch with a bit that sticks is told before somebody needs a bin of it", async () => {
    const { hal, parts, faults, advance } = await registers();
    parts.expanders[0]!.liesInLatch = 0x10;
    await advance(2_500);
    expect([faults(), hal.bins.door(0)]).toEqual([UNIT_A, "unknown"]);
    parts.expanders[0]!.liesInLatch = 0;
    await advance(13_000);
    expect([faults(), hal.bins.door(0)]).toEqual(["", "closed"]);
  });

  it.each([0xff, 0x80, 0x00, 0x7f, 0x2a])(
    "door contacts that read %d for ever are unknown, and the locks work on",
    async (stuck) => {
      const { hal, box, parts, faults, advance } = await registers();
      parts.expanders[0]!.stuckInputs = stuck;
      await advance(3_000);
      expect([hal.bins.door(0), faults()]).toEqual(["unknown", UNIT_A]);
      hal.bins.unlock(0);
      await advance(500);
      expect([box.bins.isOpen(0), hal.bins.door(0)]).toEqual([true, "unknown"]);
      parts.expanders[0]!.stuckInputs = undefined;
      await advance(13_000);
      expect([hal.bins.door(0), faults()]).toEqual(["open", ""]);
    },
  );

  it("a gauge that is frozen is none, a minute after mains went", async () => {
    const { hal, box, parts, advance } = await registers();
    hal.gauge.read();
    parts.gauge.frozen = true;
    await advance(300_000);
    expect(hal.gauge.read()).toBeDefined();
    box.setMains(false);
    for (let i = 0; i < 7; i++) {
      hal.gauge.read();
      await advance(10_000);
    }
    expect(hal.gauge.read()).toBeUndefined();
    parts.gauge.frozen = false;
    expect(hal.gauge.read()?.chargePercent).toBeLessThan(100);
  });

  it("a gauge that works is believed on battery, however long", async () => {
    const { hal, box, advance } = await registers();
    box.setMains(false);
    for (let i = 0; i < 60; i++) {
      expect(hal.gauge.read()).toBeDefined();
      await advance(10_000);
    }
  });
});

describe("a bus", () => {
  it("that is stuck at boot takes its half of the bins; the wall latch and the other half work", async () => {
    const rigged = await registers();
    const { box, parts, faults, advance } = rigged;
    parts.buses.bins.stuck = true;
    box.powerCut({ backAfterMs: 100 });
    await advance(3_000);
    expect(box.crashes).toEqual([]);
    expect(box.boots).toBe(2);
    expect(faults()).toBe(`${UNIT_A}, bins B-1 to B-3`);
    const { hal } = rigged;
    expect(() => hal.bins.unlock(0)).toThrow(BinError);
    hal.bins.unlock(7);
    await advance(1_000);
    expect(box.bins.isOpen(7)).toBe(true);
    hal.bins.releaseMount();
    expect(box.bins.mountReleased).toBe(true);
    parts.buses.bins.stuck = false;
    await advance(20_000);
    expect(faults()).toBe("");
    hal.bins.unlock(0);
  });

  it("that loses acknowledges now and then is asked again", async () => {
    const { hal, box, parts, faults, advance } = await registers();
    parts.buses.bins.nackRate = 0.05;
    parts.buses.system.nackRate = 0.05;
    let opened = 0;
    for (let round = 0; round < 20; round++) {
      try {
        hal.bins.unlock(round % 11);
      } catch (error) {
        if (!(error instanceof BinError)) throw error;
      }
      await advance(1_000);
      if (box.bins.isOpen(round % 11)) opened++;
      box.bins.close(round % 11);
      await advance(1_000);
    }
    expect(opened).toBeGreaterThanOrEqual(16);
    parts.buses.bins.nackRate = 0;
    parts.buses.system.nackRate = 0;
    await advance(15_000);
    expect(faults()).toBe("");
  });

  it("that flips bits opens no bin but the one that is meant, and invents no time", async () => {
    const { hal, box, parts, world, advance } = await registers();
    const meant: number[] = [];
    const pulsed: number[] = [];
    box.bins.watch((event) => {
      if (event.kind === "pulse") pulsed.push(event.bin);
    });
    for (const bus of [parts.buses.bins, parts.buses.system]) bus.bitErrorRate = 0.01;
    for (let round = 0; round < 200; round++) {
      const bin = round % 11;
      try {
        hal.bins.unlock(bin);
        meant.push(bin);
      } catch (error) {
        if (!(error instanceof BinError)) throw error;
      }
      await advance(400);
      expect(Math.abs(hal.clock.wallSeconds()! - world.wallSeconds())).toBeLessThan(2.5);
    }
    expect(pulsed).toEqual(meant);
    expect(meant.length).toBeGreaterThan(100);
  });
});

describe("the gauge", () => {
  it("that is silent or jumps tells nothing; one that lies is told as it is", async () => {
    const { hal, box, parts } = await registers();
    parts.gauge.silent = true;
    expect(hal.gauge.read()).toBeUndefined();
    parts.gauge.silent = false;
    parts.gauge.jumps = true;
    expect(hal.gauge.read()).toBeUndefined();
    parts.gauge.jumps = false;
    expect(hal.gauge.read()?.chargePercent).toBeGreaterThan(99);
    box.gauge.lies = { chargePercent: 255, millivolts: 0 };
    expect(hal.gauge.read()).toMatchObject({ chargePercent: 255, millivolts: 0 });
    box.gauge.lies = { chargePercent: 0 };
    expect(hal.gauge.read()).toMatchObject({ chargePercent: 0 });
  });
});

describe("the clock", () => {
  it("that loses its supplies while the box runs is set again from the processor's clock", async () => {
    const { hal, box, advance } = await registers();
    box.rtc.lose();
    await advance(61_000);
    expect(hal.clock.quality()).toBe(ClockQuality.kept);
    expect(Math.abs(box.rtc.errorSeconds!)).toBeLessThan(2.5);
  });

  it("of an RTC that was put off is unknown until it is set: one of its times is wrong, and nobody knows which", async () => {
    const { hal, box, world, news, advance } = await registers();
    box.rtc.shift(-3_600);
    await advance(8_000);
    expect([hal.clock.wallSeconds(), hal.clock.quality()]).toEqual([undefined, ClockQuality.unknown]);
    expect(news()).toEqual(["faults clock"]);
    hal.clock.setWall(Math.floor(world.wallSeconds()));
    await advance(200_000);
    expect([hal.clock.quality(), news()]).toEqual([ClockQuality.synced, ["faults "]]);
    expect(Math.abs(box.rtc.errorSeconds!)).toBeLessThan(2);
  });

  it("has its backup on once the time was set", async () => {
    const { hal, parts } = await registers();
    hal.clock.setWall(1_900_000_000);
    expect(parts.rtc.backup & 0x0c).toBe(0x0c);
  });

  it("that does not answer is a fault, until it does", async () => {
    const { hal, parts, news, advance } = await registers();
    parts.rtc.silent = true;
    hal.clock.setWall(1_900_000_000);
    await advance(2_000);
    expect(news()).toEqual(["faults clock"]);
    parts.rtc.silent = false;
    await advance(62_000);
    expect(news()).toEqual(["faults "]);
    expect(hal.clock.wallSeconds()).toBe(1_900_000_064);
  });
});

describe("contacts that bounce", () => {
  it("are told once", async () => {
    const { hal, box, parts, news, advance } = await registers();
    parts.bounces = true;
    hal.bins.unlock(0);
    await advance(500);
    box.bins.close(0);
    await advance(500);
    box.button.press(200);
    await advance(500);
    box.setMains(false);
    await advance(500);
    box.setMains(true);
    await advance(500);
    expect(news()).toEqual(["A-1 open", "A-1 closed", "press", "mains false", "mains true"]);
  });

  it("a chattering contact is told once it is steady, and does not hide the others", async () => {
    const { box, news, advance } = await registers();
    for (let i = 0; i < 30; i++) {
      box.bins.stickContact(0, i % 2 ? "open" : "closed");
      if (i === 10) box.bins.force(1);
      await advance(12);
    }
    expect(news()).toEqual(["A-2 open"]);
    await advance(100);
    expect(news()).toEqual(["A-1 open"]);
  });
});

describe("the reset button", () => {
  it("held for twenty seconds is a fault, until it is let go; then it counts again", async () => {
    const { box, news, advance } = await registers();
    box.button.press(30_000);
    await advance(22_000);
    expect(news()).toEqual(["press", "faults reset button"]);
    await advance(12_000);
    expect(news()).toEqual(["faults "]);
    box.button.press();
    await advance(1_000);
    expect(news()).toEqual(["press"]);
  });

  it("let go before that is none later, and one that is held since before the boot is", async () => {
    const { box, news, advance } = await registers();
    box.button.press(15_000);
    await advance(40_000);
    expect(news()).toEqual(["press"]);
    box.button.press(60_000);
    await advance(1_000);
    box.powerCut({ backAfterMs: 100 });
    await advance(1_000);
    news();
    await advance(22_000);
    expect([box.boots, news()]).toEqual([2, ["faults reset button"]]);
  });

  it("flashes its lamp at 2 Hz", async () => {
    const { hal, box, advance } = await registers();
    hal.button.lamp("flash");
    const seen: string[] = [];
    for (let i = 0; i < 8; i++) {
      seen.push(box.button.lamp);
      await advance(250);
    }
    expect(seen.join(" ")).toBe("on off on off on off on off");
    hal.button.lamp("off");
    await advance(1_000);
    expect(box.button.lamp).toBe("off");
  });
});

describe("the reader", () => {
  it("that dies is a fault; brought back, it reads again", async () => {
    const { box, parts, news, advance } = await registers();
    parts.reader.silent = true;
    await advance(10_000);
    expect(news()).toEqual(["faults reader"]);
    parts.reader.silent = false;
    parts.reader.powerOnReset();
    await advance(15_000);
    box.reader.scan("012ABC");
    await advance(2_000);
    expect(news()).toEqual(["faults ", "scan 012ABC"]);
  });

  it("that only talks noise, with its commands lost, is a fault and invents no fob", async () => {
    const { parts, news, advance } = await registers();
    parts.reader.silent = true;
    for (let i = 0; i < 400; i++) {
      parts.readerLine.noise(200);
      await advance(40);
    }
    expect(news()).toEqual(["faults reader"]);
  });
});

describe("the load switch", () => {
  it("feeds what the board's parts say, and nothing else", async () => {
    const { parts, box } = await registers();
    const answering = () => ({
      gauge: parts.gauge.answers,
      thermometer: parts.thermometer.answers,
      rtc: parts.rtc.answers,
      reader: parts.reader.isSupplied,
    });
    expect(answering()).toEqual({ gauge: true, thermometer: true, rtc: true, reader: true });
    // The boot ends, and the processor lets go of all its pins.
    box.powerCut();
    expect(answering()).toEqual({ gauge: true, thermometer: false, rtc: true, reader: false });
  });
});
