import { expect, test } from "vitest";
import { kills } from "../../../sim/trials/kills/kills.js";
import { whyNoMcu } from "../../support/xs.js";

const KILLS = 20;

test.skipIf(whyNoMcu() !== undefined)(
  `${KILLS} times SIGKILL ends the emulated microcontroller: nothing is lost or doubled, and each time its flash holds a sound journal`,
  { timeout: 600_000 },
  async () => {
    const result = await kills({ seed: 1, kills: KILLS });
    expect(result, "npm run soak:kills -- --seed 1 --kills 20").toMatchObject({
      lost: 0,
      duplicated: 0,
      reordered: 0,
      problems: [],
    });
    expect(result.failure).toBeUndefined();
    expect(result.kills).toBeGreaterThanOrEqual(KILLS);
    expect(result.sound).toBe(result.kills);
    expect(result.exchanges).toBeGreaterThan(0);
  },
);
