import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import type { TextId } from "../../firmware/panel/texts/en.js";
import { BadWay, type Faults } from "../../sim/broker/bad-way.js";
import { EmbeddedBroker } from "../../sim/broker/embedded.js";
import type { Desk } from "../../sim/cli/front/desk.js";
import { deskOver, isBack, isTold } from "./support/told.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** What the terminal says of a box whose way to its broker is bad: `npm start -- --broker URL`, and its command `status`. */

const LOGIN = { username: "me", password: "secret" };
const SIGN_IN = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n";

let path: string;
let desk: Desk;
let broker: EmbeddedBroker;
let way: BadWay;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "smartbox-bad-broker-"));
  broker = await EmbeddedBroker.start({ port: 0, accounts: () => ({ boxes: [], cloud: LOGIN }) });
  way = await BadWay.start(broker.port);
  // Box and cloud come over the same way; the cloud's own words are in tests/cloud/transport.
  desk = await deskOver(path, { url: `mqtt://127.0.0.1:${way.port}`, ...LOGIN });
});
afterAll(async () => {
  await desk.close();
  await way.stop();
  await broker.stop();
  await rm(path, { recursive: true });
});

const WAYS: readonly (readonly [what: string, Partial<Faults>, ids: readonly TextId[], reason: RegExp])[] = [
  ["resets connections", { resetsAfterBytes: 300 }, ["offline-broker-closed"], /in its trace: \w+: .*reset/],
  [
    "swallows what comes down",
    { swallows: "down" },
    ["offline-broker-silent", "offline-no-broker", "offline-cloud-silent"],
    /in its trace: /,
  ],
  ["answers with a web page", { answer: SIGN_IN }, ["offline-sign-in"], /in its trace: .*web page/],
  ["says nothing", { answer: "" }, ["offline-broker-silent", "offline-no-broker"], /in its trace: .*in time/],
];

describe("the terminal says what is wrong and what to do where the way to the broker", () => {
  test.each(WAYS)("%s", async (_what, faults, ids, reason) => {
    way.faults = faults;
    way.cut();
    await isTold(desk, ids, reason);
    way.faults = {};
    way.cut();
    await isBack(desk);
  });
});
