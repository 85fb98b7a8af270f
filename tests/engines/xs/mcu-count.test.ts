import { describe, expect, test } from "vitest";
import { McuXs } from "../../../sim/engines/mcu-xs.js";
import { whyNoMcu } from "../../support/xs.js";

/** Measured 10.1 M; what a person waits for between the last digit and the verdict. */
const CODE_CHECK_INSTRUCTIONS_MAX = 10_700_000;
const INSTRUCTIONS_PER_TICK = 40;

describe.skipIf(whyNoMcu() !== undefined)("instructions on the emulated microcontroller", () => {
  /** Instructions of nothing and of a code check, on a machine that has just come up, and what it tells of itself. */
  async function count() {
    const machines = await McuXs.counting({ program: "mcu-bench.ts" });
    const worker = machines.start((request) => request);
    try {
      const ticks = ["nothing", "nothing", "codeCheck"].map((piece) => worker.command(Buffer.from(piece)).board!.ticks);
      const report = worker.command(Buffer.from("nothing"));
      return { nothing: ticks[1]! - ticks[0]!, codeCheck: ticks[2]! - ticks[1]!, report };
    } finally {
      worker.kill();
      machines.close();
    }
  }

  test("are the same at every run, and a code check stays under its bound", { timeout: 240_000 }, async () => {
    const first = await count();
    const second = await count();
    expect(second.codeCheck).toBe(first.codeCheck);
    expect(second.report).toEqual(first.report);
    const instructions = (first.codeCheck - first.nothing) * INSTRUCTIONS_PER_TICK;
    expect(instructions).toBeGreaterThan(1_000_000);
    expect(instructions).toBeLessThanOrEqual(CODE_CHECK_INSTRUCTIONS_MAX);
  });

  test("come with what was used of stacks and malloc, and without computrons", { timeout: 240_000 }, async () => {
    const { report } = await count();
    expect(report.computrons).toBe(0);
    const { stackSlots, stackBytes, mallocBytes, chunkBytes } = report.board!;
    expect(stackSlots).toBeGreaterThan(200);
    expect(stackBytes).toBeGreaterThan(1_000);
    expect(stackBytes).toBeLessThan(8_192);
    expect(mallocBytes).toBeGreaterThan(1_000);
    // What is prepared lies in flash.
    expect(chunkBytes).toBeLessThan(10_000);
  });
});
