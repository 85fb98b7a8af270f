import { expect, test, vi } from "vitest";
import { alerts } from "../../../sim/trials/scenarios/alerts.js";
import { play } from "../../../sim/trials/scenarios/play.js";

vi.setConfig({ testTimeout: 240_000 });

test("alerts: each is told once, while it lasts", async () => {
  const result = await play(alerts, { seed: 1, broker: "virtual" }, { exchanges: 0, killBroker: false }, () => {});
  expect(result.failure, "npm run scenario -- alerts --seed 1").toBeUndefined();
  expect(result).toMatchObject({ lost: 0, duplicated: 0, unauthorised: 0, problems: [] });
});
