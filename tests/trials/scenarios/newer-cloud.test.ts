import { expect, test, vi } from "vitest";
import { newerCloud } from "../../../sim/trials/scenarios/newer-cloud.js";
import { play } from "../../../sim/trials/scenarios/play.js";

vi.setConfig({ testTimeout: 240_000 });

test.each([1, 2, 3])("a cloud of later years hurts nobody, seed %i", async (seed) => {
  const result = await play(newerCloud, { seed, broker: "virtual" }, { exchanges: 40, killBroker: false }, () => {});
  const again = `npm run scenario -- newer-cloud --seed ${seed}`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
  expect(result.exchanges).toBeGreaterThanOrEqual(40);
});
