import fc from "fast-check";
import mqtt, { generate, type Packet } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../sim/broker/virtual/endpoint.js";
import { isTopicFilter, isTopicName, topicMatches } from "../../sim/broker/virtual/topics.js";
import { VirtualBroker, type VirtualBrokerOptions } from "../../sim/broker/virtual/virtual-broker.js";
import { VirtualTime } from "../support/virtual-time.js";

const SEED = 314;

function makeBroker(options: Partial<VirtualBrokerOptions> = {}) {
  const time = new VirtualTime();
  return { time, broker: new VirtualBroker({ scheduler: time, ...options }) };
}

/** A stream to the broker and what came back on it. */
function dial(broker: VirtualBroker) {
  const got: Packet[] = [];
  const parser = mqtt.parser({ protocolVersion: 4 });
  parser.on("packet", (packet: Packet) => got.push(packet));
  const endpoint: Endpoint & { closed: number } = {
    closed: 0,
    onData: undefined,
    onClose: undefined,
    write: (bytes) => void parser.parse(Buffer.from(bytes)),
    close() {
      this.closed++;
    },
  };
  broker.accept(endpoint);
  const send = (packet: object) => endpoint.onData?.(generate(packet as Packet));
  return { got, endpoint, send };
}

function client(broker: VirtualBroker, clientId: string, connect: object = {}, ...filters: string[]) {
  const stream = dial(broker);
  stream.send({ cmd: "connect", clientId, keepalive: 0, ...connect });
  if (filters.length > 0) {
    stream.send({ cmd: "subscribe", messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 1 })) });
  }
  const messages = () =>
    stream.got.flatMap((packet) => (packet.cmd === "publish" ? [`${packet.topic} ${packet.payload}`] : []));
  return { ...stream, messages };
}

const will = (payload: string) => ({ will: { topic: "will", payload, qos: 1, retain: true } });
const publish = (topic: string, payload: string, more: object = {}) => ({ cmd: "publish", topic, payload, ...more });

