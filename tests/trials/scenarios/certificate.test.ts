import { afterEach, describe, expect, test, vi } from "vitest";
import { certificate } from "../../../sim/trials/scenarios/certificate.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import { Stage } from "../../../sim/trials/stage/stage.js";
import { whyNoMosquitto } from "../../support/mosquitto.js";

vi.setConfig({ testTimeout: 120_000 });

const MINUTE_MS = 60_000;

test.each([1, 2])("a box without a time, in virtual time, seed %i", async (seed) => {
  const result = await play(certificate, { seed, broker: "virtual" }, { exchanges: 0, killBroker: false }, () => {});
  expect(result, `npm run scenario -- certificate --seed ${seed}`).toMatchObject({ lost: 0, problems: [] });
  expect(result.failure).toBeUndefined();
});

/** The broker's certificates are good until 2049; a story plays whenever it likes. */
describe.skipIf(whyNoMosquitto())("over mosquitto with TLS, a box without a time", () => {
  let stage: Stage | undefined;
  afterEach(() => stage?.close());

  async function open(year: number): Promise<Stage> {
    stage = await Stage.open({ seed: 1, broker: "mosquitto", startWallSeconds: Date.UTC(year, 1) / 1_000 });
    const { rig, world } = stage;
    rig.clock.lose();
    rig.power.connect();
    await world.until(() => rig.clock.errorSeconds !== undefined, 5 * MINUTE_MS, "the sealed time");
    return stage;
  }

  test("has it from the cloud, and is in sync", async () => {
    const there = await open(2048);
    await there.untilInSync(5 * MINUTE_MS);
    expect(Math.abs(there.rig.clock.errorSeconds!)).toBeLessThan(60);
  });

  test("and a certificate that has ended by then is refused from there on, with the cause and the way out", async () => {
    const { world, rig, person } = await open(2050);
    await world.advance(3 * MINUTE_MS);
    expect(rig.panel.view?.notices.map(({ id }) => id)).toContainEqual(expect.stringMatching(/^notice-offline/));
    await person.choose("status");
    expect(rig.panel.view?.lines.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["offline-certificate-ended", "fault-broker"]),
    );
  });
});
