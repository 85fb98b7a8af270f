import { expect, it } from "vitest";
import { MAX17048 } from "../../hal/drivers/max17048.js";
import { bench, Scripted } from "./bench.js";

function read(...script: string[]) {
  const { bus, at } = bench();
  const part = new Scripted(...script);
  bus.attach(0x36, part);
  return { reading: new MAX17048(at(0x36)).read(), log: part.log };
}

it("reads VERSION, and VCELL with SOC twice: 78.125 uV and 1/256 % a count", () => {
  // 50,000 counts are 3,906.25 mV; 0x5a80 is 90 and 128/256 %.
  const { reading, log } = read("00 12", "c3 50 5a 80", "c3 50 5a 80");
  expect(reading).toEqual({ chargePercent: 90.5, millivolts: 3_906, milliamps: undefined, celsius: undefined });
  expect(log).toEqual(["w 08", "r 00 12", "w 02", "r c3 50 5a 80", "w 02", "r c3 50 5a 80"]);
});

it("does not judge what the part says twice: 255 % is told as 255 %", () => {
  expect(read("00 11", "c3 50 ff 00", "c3 50 ff 00").reading?.chargePercent).toBe(255);
});

it.each([
  ["another part answers", ["ff ff", "c3 50 5a 80", "c3 50 5a 80"]],
  ["nobody answers", []],
  ["the bus fails in the middle", ["00 12", "c3 50 5a 80"]],
  ["no two readings agree", ["00 12", "c3 50 5a 80", "43 50 5a 80", "c3 50 5a 80", "43 50 5a 80"]],
  ["the charge jumps", ["00 12", "c3 50 5a 80", "c3 50 00 80", "c3 50 5a 80", "c3 50 00 80"]],
])("tells nothing when %s", (_, script) => {
  expect(read(...script).reading).toBeUndefined();
});

it("takes the two that agree after one that was hit on the way", () => {
  const { reading } = read("00 12", "43 50 5a 80", "c3 50 5a 80", "c3 4f 5a 81");
  expect(reading).toMatchObject({ millivolts: 3_906, chargePercent: 90 + 129 / 256 });
});
