import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqttPacket, { type Packet } from "mqtt-packet";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Accounts } from "../../../sim/broker/accounts.js";
import { EmbeddedBroker } from "../../../sim/broker/embedded.js";
import { findMosquitto, Mosquitto } from "../../../sim/broker/mosquitto.js";
import { ROOT } from "../../../sim/engines/xs/bundle.js";
import { type InteropReport, PROBES, runInterop } from "../../../sim/trials/interop/run.js";
import { interopTable } from "../../../sim/trials/interop/table.js";
import { interopTarget, type TargetOptions } from "../../../sim/trials/interop/target.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const BOX = "INTEROP-1";
const ACCOUNTS: Accounts = {
  boxes: [{ box: BOX, username: BOX, password: "of the box" }],
  cloud: { username: "cloud", password: "of the cloud" },
};
const LOGINS = { box: BOX, user: BOX, password: "of the box", cloudUser: "cloud", cloudPassword: "of the cloud" };

const run = (
  options: Partial<TargetOptions> & { readonly url: string },
  versions: readonly (4 | 5)[],
  limitSeconds = 20,
  features?: readonly string[],
) =>
  runInterop(interopTarget({ box: BOX, ...options }), {
    versions,
    limitSeconds,
    idleSeconds: 1,
    features,
    progress: () => {},
  });

/** What is not there, as `id: why`. */
const lacking = (report: InteropReport, version: 4 | 5): string[] =>
  Object.entries(report.versions.find((one) => one.version === version)!.features)
    .filter(([, { verdict }]) => verdict === "no")
    .map(([id, { note }]) => `${id}: ${note}`);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe("the broker of npm start", () => {
  let broker: EmbeddedBroker;
  beforeAll(async () => {
    broker = await EmbeddedBroker.start({ port: 0, accounts: () => ACCOUNTS });
  });
  afterAll(() => broker.stop());

  it("has what a box needs at 3.1.1, and tells that it has no MQTT 5", async () => {
    const report = await run({ url: broker.url, ...LOGINS }, [4, 5]);
    expect(report.neededFailed).toEqual([]);
    // What aedes does not have, and no box needs.
    expect(lacking(report, 4)).toEqual(["shared: 0 of 20 arrived"]);
    expect(report.versions[1]).toMatchObject({ isOffered: false });
    expect(interopTable([report])).toContain("not offered");
  });

  /** The same broker behind something that bends what it sends to clients; undefined: it is lost. */
  async function bent(bendOne: () => (packet: Packet) => readonly Packet[]): Promise<string> {
    const port = await listen((near) => {
      const bend = bendOne();
      const far = connect(broker.port, "127.0.0.1");
      const packets = mqttPacket.parser({ protocolVersion: 4 });
      packets.on("packet", (packet) => {
        for (const one of bend(packet)) near.write(mqttPacket.generate(one));
      });
      far.on("data", (bytes) => packets.parse(bytes as Buffer));
      far.on("error", () => near.destroy());
      far.on("close", () => near.destroy());
      near.on("data", (bytes) => far.write(bytes));
      near.on("close", () => far.destroy());
    });
    return `mqtt://127.0.0.1:${port}`;
  }

  it.each([
    [
      "acknowledges nothing",
      ({ cmd }: Packet) => cmd !== "puback",
      /^up: waited 2 s for (PUBACK for the box's messages|room for the box's next message)$/,
    ],
    ["loses every tenth message", losing(10), /^down: waited 2 s for 20 messages at the box \(may its user read/],
  ])("behind a broker that %s: the box needs what is not there, in a sentence", async (_what, passes, sentence) => {
    const url = await bent(() => (packet) => (passes(packet) ? [packet] : []));
    const report = await run({ url, ...LOGINS }, [4], 2, ["up", "down"]);
    expect(report.neededFailed.length).toBeGreaterThan(0);
    expect(lacking(report, 4)).toContainEqual(expect.stringMatching(sentence));
  });

  it("behind a broker that swaps messages: the order is not kept", async () => {
    const url = await bent(() => {
      let held: Packet | undefined;
      return (packet) => {
        if (packet.cmd !== "publish") return [packet];
        const before = held;
        held = before === undefined ? packet : undefined;
        return before === undefined ? [] : [packet, before];
      };
    });
    const report = await run({ url, ...LOGINS }, [4], 3, ["down"]);
    expect(report.neededFailed).toContain("3.1.1 down");
    expect(lacking(report, 4).join()).toContain("came in place of");
  });

  it("behind a broker that doubles messages: they are seen twice", async () => {
    const url = await bent(() => (packet) => (packet.cmd === "publish" ? [packet, packet] : [packet]));
    const report = await run({ url, ...LOGINS }, [4], 3, ["down"]);
    expect(lacking(report, 4).join()).toMatch(/came (twice|in place of)/);
  });
});

function losing(every: number): (packet: Packet) => boolean {
  let seen = 0;
  return ({ cmd }) => cmd !== "publish" || ++seen % every !== 0;
}

describe.skipIf("missing" in findMosquitto() && process.env.CI !== "true")("mosquitto with TLS and an ACL", () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = new Mosquitto({ port: 0, accounts: ACCOUNTS });
    await broker.start();
  });
  afterAll(() => broker.stop());

  it("has what a box needs at 3.1.1 and at 5", async () => {
    const report = await run({ url: broker.url, ca: broker.authority, ...LOGINS }, [4, 5]);
    expect(report.neededFailed).toEqual([]);
    // $SYS is not for this user.
    expect(report.broker).toBe(broker.url);
    for (const { version, features } of report.versions) {
      // Its ACL is for topics, and it looks at its clients every few seconds.
      const beside = ["shared", "redelivery", "keepAlive"];
      expect(lacking(report, version).filter((one) => !beside.includes(one.split(":")[0]!))).toEqual([]);
      expect(features.login?.note).toMatch(/refuses user name or password|does not authorise/);
      expect(features.foreignAuthority?.note).toContain("does not verify");
    }
  });

  it("is called from the command line: table, JSON, exit code", () => {
    const folder = mkdtempSync(join(tmpdir(), "interop-"));
    closers.push(() => rmSync(folder, { recursive: true }));
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, broker.authority);
    const url = `mqtts://${BOX}:of%20the%20box@localhost:${broker.port}#ours`;
    const cloud = ["--cloud-user", "cloud", "--cloud-password", "of the cloud"];
    const args = [
      "--broker",
      url,
      "--ca",
      ca,
      "--box",
      BOX,
      "--mqtt",
      "5",
      "--idle",
      "1",
      "--feature",
      "up",
      "down",
      ...cloud,
    ];
    const text = execFileSync("npx", ["tsx", "sim/cli/interop.ts", ...args], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: "pipe",
    });
    expect(text).toContain("| ours, 5 |");
    expect(text).not.toContain("of the box");
    const last = JSON.parse(text.trimEnd().split("\n").at(-1)!);
    expect(last.neededFailed).toEqual([]);
    expect(last.brokers[0].versions[0].features.connect).toEqual({ verdict: "yes", note: "" });
  });
});

