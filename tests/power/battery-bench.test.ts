import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MS5 } from "../../hal/boards/ms5/profile.js";
import { plotBattery } from "../../sim/bench/battery-plot.js";
import { type HalfYear, runHalfYear, runWake } from "../../sim/bench/battery-run.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let run: HalfYear;
beforeAll(async () => {
  run = await runHalfYear(MS5);
}, 60_000);

describe("the battery bench's half year", () => {
  it("has its hundred exchanges in 183 days, and goes on until the cell is spent", () => {
    expect(run.visits).toHaveLength(100);
    expect(run.visits.at(-1)).toBeLessThanOrEqual(183);
    expect(run.days).toBeGreaterThan(183);
    expect(run.samples[0]).toMatchObject({ percent: 100, exchanges: 0 });
    expect(run.samples.at(-1)!.percent).toBeLessThan(5);
  });

  it("counts every milliampere-hour that left the cell", () => {
    const used = [...run.used.values()].reduce((sum, one) => sum + one, 0);
    const after = run.samples.find(({ day }) => day >= 183)!;
    expect(used / (0.9 * 3_500)).toBeCloseTo(1 - after.percent / 100, 1);
  });

  it("never gains charge, and looks at it at least every other day", () => {
    for (const [i, { day, percent }] of run.samples.entries()) {
      const before = run.samples[i - 1];
      if (before === undefined) continue;
      expect(percent).toBeLessThanOrEqual(before.percent);
      expect(day - before.day).toBeLessThanOrEqual(2);
    }
  });

  it("meets the keypad within a second of the button", async () => {
    const { keypadMs, onlineMs, flashBytesRead } = await runWake(MS5);
    expect(keypadMs).toBeLessThan(1_000);
    expect(onlineMs).toBeGreaterThan(keypadMs);
    expect(flashBytesRead).toBeGreaterThan(0);
  });
});

describe("the plot", () => {
  const out = mkdtempSync(join(tmpdir(), "battery-plot-"));
  afterAll(() => rmSync(out, { recursive: true }));

  it("is written as SVG and as PNG, with both models and the half year named", async () => {
    const [svg, png] = await plotBattery({
      runs: { MS5: run, MS4: run },
      hibernateBelowPercent: 80,
      checkInAbovePercent: 30,
      marginPercent: 20,
      out,
    });
    const text = readFileSync(svg!, "utf8");
    for (const words of ["MS5: ", "MS4: ", "day 183", "hibernates", "no check-ins", "margin asked for: 20 %"]) {
      expect(text).toContain(words);
    }
    const image = readFileSync(png!);
    expect(image.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect(image.readUInt32BE(16)).toBeGreaterThan(1_500);
  });
});
