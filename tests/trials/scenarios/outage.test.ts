import { expect, test, vi } from "vitest";
import { outage } from "../../../sim/trials/scenarios/outage.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import type { ScenarioResult } from "../../../sim/trials/scenarios/scenario.js";
import type { BrokerKind } from "../../../sim/trials/stage/broker-side.js";
import { whyNoMosquitto } from "../../support/mosquitto.js";

vi.setConfig({ testTimeout: 240_000 });

const NOTHING_BROKEN = { lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] };

async function playOutage(
  seed: number,
  broker: BrokerKind,
  exchanges: number,
  killBroker = false,
): Promise<ScenarioResult> {
  const result = await play(outage, { seed, broker }, { exchanges, killBroker }, () => {});
  const again = `npm run scenario -- outage --seed ${seed} --broker ${broker} --exchanges ${exchanges}`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject(NOTHING_BROKEN);
  expect(result.exchanges).toBeGreaterThanOrEqual(exchanges + 10);
  expect(result.emergencies).toBe(25);
  expect(result.powerCuts).toBe(2);
  return result;
}

test.each([1, 2, 3, 4, 5])("in virtual time, seed %i", async (seed) => {
  await playOutage(seed, "virtual", 30);
});

test("the same seed gives the same trace, another seed another one", async () => {
  const first = await playOutage(7, "virtual", 5);
  const second = await playOutage(7, "virtual", 5);
  const other = await playOutage(8, "virtual", 5);
  expect(second.traceHash).toBe(first.traceHash);
  expect(other.traceHash).not.toBe(first.traceHash);
});

test("in virtual time, the broker killed in the middle of the replay", async () => {
  await playOutage(9, "virtual", 150, true);
});

test("over the embedded broker", { timeout: 180_000 }, async () => {
  await playOutage(1, "embedded", 10);
});

test.skipIf(whyNoMosquitto())(
  "over mosquitto with TLS, passwords and an ACL, killed by SIGKILL in the middle of the replay",
  { timeout: 300_000 },
  async () => {
    await playOutage(2, "mosquitto", 120, true);
  },
);
