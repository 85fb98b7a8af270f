import { describe, expect, it } from "vitest";
import { BinExpander } from "../../hal/drivers/bin-expander.js";
import { MCP23017 } from "../../hal/drivers/mcp23017.js";
import { IoError } from "../../hal/io/io-error.js";
import { Mcp23017 } from "../../sim/world/parts/mcp23017.js";
import { bench, Scripted } from "./bench.js";

const SET_UP = "00 7f 00 00 00 7f 00 00 00 00 44 44 00 7f";

function scripted(...script: string[]) {
  const { bus, at } = bench();
  const part = new Scripted(...script);
  bus.attach(0x21, part);
  return { part, driver: new MCP23017(at(0x21)) };
}

describe("MCP23017, byte for byte", () => {
  it("is set up with the latch cleared first, then IODIRA to GPPUB in one go, and looked at", () => {
    const { part, driver } = scripted("00", "00", SET_UP);
    driver.setUp();
    expect(part.log).toEqual(["w 14 00", "w 14", "r 00", "w 14", "r 00", `w 00 ${SET_UP}`, "w 00", `r ${SET_UP}`]);
  });

  it("drives OLATA and reads it back", () => {
    const { part, driver } = scripted("10", "10");
    driver.outputs = 0x10;
    expect(part.log).toEqual(["w 14 10", "w 14", "r 10", "w 14", "r 10"]);
  });

  it("senses GPIOB without bit 7, which it turns over and sees", () => {
    const { part, driver } = scripted("ff", "2a", "80");
    expect([driver.inputs, driver.inputs, driver.inputs]).toEqual([0x7f, 0x2a, 0]);
    expect(part.log).toEqual(["w 15 80", "w 13", "r ff", "w 15 00", "w 13", "r 2a", "w 15 80", "w 13", "r 80"]);
  });

  it.each(["ff", "00", "12"])("takes no port for live that reads 0x%s for ever", (frozen) => {
    const { driver } = scripted(frozen, frozen);
    const read = () => driver.inputs;
    expect(() => [read(), read()]).toThrow(new IoError("MCP23017 at 0x21: GPIOB does not change"));
  });

  it("says what it reads back in place of what was written", () => {
    const { driver } = scripted("11", "11", "11", "10");
    expect(() => {
      driver.outputs = 0x10;
    }).toThrow(new IoError("MCP23017 at 0x21: OLATA reads back 0x11 for 0x10"));
    expect(() => driver.outputs).toThrow("does not read twice the same");
    expect(() => scripted("00", "00", SET_UP.replace("44 44", "44 04")).driver.setUp()).toThrow(
      "does not keep its set-up",
    );
    expect(scripted(`ff ff${" 00".repeat(12)}`).driver.isSetUp).toBe(false);
  });
});

it("an expander that dies after an output was turned on is not off for sure, until it is reset", () => {
  const { bus, at } = bench();
  const part = new Mcp23017({ inputs: () => 0xff, driven: () => {}, interrupt: () => {} });
  bus.attach(0x20, part);
  const expander = new BinExpander(new MCP23017(at(0x20)), 7);
  expander.sample();
  expect(expander.isOff).toBe(true);
  expander.on(0);
  part.silent = true;
  expect(expander.isOff).toBe(false);
  expander.wasReset();
  expect(expander.isOff).toBe(true);
});

describe("the simulated MCP23017", () => {
  function simulated() {
    const { bus, at } = bench();
    const world = { inputs: 0xff, high: 0, int: 1 };
    const part = new Mcp23017({
      inputs: (port) => (port === 1 ? world.inputs : 0),
      driven: (_, high) => {
        world.high = high;
      },
      interrupt: (level) => {
        world.int = level;
      },
    });
    bus.attach(0x20, part);
    return { world, part, bus, driver: new MCP23017(at(0x20)) };
  }

  it("drives nothing before it is set up: its pins are inputs after a reset", () => {
    const { world, driver, part } = simulated();
    driver.outputs = 0x01;
    expect(world.high).toBe(0);
    driver.setUp();
    driver.outputs = 0x02;
    expect(world.high).toBe(0x02);
    part.powerOnReset();
    expect(world.high).toBe(0);
    expect(driver.isSetUp).toBe(false);
  });

  it("pulls INT low on a change of an input, until the port is read", () => {
    const { world, driver, part } = simulated();
    driver.setUp();
    expect(world.int).toBe(1);
    world.inputs = 0xfe;
    part.inputsChanged();
    expect(world.int).toBe(0);
    expect(driver.inputs).toBe(0x7e);
    expect(world.int).toBe(1);
    part.inputsChanged();
    expect(world.int).toBe(1);
  });

  it("hears nothing while its RESET is low", () => {
    const { driver, part } = simulated();
    part.reset = 0;
    expect(() => driver.setUp()).toThrow(IoError);
    part.reset = 1;
    driver.setUp();
    expect(driver.isSetUp).toBe(true);
  });
});
