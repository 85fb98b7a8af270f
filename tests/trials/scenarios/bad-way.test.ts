import { describe, expect, test, vi } from "vitest";
import { badWay } from "../../../sim/trials/scenarios/bad-way.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import type { BrokerKind } from "../../../sim/trials/stage/broker-side.js";
import { whyNoMosquitto } from "../../support/mosquitto.js";

vi.setConfig({ testTimeout: 240_000 });

async function playOver(broker: BrokerKind): Promise<void> {
  const told: string[] = [];
  const result = await play(badWay, { seed: 1, broker }, { exchanges: 0, killBroker: false }, (text) =>
    told.push(text),
  );
  const again = `npm run scenario -- bad-way --broker ${broker} --seed 1`;
  expect(result.failure, `${again}\n${told.join("\n")}`).toBeUndefined();
  expect(result, again).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
  expect(result.exchanges).toBe(20);
}

describe("a bad way between box and broker: nothing is lost, nothing doubled, and the box says what is wrong", () => {
  test.skipIf(whyNoMosquitto())("with mosquitto and TLS", () => playOver("mosquitto"));
  test("with aedes, without TLS", () => playOver("embedded"));
});
