import { connect, createServer, type Socket } from "node:net";
import mqttPacket, { type Packet } from "mqtt-packet";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { VirtualBrokerOptions } from "../../../sim/broker/virtual/virtual-broker.js";
import { type InteropReport, runInterop } from "../../../sim/trials/interop/run.js";
import { interopTarget, type TargetOptions } from "../../../sim/trials/interop/target.js";
import { Random } from "../../../sim/world/random.js";
import { listen } from "../../broker/listen.js";
import { virtualOnSockets } from "../../broker/virtual-on-sockets.js";

vi.setConfig({ testTimeout: 120_000 });

/** Brokers that nobody here can start do each of these: what the suite says of it, and whether a box can live with it. */

const BOX = "BOX-7KQ2M9XW4R";
const TRAFFIC = ["up", "down", "order", "batch", "retained", "will", "takeover", "cleanStart", "reconnect"];

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function brokerLike(like: Omit<VirtualBrokerOptions, "scheduler">): Promise<number> {
  const broker = await virtualOnSockets(like);
  closers.push(() => broker.stop());
  return broker.port;
}

interface Asked extends Partial<TargetOptions> {
  readonly versions?: readonly (4 | 5)[];
  readonly features?: readonly string[];
  readonly limitSeconds?: number;
}

const ask = (port: number, { versions = [5], features = TRAFFIC, limitSeconds = 20, ...target }: Asked = {}) =>
  runInterop(interopTarget({ url: `mqtt://127.0.0.1:${port}#quirk`, box: BOX, ...target }), {
    versions,
    limitSeconds,
    idleSeconds: 1,
    features,
    progress: () => {},
  });

/** What is not there, as `id: why`. */
const lacking = ({ versions }: InteropReport): string[] =>
  versions.flatMap(({ features }) =>
    Object.entries(features)
      .filter(([, { verdict }]) => verdict !== "yes")
      .map(([id, { note }]) => `${id}: ${note}`),
  );

describe("a box can live with a broker that", () => {
  it("retains nothing", async () => {
    const report = await ask(await brokerLike({ limits: { retainAvailable: false } }));
    expect(report.neededFailed).toEqual([]);
    expect(report.versions[0]!.features.connect!.note).toMatch(/^no retained will: takes no retained messages/);
    expect(lacking(report)).toEqual(["retained: it takes no retained will, so the box retains nothing"]);
  });

  it("takes no will", async () => {
    const port = await brokerLike({ versions: [4], judge: ({ will }) => (will === undefined ? 0 : 5) });
    const report = await ask(port, { versions: [4] });
    expect(report.neededFailed).toEqual([]);
    expect(lacking(report)).toEqual([
      "will: it takes no will",
      "retained: it takes no retained will, so the box retains nothing",
    ]);
  });

  it("takes client identifiers of 23 characters at most, for a box whose own has no more", async () => {
    const port = await brokerLike({ judge: ({ clientId }) => (clientId.length > 23 ? 2 : 0) });
    const report = await ask(port, {
      features: [...TRAFFIC, "shared", "redelivery", "sessionExpiry"],
    });
    expect(report.neededFailed).toEqual([]);
    expect(lacking(report).filter((one) => one.includes("identifier"))).toEqual([]);
    const longer = await ask(port, { box: "MUCH-TOO-LONG-FOR-THAT-BROKER", limitSeconds: 3 });
    expect(longer.neededFailed).toEqual(["5 connect"]);
    expect(lacking(longer)[0]).toMatch(/broker refuses this client identifier/);
  });

  it("takes small packets only: batches are smaller", async () => {
    const report = await ask(await brokerLike({ limits: { maximumPacketSize: 1_300 }, maxPacketBytes: 1_300 }), {
      features: [...TRAFFIC, "maximumPacketSize"],
    });
    expect(report.neededFailed).toEqual([]);
    expect(report.versions[0]!.features.batch!.note).toMatch(/^1\d\d\d bytes up: batches are smaller$/);
    expect(lacking(report)).toEqual(["maximumPacketSize: 1300 bytes: batches are smaller"]);
  });

  it("bears few messages that are not acknowledged, and ends who sends more", async () => {
    const port = await inFront(await brokerLike({ limits: { receiveMaximum: 4 } }), fewUnacknowledged(4));
    const report = await ask(port, { features: [...TRAFFIC, "receiveMaximum"] });
    expect(report.neededFailed).toEqual([]);
    expect(lacking(report)).toEqual(["receiveMaximum: 4: the box waits more often"]);
  });

  it("sets the keep-alive itself", async () => {
    const report = await ask(await brokerLike({ limits: { serverKeepAlive: 30 } }), {
      features: ["keepAlive", "serverKeepAlive", "idle"],
    });
    expect(lacking(report)).toEqual(["keepAlive: the broker sets 30 s itself"]);
    expect(report.versions[0]!.features.serverKeepAlive!.note).toBe("30 s");
  });

  it("has no shared subscriptions, and no topics of many levels", async () => {
    const authorize: VirtualBrokerOptions["authorize"] = (_client, _action, topic) =>
      topic.split("/").length <= 5 && !topic.startsWith("$");
    const report = await ask(await brokerLike({ authorize }), { features: [...TRAFFIC, "shared"] });
    expect(report.neededFailed).toEqual([]);
    expect(lacking(report)).toEqual([expect.stringMatching(/^shared: subscription to \$share\/.* is refused/)]);
  });

  it.each(["code", "close", "mute"] as const)("answers MQTT 5 with a %s, and speaks 3.1.1", async (unspoken) => {
    const report = await ask(await brokerLike({ versions: [4], unspoken }), {
      versions: [4, 5],
      features: ["up"],
      limitSeconds: 3,
    });
    expect(report.versions.map(({ isOffered }) => isOffered)).toEqual([true, false]);
    expect(report.neededFailed).toEqual([]);
  });
});

