import { expect, test, vi } from "vitest";
import { copiedTags } from "../../../sim/trials/scenarios/copied-tags.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import { restoredCloud } from "../../../sim/trials/scenarios/restored-cloud.js";
import type { Scenario, ScenarioResult } from "../../../sim/trials/scenarios/scenario.js";
import { wrongClock } from "../../../sim/trials/scenarios/wrong-clock.js";

vi.setConfig({ testTimeout: 240_000 });

async function playWell(scenario: Scenario, seed: number): Promise<ScenarioResult> {
  const result = await play(scenario, { seed, broker: "virtual" }, { exchanges: 20, killBroker: false }, () => {});
  const again = `npm run scenario -- ${scenario.name} --seed ${seed} --exchanges 20`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
  return result;
}

test.each([1, 2, 3])("restored-cloud: a database put back from a copy twice, seed %i", async (seed) => {
  expect((await playWell(restoredCloud, seed)).exchanges).toBeGreaterThanOrEqual(20);
});

test.each([1, 2, 3])("wrong-clock: a key through a box with a wrong clock and back, seed %i", async (seed) => {
  expect((await playWell(wrongClock, seed)).exchanges).toBeGreaterThanOrEqual(12);
});

test.each([1, 2, 3])("copied-tags: a stranger with copies, among honest use, seed %i", async (seed) => {
  expect((await playWell(copiedTags, seed)).exchanges).toBeGreaterThanOrEqual(20);
});
