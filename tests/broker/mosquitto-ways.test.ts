import { describe, expect, test, vi } from "vitest";
import { whyOffline } from "../../firmware/panel/why-offline.js";
import { Mosquitto, type MosquittoOptions } from "../../sim/broker/mosquitto.js";
import { runInterop } from "../../sim/trials/interop/run.js";
import { interopTarget, type TargetOptions } from "../../sim/trials/interop/target.js";
import { People } from "../../sim/trials/scenarios/people.js";
import type { MosquittoWays } from "../../sim/trials/stage/broker-side.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import { ACCOUNTS, CLOUD_PASSWORD } from "../cloud/support/accounts.js";
import { whyNoMosquitto } from "../support/mosquitto.js";

vi.setConfig({ testTimeout: 120_000 });

const MINUTE = 60_000;
/** Of `ACCOUNTS`. */
const LOGINS = { box: "A", user: "box-a", password: "password-a", cloudUser: "cloud", cloudPassword: CLOUD_PASSWORD };
const WAYS: readonly (readonly [string, MosquittoWays])[] = [
  ["through a WebSocket inside TLS", { webSocket: true }],
  ["that wants a certificate of its clients", { wantsCertificates: true }],
];

async function running<T>(
  options: Omit<MosquittoOptions, "port" | "accounts">,
  use: (broker: Mosquitto) => Promise<T>,
) {
  const broker = new Mosquitto({ port: 0, accounts: ACCOUNTS, ...options });
  await broker.start();
  try {
    return await use(broker);
  } finally {
    await broker.stop();
  }
}

const interop = (options: Partial<TargetOptions> & { readonly url: string }) =>
  runInterop(interopTarget({ ...LOGINS, ...options }), {
    versions: [4],
    limitSeconds: 20,
    idleSeconds: 1,
    features: ["login", "up", "down", "batch", "tls12"],
    progress: () => {},
  });

describe.skipIf(whyNoMosquitto())("mosquitto", () => {
  test.each(WAYS)("%s: the whole box syncs, and again after the broker was killed", async (_what, mosquitto) => {
    const stage = await Stage.open({ seed: 1, broker: "mosquitto", mosquitto });
    try {
      const people = new People(stage);
      stage.rig.power.connect();
      await stage.untilInSync(10 * MINUTE);
      await people.comeAndGo(2);
      await stage.broker.crash!();
      await people.comeAndGo(2);
      await stage.broker.restart!();
      await stage.untilInSync(10 * MINUTE);
      expect(stage.judge.verdict()).toMatchObject({ exchanges: 4, lost: 0, duplicated: 0, problems: [] });
    } finally {
      await stage.close();
    }
  });

  test("both: has what a box needs", () =>
    running({ webSocket: true, wantsCertificates: true }, async (broker) => {
      const { webSocketUrl: url, authority: ca, clientIdentity: identity } = broker;
      const report = await interop({ url, ca, identity });
      expect(report.neededFailed).toEqual([]);
      const { features } = report.versions[0]!;
      expect(features.login?.note).toMatch(/refuses user name or password|does not authorise/);
      for (const { verdict } of Object.values(features)) expect(verdict).toBe("yes");
    }));

  test("that wants a certificate says so to a box that has none, or another authority's", () =>
    running({ wantsCertificates: true }, (broker) =>
      running({}, async (other) => {
        for (const identity of [undefined, other.clientIdentity]) {
          const report = await interop({ url: broker.url, ca: broker.authority, identity });
          expect(report.neededFailed).toEqual(["3.1.1 connect"]);
          const { note } = report.versions[0]!.features.connect!;
          expect(note).toMatch(/it wants a certificate of this box, or another one/);
          expect(whyOffline(`ethernet: ${note}`).id).toBe("offline-no-certificate");
        }
      }),
    ));
});
