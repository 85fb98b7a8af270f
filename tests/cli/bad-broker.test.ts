import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { formatText } from "../../firmware/panel/texts/catalogue.js";
import type { TextId } from "../../firmware/panel/texts/en.js";
import { BadWay, type Faults } from "../../sim/broker/bad-way.js";
import { EmbeddedBroker } from "../../sim/broker/embedded.js";
import { HONEST, type Liar, LyingWay } from "../../sim/broker/lying-way.js";
import { findCommand } from "../../sim/cli/front/commands.js";
import { DataDirectory } from "../../sim/cli/front/data-directory.js";
import { Desk } from "../../sim/cli/front/desk.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** What the terminal says of a box whose way to its broker is bad: `npm start -- --broker URL`, and its command `status`. */

const MINUTE_MS = 60_000;
const LOGIN = { username: "me", password: "secret" };
const SIGN_IN = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n";

let path: string;
let desk: Desk;
let broker: EmbeddedBroker;
let lying: LyingWay;
let way: BadWay;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "smartbox-bad-broker-"));
  broker = await EmbeddedBroker.start({ port: 0, accounts: () => ({ boxes: [], cloud: LOGIN }) });
  lying = await LyingWay.start(broker.port);
  way = await BadWay.start(lying.port);
  // Box and cloud come over the same way; the cloud's own words are in tests/cloud/transport.
  desk = await Desk.open({
    data: new DataDirectory(path),
    box: "MS5-PARIS",
    seed: 1,
    broker: { url: `mqtt://127.0.0.1:${way.port}`, ...LOGIN },
    language: "en",
    onProblem: () => {},
  });
  await desk.untilInSync(30_000);
  desk.pace = 60;
});
afterAll(async () => {
  await desk.close();
  await way.stop();
  await lying.stop();
  await broker.stop();
  await rm(path, { recursive: true });
});

/** What `status` prints. */
function status(): string {
  const { command } = findCommand(["status"])!;
  const context = { desk, columns: 200 } as Parameters<typeof command.run>[0];
  return (command.run(context, { words: ["status"], rest: "" }) as string[]).join("\n");
}

/** One of the texts is in what `status` prints, with the line of the trace below it, and what it says is how to go on. */
async function isTold(ids: readonly TextId[], reason: RegExp): Promise<void> {
  const wanted = ids.map((id) => formatText("en", { id, params: { cause: "\u0000" } }).split("\u0000")[0]!);
  let seen = "";
  const isThere = () => {
    seen = status();
    return wanted.some((words) => seen.includes(`the box says: ${words}`)) && reason.test(seen);
  };
  if (!(await desk.until(isThere, 10 * MINUTE_MS)))
    throw new Error(`none of ${wanted.join(" / ")}, or no ${reason}, in\n${seen}`);
  expect(seen).toMatch(/the box says: .*(Have |tries again|Sign in)/);
}

const refuses =
  (returnCode: number): Liar =>
  () =>
  (packet, from, between) => {
    // The cloud speaks 3.1.1 and is let in; so is a box that is told that MQTT 5 is not spoken.
    if (from === "box" && packet.cmd === "connect" && packet.clientId.startsWith("smartbox-MS5")) {
      between.toBox({ cmd: "connack", returnCode, reasonCode: REASONS[returnCode]!, sessionPresent: false });
      between.end();
    } else HONEST()(packet, from, between);
  };
const REASONS = [0, 0x84, 0x85, 0x88, 0x86, 0x87];

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
    await isTold(ids, reason);
    way.faults = {};
    way.cut();
    // The box is back, and nothing is said of a last try.
    expect(await desk.until(() => !status().includes("the box says"), 10 * MINUTE_MS)).toBe(true);
  });
});

test("the terminal says why the broker refuses, for every code of CONNACK, and what to do", async () => {
  const told: readonly (readonly [code: number, id: TextId])[] = [
    [1, "offline-version"],
    [2, "offline-client-id"],
    [3, "offline-broker-busy"],
    [4, "offline-bad-login"],
    [5, "offline-not-allowed"],
  ];
  for (const [code, id] of told) {
    lying.liar = refuses(code);
    lying.cut();
    await isTold([id], new RegExp(`in its trace: \\w+: .*CONNACK ${code}\\b|CONNACK 0x8`));
  }
  lying.liar = HONEST;
});
