import { expect, test, vi } from "vitest";
import { MS5 } from "../../hal/boards/ms5/profile.js";
import { phaseTable, type Spent, wakePhases } from "../../sim/bench/wake-phases.js";
import { whyNoXs } from "../support/xs.js";

vi.setConfig({ testTimeout: 60_000 });

test.skipIf(whyNoXs() !== undefined)("a wake on XS is fast, phase by phase, from the button to the cloud", async () => {
  const sums = await wakePhases(MS5);
  const spent = (of: keyof Spent) => sums.map((sum) => sum[of] as number);
  expect(spent("ms")).toEqual([...spent("ms")].sort((a, b) => a - b));
  const [online, keypad, drawn] = [sums.at(-1)!, sums.at(-2)!, sums.at(-3)!];
  // About 24 instructions each: some 30 million, which is a good tenth of a second at 240 MHz.
  expect(keypad.computrons).toBeLessThan(1_300_000);
  expect(keypad.flashBytesRead).toBeLessThan(24 * 1_024);
  expect(drawn.computrons).toBeLessThan(keypad.computrons);
  expect(keypad.ms).toBeLessThan(1_000);
  expect(online.computrons).toBeGreaterThan(keypad.computrons);
  expect(online.ms).toBeLessThan(30_000);
  const table = phaseTable(sums);
  expect(table).toHaveLength(sums.length + 1);
  expect(table.join("\n")).toContain("journal mounted and replayed");
});