describe("a box cannot live with a broker that", () => {
  it.each([
    ["takes QoS 0 only", { maximumQoS: 0 as const }, /takes QoS 0 only: allow QoS 1 there/],
    ["has no wildcards", { wildcardSubscriptionAvailable: false }, /no wildcard subscriptions: allow them/],
    ["takes tiny packets", { maximumPacketSize: 200 }, /takes packets of 200 bytes at most: allow 4,400/],
  ])("%s: the way out is told", async (_what, limits, sentence) => {
    const report = await ask(await brokerLike({ limits }), { limitSeconds: 3 });
    expect(report.neededFailed).toEqual(["5 connect"]);
    expect(lacking(report)[0]).toMatch(sentence);
  });

  it("drops what its rules forbid without a word: whose rights to look at is told", async () => {
    const authorize: VirtualBrokerOptions["authorize"] = (_client, action, topic) =>
      action === "subscribe" || !topic.includes("/up/");
    const report = await ask(await brokerLike({ authorize }), {
      versions: [4],
      features: ["up", "down"],
      limitSeconds: 2,
    });
    expect(report.neededFailed).toEqual(["3.1.1 up"]);
    expect(lacking(report)).toEqual([
      "up: waited 2 s for 20 messages at the cloud (may its user read them, and the box's write them?)",
    ]);
  });

  it("refuses a publish by its code: the code is told in words", async () => {
    const authorize: VirtualBrokerOptions["authorize"] = (_client, action, topic) =>
      action === "subscribe" || !topic.includes("/up/");
    const report = await ask(await brokerLike({ authorize }), { features: ["up"], limitSeconds: 3 });
    expect(lacking(report)).toEqual(["up: message refused: broker does not authorise this box (PUBACK 0x87)"]);
  });

  it("ends a connection for a publish that is not allowed", async () => {
    const isAllowed: Judge = (packet, direction) =>
      direction === "down" || packet.cmd !== "publish" || !packet.topic.endsWith("/up/records");
    const port = await inFront(await brokerLike({}), () => isAllowed);
    const report = await ask(port, { features: ["up", "down"], limitSeconds: 3 });
    expect(report.neededFailed).toEqual(["5 up"]);
    expect(lacking(report)[0]).toMatch(/^up: (broker closed the connection|connection reset)/);
  });
});

it.each([1, 2, 3, 4, 5, 6])(
  "a broker that answers anything at all is reported on, not hung or fallen over, seed %i",
  async (seed) => {
    const random = new Random(seed);
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        for (let i = random.int(3); i >= 0; i--) socket.write(anything(random));
        if (random.next() < 0.1) socket.destroy();
      });
    });
    const { port, stop } = await listen(server);
    closers.push(stop);
    const report = await ask(port, {
      versions: [4, 5],
      features: ["up", "down", "login", "shared", "keepAlive"],
      limitSeconds: 1,
    });
    expect(report.versions).toHaveLength(2);
    expect(report.neededFailed.length, `seed ${seed}`).toBeGreaterThan(0);
  },
);

/** A good packet that is out of place, or noise. */
function anything(random: Random): Uint8Array {
  const good: readonly Packet[] = [
    { cmd: "connack", returnCode: 0, sessionPresent: false },
    { cmd: "suback", messageId: 1, granted: [1] },
    { cmd: "suback", messageId: random.int(5), granted: [128] },
    { cmd: "puback", messageId: random.int(5) },
    { cmd: "pingresp" },
    { cmd: "publish", topic: "smartbox/x/down/ack", payload: "x", qos: 1, messageId: 9, dup: false, retain: false },
    { cmd: "unsuback", messageId: 2, granted: [] },
  ];
  if (random.next() < 0.2) return random.bytes(1 + random.int(20));
  const bytes = mqttPacket.generate(random.pick(good));
  return random.next() < 0.2 ? bytes.subarray(0, 1 + random.int(bytes.length)) : bytes;
}

type Judge = (packet: Packet, direction: "up" | "down") => boolean;

/** In front of `target`, whose answers come a little late: `judged` sees each packet of a connection; false: the connection ends. */
async function inFront(target: number, judged: () => Judge): Promise<number> {
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    const isTaken = judged();
    const carry = (from: Socket, to: Socket, direction: "up" | "down", delayMs: number) => {
      const packets = mqttPacket.parser({ protocolVersion: 5 });
      packets.on("packet", (packet) => {
        if (!isTaken(packet, direction)) near.destroy();
      });
      from.on("error", () => {});
      from.on("close", () => to.destroy());
      from.on("data", (bytes) =>
        setTimeout(() => {
          packets.parse(bytes as Buffer);
          to.write(bytes);
        }, delayMs),
      );
    };
    carry(near, far, "up", 0);
    carry(far, near, "down", 2);
  });
  const { port, stop } = await listen(server);
  closers.push(stop);
  return port;
}

/** More messages than `most` that are not acknowledged are too many. */
function fewUnacknowledged(most: number): () => Judge {
  return () => {
    let unacknowledged = 0;
    return (packet, direction) => {
      if (direction === "down" && packet.cmd === "puback") unacknowledged--;
      if (direction === "up" && packet.cmd === "publish" && packet.qos === 1) unacknowledged++;
      return unacknowledged <= most;
    };
  };
}
