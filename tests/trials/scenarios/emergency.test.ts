import { expect, test, vi } from "vitest";
import { cloudDown } from "../../../sim/trials/scenarios/cloud-down.js";
import { emergencyAll } from "../../../sim/trials/scenarios/emergency-all.js";
import { emergencyBin } from "../../../sim/trials/scenarios/emergency-bin.js";
import { guesser } from "../../../sim/trials/scenarios/guesser.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import type { Scenario, ScenarioResult } from "../../../sim/trials/scenarios/scenario.js";
import { vandal } from "../../../sim/trials/scenarios/vandal.js";

vi.setConfig({ testTimeout: 240_000 });

const NOTHING_BROKEN = { lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] };

async function playWell(scenario: Scenario, seed: number): Promise<ScenarioResult> {
  const result = await play(scenario, { seed, broker: "virtual" }, { exchanges: 0, killBroker: false }, () => {});
  const again = `npm run scenario -- ${scenario.name} --seed ${seed}`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject(NOTHING_BROKEN);
  return result;
}

test.each([1, 2, 3])("emergency-bin: one bin and nothing else, seed %i", async (seed) => {
  expect(await playWell(emergencyBin, seed)).toMatchObject({ emergencies: 4, powerCuts: 10 });
});

test.each([1, 2, 3])("emergency-all: through two power cuts and past a jammed door, seed %i", async (seed) => {
  expect(await playWell(emergencyAll, seed)).toMatchObject({ emergencies: 24, powerCuts: 2 });
});

test.each([1, 2])("cloud-down: a day with the pack alone, seed %i", async (seed) => {
  expect(await playWell(cloudDown, seed)).toMatchObject({ emergencies: 3, exchanges: 4 });
});

test.each([1, 2, 3])("vandal: days of guesses at everything hold nobody up beyond an hour, seed %i", async (seed) => {
  expect(await playWell(vandal, seed)).toMatchObject({ emergencies: 32, exchanges: 32 });
});

test("guesser: a month of guesses and pulled plugs stays under the bound", { timeout: 240_000 }, async () => {
  const result = await playWell(guesser, 1);
  expect(result.emergencies).toBe(0);
  expect(result.powerCuts).toBeGreaterThan(300);
});