describe("the virtual broker", () => {
  it("loses everything in a crash but, if asked, what it retained; no will is sent; local subscribers stay", () => {
    for (const keepRetained of [true, false]) {
      const { broker, time } = makeBroker();
      const heard: string[] = [];
      broker.subscribe("#", ({ topic }) => heard.push(topic));
      const one = client(broker, "one", will("gone"), "#");
      one.send(publish("kept", "x", { retain: true }));
      broker.crash({ keepRetained });
      expect(one.endpoint.closed).toBe(1);
      expect(broker.connections).toEqual([]);
      expect([...broker.retained.keys()]).toEqual(keepRetained ? ["kept"] : []);
      expect(time.pendingTimers).toBe(0);
      expect(dial(broker).endpoint.closed).toBe(1);
      broker.publish({ topic: "lost", payload: new Uint8Array(1), qos: 1, retain: false });
      one.endpoint.onData?.(generate({ cmd: "pingreq" }));
      one.endpoint.onClose?.();
      broker.restart();
      const two = client(broker, "two", {}, "#");
      expect(two.messages()).toEqual(keepRetained ? ["kept x"] : []);
      expect(heard).toEqual(["kept"]);
    }
  });

  it("asks who may connect, publish and subscribe", () => {
    const asked: unknown[] = [];
    const { broker } = makeBroker({
      authenticate: (...who) => {
        asked.push(who);
        return who[2] === "right";
      },
      authorize: (...what) => {
        asked.push(what);
        return what[2] !== "no";
      },
    });
    const refused = client(broker, "a", { username: "u", password: "wrong" });
    expect(refused.got).toMatchObject([{ cmd: "connack", returnCode: 4 }]);
    expect(refused.endpoint.closed).toBe(1);
    const taken = client(broker, "a", { username: "u", password: "right" }, "no", "yes");
    expect(taken.got[1]).toMatchObject({ cmd: "suback", granted: [0x80, 1] });
    taken.send(publish("no", "1", { qos: 1, messageId: 5 }));
    taken.send(publish("yes", "2", { qos: 1, messageId: 6 }));
    expect(taken.got.filter(({ cmd }) => cmd === "puback")).toMatchObject([{ messageId: 5 }, { messageId: 6 }]);
    expect(taken.messages()).toEqual(["yes 2"]);
    expect(asked).toEqual([
      ["a", "u", "wrong"],
      ["a", "u", "right"],
      ["a", "subscribe", "no"],
      ["a", "subscribe", "yes"],
      ["a", "publish", "no"],
      ["a", "publish", "yes"],
    ]);
  });

  it("gives a message once, at the highest QoS of the filters that match", () => {
    const { broker } = makeBroker();
    const one = client(broker, "one");
    one.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [
        { topic: "a/#", qos: 0 },
        { topic: "a/+", qos: 2 },
      ],
    });
    expect(one.got[1]).toMatchObject({ granted: [0, 1] });
    one.send(publish("a/b", "x", { qos: 1, messageId: 2 }));
    expect(one.got.filter(({ cmd }) => cmd === "publish")).toMatchObject([{ qos: 1, messageId: 1 }]);
    expect(broker.connections[0]!.unacknowledged).toBe(1);
    one.send({ cmd: "puback", messageId: 1 });
    expect(broker.connections[0]!.unacknowledged).toBe(0);
  });

  it("ends silent clients after one and a half keep-alives, and streams without CONNECT after 30 s", () => {
    const { broker, time } = makeBroker();
    const watcher = client(broker, "watcher", {}, "will");
    const silent = client(broker, "silent", { keepalive: 60, ...will("silent") });
    const mute = dial(broker);
    time.run(29_999);
    expect(mute.endpoint.closed).toBe(0);
    time.run(1);
    expect(mute.endpoint.closed).toBe(1);
    silent.send({ cmd: "pingreq" });
    time.run(89_999);
    expect(silent.endpoint.closed).toBe(0);
    time.run(1);
    expect(silent.endpoint.closed).toBe(1);
    expect(watcher.messages()).toEqual(["will silent"]);
  });

  it("publishes the will before the taker-over does anything", () => {
    const { broker } = makeBroker();
    const watcher = client(broker, "watcher", {}, "#");
    const first = client(broker, "box", will("first"));
    const second = client(broker, "box");
    second.send(publish("then", "second"));
    expect(first.endpoint.closed).toBe(1);
    expect(watcher.messages()).toEqual(["will first", "then second"]);
    first.endpoint.onClose?.();
    expect(broker.connections.map(({ clientId }) => clientId)).toEqual(["watcher", "box"]);
    broker.disconnect("box");
    expect(broker.connections).toHaveLength(1);
  });

  it.each([
    ["a second CONNECT", { cmd: "connect", clientId: "x" }],
    ["QoS 2", publish("t", "x", { qos: 2, messageId: 1 })],
    ["a publish to a filter", publish("t/+", "x")],
    ["a publish to nothing", publish("", "x")],
    ["a malformed filter", { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a#", qos: 0 }] }],
    ["identifier 0", publish("t", "x", { qos: 1, messageId: 0 })],
    ["a packet for clients", { cmd: "pingresp" }],
  ])("closes on %s, with the will", (_name, packet) => {
    const { broker } = makeBroker();
    const watcher = client(broker, "watcher", {}, "will");
    const bad = client(broker, "bad", will("bad"));
    bad.send(packet);
    expect(bad.endpoint.closed).toBe(1);
    expect(watcher.messages()).toEqual(["will bad"]);
  });

  it("closes on an empty SUBSCRIBE and on a packet over the bound", () => {
    const { broker } = makeBroker({ maxPacketBytes: 10_000 });
    const empty = client(broker, "empty");
    empty.endpoint.onData!(Uint8Array.of(0x82, 2, 0, 1));
    expect(empty.endpoint.closed).toBe(1);
    const long = client(broker, "long");
    long.send(publish("t", "x".repeat(9_990)));
    expect(long.endpoint.closed).toBe(0);
    long.send(publish("t", "x".repeat(10_000)));
    expect(long.endpoint.closed).toBe(1);
  });

  it("refuses other protocol versions with code 1, and an empty identifier for a lasting session with 2", () => {
    const { broker } = makeBroker();
    expect(client(broker, "x", { protocolId: "MQIsdp", protocolVersion: 3 }).got).toMatchObject([{ returnCode: 1 }]);
    const lasting = dial(broker);
    lasting.endpoint.onData!(Uint8Array.of(0x10, 12, 0, 4, 77, 81, 84, 84, 4, 0, 0, 0, 0, 0));
    expect(lasting.got).toMatchObject([{ returnCode: 2 }]);
    expect(client(broker, "").got).toMatchObject([{ returnCode: 0 }]);
  });

  it("throws nothing, whatever a client sends", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }), fc.boolean(), (chunks, connected) => {
        const { broker, time } = makeBroker();
        const stream = connected ? client(broker, "x", {}, "#") : dial(broker);
        for (const chunk of chunks) stream.endpoint.onData?.(chunk);
        time.run(100_000);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it("refuses its owner topics and filters that are none", () => {
    const { broker } = makeBroker();
    expect(() => broker.publish({ topic: "a/#", payload: new Uint8Array(1), qos: 0, retain: false })).toThrow(
      "topic name",
    );
    expect(() => broker.subscribe("a/#/b", () => {})).toThrow("topic filter");
    const heard: string[] = [];
    const end = broker.subscribe("a", ({ topic }, from) => heard.push(`${topic} ${from}`));
    client(broker, "one").send(publish("a", "x"));
    end();
    broker.publish({ topic: "a", payload: new Uint8Array(1), qos: 0, retain: false });
    expect(heard).toEqual(["a one"]);
  });
});

describe("topics", () => {
  it.each([
    ["a/b", "a/b", true],
    ["a/b", "a/b/", false],
    ["a/+", "a/", true],
    ["a/+", "a", false],
    ["a/+/c", "a/b/c", true],
    ["+", "a/b", false],
    ["+/+", "/a", true],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["a/#", "ab", false],
    ["#", "a/b", true],
    ["#", "$SYS/x", false],
    ["+/x", "$SYS/x", false],
    ["$SYS/#", "$SYS/x", true],
  ])("%s and %s: %s", (filter, topic, matches) => {
    expect(topicMatches(filter, topic)).toBe(matches);
  });

  it("are checked", () => {
    for (const filter of ["", "a#", "#/a", "a/b+", "a/#/b", "a\0"]) expect(isTopicFilter(filter), filter).toBe(false);
    for (const filter of ["#", "+", "/", "a/+/#", "+/b"]) expect(isTopicFilter(filter), filter).toBe(true);
    for (const topic of ["", "a/+", "#", "a\0"]) expect(isTopicName(topic), topic).toBe(false);
    expect(isTopicName("/a b/é")).toBe(true);
  });
});
