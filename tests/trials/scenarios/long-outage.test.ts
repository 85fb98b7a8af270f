import { expect, test, vi } from "vitest";
import { brokerKilled } from "../../../sim/trials/scenarios/broker-killed.js";
import { longOutage } from "../../../sim/trials/scenarios/long-outage.js";
import { play } from "../../../sim/trials/scenarios/play.js";

vi.setConfig({ testTimeout: 240_000 });

const WHOLE = { lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] };
const OPTIONS = { exchanges: 30, killBroker: false };

test("a month without internet, 3,000 exchanges and four power cuts: everything is told, once and in order", async () => {
  const result = await play(longOutage, { seed: 1, broker: "virtual" }, OPTIONS, () => {});
  expect(result.failure).toBeUndefined();
  expect(result).toMatchObject({ ...WHOLE, powerCuts: 4 });
  expect(result.exchanges).toBeGreaterThan(3_000);
  expect(result.virtualSeconds).toBeGreaterThan(30 * 86_400);
});

test("the broker is killed in the middle of the replay", async () => {
  const result = await play(brokerKilled, { seed: 3, broker: "virtual" }, OPTIONS, () => {});
  expect(result.failure).toBeUndefined();
  expect(result).toMatchObject(WHOLE);
});
