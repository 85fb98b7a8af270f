import { expect, test } from "vitest";
import { xsBench } from "../../../sim/bench/xs.js";
import { whyNoXs } from "../../support/xs.js";

/** What a wake-up and a person may wait for (at 24 instructions a computron and 240 MHz, 1,000,000 are a tenth of a second). */
const BOOT_COMPUTRONS_MAX = 2_000_000;
const EXCHANGE_COMPUTRONS_MAX = 800_000;
const EXCHANGE_CALLS_MAX = 200;
/** One HMAC-SHA-512 by tweetnacl. */
const CODE_CHECK_COMPUTRONS_MAX = 400_000;
const WORK = ["boot", "pickup", "dropoff", "targetKey", "codeCheck", "syncBatch", "snapshotChunk"];

test.skipIf(whyNoXs())(
  "the figures of the bench stay under their bars, and none is missing",
  { timeout: 120_000 },
  async () => {
    const figures = await xsBench.run(() => {});
    expect(figures.codeCheckComputrons).toBeLessThanOrEqual(CODE_CHECK_COMPUTRONS_MAX);
    expect(figures.bootComputrons).toBeLessThanOrEqual(BOOT_COMPUTRONS_MAX);
    expect(figures.pickupComputrons).toBeLessThanOrEqual(EXCHANGE_COMPUTRONS_MAX);
    expect(figures.dropoffComputrons).toBeLessThanOrEqual(EXCHANGE_COMPUTRONS_MAX);
    expect(figures.pickupCalls).toBeLessThanOrEqual(EXCHANGE_CALLS_MAX);
    expect(figures.dropoffCalls).toBeLessThanOrEqual(EXCHANGE_CALLS_MAX);
    for (const work of WORK) {
      expect(figures[`${work}Computrons`], work).toBeGreaterThan(0);
      expect(figures[`${work}Slots`], work).toBeGreaterThan(0);
    }
    const modules = Object.entries(figures).filter(([name]) => /^bytecodeBytes./.test(name));
    expect(modules.reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(figures.bytecodeBytes);
    expect(figures.idleSlots).toBeGreaterThan(figures.loadedSlots!);
    expect(figures.loadedSlots).toBeGreaterThan(figures.bareSlots!);
  },
);
