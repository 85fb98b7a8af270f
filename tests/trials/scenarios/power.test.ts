import { expect, test, vi } from "vitest";
import { MS4 } from "../../../hal/boards/ms4/profile.js";
import { MS5 } from "../../../hal/boards/ms5/profile.js";
import { brownOut } from "../../../sim/trials/scenarios/brown-out.js";
import { deadBattery } from "../../../sim/trials/scenarios/dead-battery.js";
import { flappingMains } from "../../../sim/trials/scenarios/flapping-mains.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import { powerCut } from "../../../sim/trials/scenarios/power-cut.js";
import { powerCutNoInternet } from "../../../sim/trials/scenarios/power-cut-no-internet.js";
import type { Scenario, ScenarioResult } from "../../../sim/trials/scenarios/scenario.js";
import { sixMonths } from "../../../sim/trials/scenarios/six-months.js";
import type { StageOptions } from "../../../sim/trials/stage/stage.js";

vi.setConfig({ testTimeout: 240_000 });

const NOTHING_BROKEN = { lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] };

async function playWell(
  scenario: Scenario,
  seed: number,
  options: Partial<StageOptions> = {},
): Promise<ScenarioResult> {
  const stage = { seed, broker: "virtual", ...options } as const;
  const result = await play(scenario, stage, { exchanges: 0, killBroker: false }, () => {});
  const again = `npm run scenario -- ${scenario.name} --seed ${seed}`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject(NOTHING_BROKEN);
  return result;
}

test.each([1, 2, 3])("power-cut: dark, woken, online, seed %i", async (seed) => {
  expect(await playWell(powerCut, seed)).toMatchObject({ exchanges: 4, powerCuts: 0 });
});

test("power-cut: through the drivers of the parts", async () => {
  await playWell(powerCut, 1, { parts: "registers" });
});

test.each([1, 2])("power-cut-no-internet: two weeks alone, seed %i", async (seed) => {
  expect(await playWell(powerCutNoInternet, seed)).toMatchObject({ exchanges: 11 });
});

test.each([MS4, MS5])("six-months: 100 exchanges on one charge, $model", { timeout: 60_000 }, async (board) => {
  const result = await playWell(sixMonths, 1, { board });
  expect(result.exchanges).toBe(100);
  expect(result.virtualSeconds).toBeGreaterThanOrEqual(183 * 86_400);
});

test.each([1, 2, 3])("flapping-mains: a loose plug, seed %i", async (seed) => {
  expect((await playWell(flappingMains, seed)).exchanges).toBeGreaterThan(5);
});

test.each([1, 2, 3])("brown-out: under the pulse, and below the threshold, seed %i", async (seed) => {
  expect(await playWell(brownOut, seed)).toMatchObject({ powerCuts: 2 });
});

test.each([1, 2])("dead-battery: flat, taken out, replaced, seed %i", async (seed) => {
  expect(await playWell(deadBattery, seed)).toMatchObject({ exchanges: 8 });
});
