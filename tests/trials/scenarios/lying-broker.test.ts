import { describe, expect, test, vi } from "vitest";
import { lyingBroker } from "../../../sim/trials/scenarios/lying-broker.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import type { BrokerKind } from "../../../sim/trials/stage/broker-side.js";
import { whyNoMosquitto } from "../../support/mosquitto.js";

vi.setConfig({ testTimeout: 240_000 });

async function playOver(broker: BrokerKind): Promise<void> {
  const told: string[] = [];
  const result = await play(lyingBroker, { seed: 1, broker }, { exchanges: 0, killBroker: false }, (text) =>
    told.push(text),
  );
  const again = `npm run scenario -- lying-broker --broker ${broker} --seed 1`;
  expect(result.failure, `${again}\n${told.join("\n")}`).toBeUndefined();
  expect(result, again).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
}

describe.concurrent("a broker that does not keep to what it says: nothing is lost, nothing doubled, and the box says what is wrong", () => {
  test.skipIf(whyNoMosquitto())("MQTT 5: mosquitto with TLS behind it", () => playOver("mosquitto"));
  test("MQTT 3.1.1: aedes behind it, without TLS", () => playOver("embedded"));
});
