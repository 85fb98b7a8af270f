import { expect, test, vi } from "vitest";
import { cloudKilled } from "../../../sim/trials/scenarios/cloud-killed.js";
import { databaseFailover } from "../../../sim/trials/scenarios/database-failover.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import { roamingKey } from "../../../sim/trials/scenarios/roaming-key.js";
import type { Scenario, ScenarioResult } from "../../../sim/trials/scenarios/scenario.js";
import { twoBoxes } from "../../../sim/trials/scenarios/two-boxes.js";
import type { Stage } from "../../../sim/trials/stage/stage.js";
import { whyNoPostgres } from "../../support/postgres.js";

vi.setConfig({ testTimeout: 240_000 });

interface Played extends ScenarioResult {
  readonly stage: Stage;
}

async function playWell(scenario: Scenario, seed: number, exchanges: number): Promise<Played> {
  let stage: Stage | undefined;
  const options = { exchanges, killBroker: false };
  const result = await play(
    scenario,
    { seed, broker: "virtual" },
    options,
    () => {},
    (at) => {
      stage = at;
    },
  );
  const again = `npm run scenario -- ${scenario.name} --seed ${seed} --exchanges ${exchanges}`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
  return { ...result, stage: stage! };
}

test.each([1, 2, 3])("cloud-killed: in the middle of whatever it does, seed %i", async (seed) => {
  const { stage } = await playWell(cloudKilled, seed, 60);
  expect(stage.mortal!.deaths).toBeGreaterThanOrEqual(30);
  expect(stage.mortal!.powerLosses).toBeGreaterThan(0);
});

test.each([1, 2])("two-boxes: each conflict ends as written down, seed %i", async (seed) => {
  expect((await playWell(twoBoxes, seed, 0)).exchanges).toBe(26);
});

test.each([1, 2, 3])("roaming-key: four boxes, some of them offline, seed %i", async (seed) => {
  expect((await playWell(roamingKey, seed, 30)).exchanges).toBeGreaterThanOrEqual(30);
});

test.skipIf(whyNoPostgres())("database-failover: the standby takes over in the middle of a commit", async () => {
  expect((await playWell(databaseFailover, 1, 12)).exchanges).toBe(8);
});