describe("what is no broker", () => {
  it.each([
    [
      "a web server",
      (socket: Socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
      "answers with a web page (HTTP 400)",
    ],
    ["what closes at once", (socket: Socket) => socket.destroy(), "the connection"],
    ["what says nothing", (socket: Socket) => socket.resume(), "waited 1 s for CONNACK for the box"],
    ["noise", (socket: Socket) => socket.write(Buffer.alloc(64, 0xfe)), "broker breaks MQTT"],
  ] as const)("%s: one sentence, and no more is tried", async (_what, serve, sentence) => {
    const port = await listen((socket) => void serve(socket));
    const report = await run({ url: `mqtt://127.0.0.1:${port}` }, [4], 1);
    expect(report.neededFailed).toEqual(["3.1.1 connect"]);
    expect(lacking(report, 4)).toHaveLength(1);
    expect(lacking(report, 4)[0]).toContain(sentence);
  });

  it("a port where nothing listens: exit code 1", () => {
    const result = command("--broker", "mqtt://127.0.0.1:9", "--limit", "2");
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("connection refused by 127.0.0.1:9");
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });
});

describe("called wrongly", () => {
  it.each([
    [{ url: "http://x" }, "broker URL http://x is not understood"],
    [{ url: "mqtt://u:geheim@" }, "broker URL mqtt:// is not understood"],
    [{ url: "mqtts://x" }, "give the certificate of the broker's with --ca FILE"],
    [{ url: "mqtt://x", user: "u" }, "give both --user and --password"],
    [{ url: "mqtt://x", cloudPassword: "p" }, "give both --cloud-user and --cloud-password"],
    [{ url: "mqtt://x", alpn: "mqtt" }, "certificates and ALPN are of TLS"],
    [{ url: "mqtt://x", box: "a/b" }, "--box a/b: 1 to 32 characters"],
  ])("%j: a sentence", (options, sentence) => {
    expect(() => interopTarget({ box: BOX, ...options })).toThrow(sentence);
  });

  it.each([
    [[], /--broker/],
    [["--broker", "mqtts://x", "--ca", "/nowhere"], /--ca \/nowhere: ENOENT/],
    [["--broker", "mqtt://x", "--cert", "c"], /--cert and --key belong together/],
    [["--broker", "mqtt://x", "--feature", "nothing"], /--feature nothing: there is no such feature/],
  ])("%j: exit code 2 and a sentence", (args, sentence) => {
    const result = command(...args);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(sentence);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });
});

it("a broker that is not there: exit code 1, and why in a line of its own", async () => {
  const port = await listen(() => {});
  await closers.pop()!();
  const result = command("--broker", `mqtt://127.0.0.1:${port}#gone`, "--limit", "3", "--idle", "1", "--mqtt", "5");
  expect(result.status, result.stderr).toBe(1);
  expect(result.stderr).toContain(
    `a box needs what is not there: gone: 5 connect: connection refused by 127.0.0.1:${port}`,
  );
});

it("every feature has a name of its own", () => {
  expect(new Set(PROBES.map(({ id }) => id)).size).toBe(PROBES.length);
  expect(readFileSync(join(ROOT, "package.json"), "utf8")).toContain('"interop"');
});

function command(...args: readonly string[]) {
  return spawnSync("npx", ["tsx", "sim/cli/interop.ts", ...args], { cwd: ROOT, encoding: "utf8" });
}
