import { describe, expect, test, vi } from "vitest";
import { whyNoBrowser } from "../../sim/cli/page/browser.js";
import { clickAround } from "../../sim/cli/page/clicker.js";

/** Somebody clicks on whatever there is, without a plan. For longer: `npm run soak:page -- --seed N --minutes 10`. */

vi.setConfig({ testTimeout: 180_000 });
const SECONDS = 10;
const SEED = 1;

describe.skipIf(whyNoBrowser() !== undefined)("clicks without a plan", () => {
  test(`for ${SECONDS} s, seed ${SEED}: nothing breaks, and the judge finds nothing wrong`, async () => {
    const { clicks, consoleErrors, crashes, problems, isSame } = await clickAround(SEED, SECONDS, () => {});
    expect({ consoleErrors, crashes, problems, isSame }).toEqual({
      consoleErrors: [],
      crashes: [],
      problems: [],
      isSame: true,
    });
    expect(clicks).toBeGreaterThan(SECONDS / 2);
  });
});
