import { expect, test, vi } from "vitest";
import { failover } from "../../../sim/trials/scenarios/failover.js";
import { play } from "../../../sim/trials/scenarios/play.js";

vi.setConfig({ testTimeout: 240_000 });

test.each([1, 2])("failover: every link fails and comes back, seed %i", async (seed) => {
  const result = await play(failover, { seed, broker: "virtual" }, { exchanges: 0, killBroker: false }, () => {});
  expect(result.failure, `npm run scenario -- failover --seed ${seed}`).toBeUndefined();
  expect(result).toMatchObject({ exchanges: 12, lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
});
