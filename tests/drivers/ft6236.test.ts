import { describe, expect, it } from "vitest";
import { touchPanel } from "../../hal/boards/front.js";
import { MS5_WIRING } from "../../hal/boards/ms5/wiring.js";
import { Ft6236 } from "../../sim/world/parts/ft6236.js";
import { bench, Scripted } from "./bench.js";

function panel() {
  const { bus, io, pins, timers, run } = bench();
  const part = new Ft6236(pins.get(1)!);
  bus.attach(0x38, part);
  const wiring = { ...MS5_WIRING, touch: { address: 0x38, interrupt: 1 } };
  const driver = touchPanel({ io, wiring, timers });
  const touched: string[] = [];
  driver.onTouch = (x, y) => touched.push(`${x},${y}`);
  return { bus, part, driver, touched, run };
}

describe("FT6236", () => {
  it("reads TD_STATUS and the first point twice", () => {
    const { bus, io, pins, timers, run } = bench();
    const part = new Scripted("01 81 2c 00 c8", "01 81 2b 00 c9");
    bus.attach(0x38, part);
    const driver = touchPanel({ io, wiring: { ...MS5_WIRING, touch: { address: 0x38, interrupt: 1 } }, timers });
    const touched: number[][] = [];
    driver.onTouch = (x, y) => touched.push([x, y]);
    pins.get(1)!.outside = 0;
    run(1);
    expect(part.log).toEqual(["w 02", "r 01 81 2c 00 c8", "w 02", "r 01 81 2b 00 c9"]);
    expect(touched).toEqual([[0x12b, 0xc9]]);
  });

  it("tells a finger once, where it comes down", () => {
    const { part, touched, run } = panel();
    part.finger = { x: 300, y: 200 };
    run(100);
    part.finger = { x: 10, y: 20 };
    run(2_000);
    part.finger = undefined;
    run(1_100);
    part.finger = { x: 11, y: 21 };
    run(100);
    expect(touched).toEqual(["300,200", "11,21"]);
  });

  it("that is dead, sees too many fingers, or one that stays is a fault until it is not", () => {
    const { bus, part, driver, touched, run } = panel();
    part.silent = true;
    run(1_100);
    expect(driver.faults()).toEqual([{ name: "touch panel", reason: "I2C: no acknowledge from 0x38" }]);
    part.silent = false;
    run(1_100);
    expect(driver.faults()).toEqual([]);
    part.finger = { x: 1, y: 1 };
    run(33_000);
    expect(driver.faults()[0]?.reason).toBe("touched for 30 s");
    part.finger = undefined;
    run(1_100);
    expect(driver.faults()).toEqual([]);
    bus.bitErrorRate = 0.5;
    for (let i = 0; i < 50; i++) run(1_000);
    bus.bitErrorRate = 0;
    run(1_100);
    expect([driver.faults(), touched.slice(0, 1)]).toEqual([[], ["1,1"]]);
  });

  it("does not take readings that do not agree", () => {
    const { bus, io, pins, timers, run } = bench();
    bus.attach(0x38, new Scripted("01 80 2c 00 c8", "01 81 2c 00 c8", "0f 80 2c 00 c8"));
    const driver = touchPanel({ io, wiring: { ...MS5_WIRING, touch: { address: 0x38, interrupt: 1 } }, timers });
    const touched: number[] = [];
    driver.onTouch = (x) => touched.push(x);
    pins.get(1)!.outside = 0;
    run(1);
    expect(driver.faults()[0]?.reason).toBe("FT6236: no two readings agree");
    run(1_100);
    expect(driver.faults()[0]?.reason).toBe("FT6236: 15 fingers");
    expect(touched).toEqual([]);
  });
});
