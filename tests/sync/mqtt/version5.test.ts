import { generate, type Packet, parser } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { type Ending, MqttConnection } from "../../../firmware/sync/mqtt/connection.js";
import type { MqttVersion } from "../../../firmware/sync/mqtt/packets.js";
import type { SocketPort } from "../../../hal/ports/network.js";
import { VirtualTime } from "../../support/virtual-time.js";

const five = (packet: object) => new Uint8Array(generate(packet as Packet, { protocolVersion: 5 }));
const connack = (reasonCode: number, properties = {}) =>
  five({ cmd: "connack", reasonCode, sessionPresent: false, properties });
const suback = (code: number) => five({ cmd: "suback", messageId: 1, granted: [code] });

function open(version: MqttVersion = 5) {
  const time = new VirtualTime();
  const log: string[] = [];
  const endings: Ending[] = [];
  const sent: Packet[] = [];
  const broker = parser({ protocolVersion: version });
  broker.on("packet", (packet) => sent.push(packet));
  const socket: SocketPort & { closed: boolean } = {
    closed: false,
    validity: undefined,
    onOpen: undefined,
    onData: undefined,
    onWritable: undefined,
    onClose: undefined,
    writable: 8192,
    write(bytes) {
      broker.parse(Buffer.from(bytes));
      return bytes.length;
    },
    close() {
      this.closed = true;
    },
  };
  const connection = new MqttConnection(
    socket,
    time,
    {
      version,
      clientId: "c",
      username: "u",
      password: "p",
      will: { topic: "w", payload: Uint8Array.of(1), retain: true },
      mayRetain: true,
      filter: "down/#",
    },
    {
      objection: () => undefined,
      accepted: () => log.push("accepted"),
      subscribed: () => log.push("subscribed"),
      message: (topic) => log.push(`message ${topic}`),
      room: () => log.push("room"),
      closed: (reason, how) => {
        log.push(`closed ${reason}`);
        endings.push(how);
      },
    },
  );
  const feed = (...packets: Uint8Array[]) => {
    for (const bytes of packets) socket.onData!(bytes);
  };
  const handshake = (properties = {}) => {
    socket.onOpen!();
    feed(connack(0, properties), suback(1));
  };
  const puback = (reasonCode: number) =>
    five({ cmd: "puback", messageId: (sent.at(-1) as { messageId: number }).messageId, reasonCode });
  return { time, log, endings, sent, socket, connection, feed, handshake, puback };
}

describe("an MQTT 5 connection", () => {
  it("asks for version 5, a clean start and no packet that it could not take", () => {
    const { sent, handshake, log } = open();
    handshake();
    expect(sent[0]).toMatchObject({
      cmd: "connect",
      protocolVersion: 5,
      clean: true,
      properties: { maximumPacketSize: 8192 },
      will: { topic: "w", retain: true, qos: 1 },
    });
    expect(log).toEqual(["accepted", "subscribed"]);
  });

  it.each([
    [0x84, "broker does not speak MQTT 5", "version"],
    [0x86, "broker refuses user name or password", "login"],
    [0x87, "broker does not authorise this box", "other"],
    [0x89, "broker is busy", "busy"],
    [0x9a, "broker takes no retained messages", "other"],
    [0x9f, "broker says that connections come too fast", "busy"],
    [0xee, "broker refuses", "other"],
  ])("tells CONNACK 0x%s in words", (code, words, cause) => {
    const { log, endings, socket, feed, time } = open();
    socket.onOpen!();
    feed(connack(code));
    expect(log).toEqual([`closed ${words} (CONNACK 0x${code.toString(16)})`]);
    expect(endings[0]?.refusal).toMatchObject({ code, cause });
    expect(socket.closed).toBe(true);
    expect(time.pendingTimers).toBe(0);
  });

  it.each([[0], [1], [4]])("takes CONNACK %i of 3.1.1 for a broker without MQTT 5", (code) => {
    const { endings, socket, feed, log } = open();
    socket.onOpen!();
    for (const byte of generate({ cmd: "connack", returnCode: code, sessionPresent: false })) feed(Uint8Array.of(byte));
    expect(log).toEqual([`closed broker does not speak MQTT 5 (CONNACK ${code} of 3.1.1)`]);
    expect(endings[0]?.refusal?.cause).toBe("version");
  });

  it("sends no more at once than the broker takes", () => {
    const { connection, handshake, feed, puback } = open();
    handshake({ receiveMaximum: 2 });
    connection.publish("t", Uint8Array.of(1), false);
    connection.publish("t", Uint8Array.of(2), false);
    expect(connection.ready).toBe(false);
    feed(puback(0x10));
    expect(connection.ready).toBe(true);
  });

  it("knows how long a message may be, and ends with a sentence on a longer one", () => {
    const { connection, handshake, log, sent } = open();
    handshake({ maximumPacketSize: 1000 });
    const most = connection.payloadBytesMax("topic")!;
    connection.publish("topic", new Uint8Array(most), false);
    const bytes = generate(sent.at(-1)!, { protocolVersion: 5 }).length;
    expect(bytes).toBeLessThanOrEqual(1000);
    expect(bytes).toBeGreaterThan(980);
    connection.publish("topic", new Uint8Array(most + 1), false);
    expect(log.at(-1)).toBe(
      `closed broker takes messages of ${most} bytes, and one of ${most + 1} is due: raise its limit`,
    );
  });

  it("retains nothing where nothing is retained", () => {
    const { connection, handshake, sent } = open();
    handshake({ retainAvailable: false });
    connection.publish("t", Uint8Array.of(1), true);
    expect(sent.at(-1)).toMatchObject({ cmd: "publish", retain: false });
  });

  it.each([
    [{ maximumQoS: 0 }, "broker takes QoS 0 only: allow QoS 1 there, or use another broker"],
    [{ wildcardSubscriptionAvailable: false }, "broker has no wildcard subscriptions: allow them, or use another"],
    [{ maximumPacketSize: 100 }, "broker takes packets of 100 bytes at most: allow 4,400"],
  ])("does not go on with %j", (properties, reason) => {
    const { handshake, log } = open();
    handshake(properties);
    expect(log).toEqual([`closed ${reason}`]);
  });

  it("pings as often as the broker wants, and never more seldom than by itself", () => {
    for (const [serverKeepAlive, dueMs] of [
      [20, 15_000],
      [600, 45_000],
    ] as const) {
      const { handshake, time, sent } = open();
      handshake({ serverKeepAlive });
      time.run(dueMs - 1);
      expect(sent.at(-1)?.cmd).toBe("subscribe");
      time.run(1);
      expect(sent.at(-1)?.cmd).toBe("pingreq");
    }
  });

  it("tells why the broker ends it, why it refuses a subscription and why a message", () => {
    const ended = open();
    ended.handshake();
    ended.feed(five({ cmd: "disconnect", reasonCode: 0x8e }));
    expect(ended.log.at(-1)).toBe("closed another client took this client identifier (DISCONNECT 0x8e)");
    expect(ended.endings[0]).toMatchObject({ isFarEnd: true, refusal: { cause: "taken" } });
    const unsubscribed = open();
    unsubscribed.socket.onOpen!();
    unsubscribed.feed(connack(0), suback(0x87));
    expect(unsubscribed.log.at(-1)).toBe(
      "closed subscription refused: broker does not authorise this box (SUBACK 0x87)",
    );
    const refused = open();
    refused.handshake();
    refused.connection.publish("t", Uint8Array.of(1), true);
    refused.feed(refused.puback(0x97));
    expect(refused.log.at(-1)).toBe("closed message refused: broker says that a quota is used up (PUBACK 0x97)");
    expect(refused.endings[0]?.unanswered).toBe("retained");
  });

  it("is told by its ending when CONNECT got no answer", () => {
    const { socket, time, endings, log } = open();
    socket.onOpen!();
    time.run(20_000);
    expect(log).toEqual(["closed no CONNACK in time"]);
    expect(endings[0]).toMatchObject({ isMute: true });
    const unopened = open();
    unopened.time.run(20_000);
    expect(unopened.endings[0]?.isMute).toBe(false);
  });
});

describe.each([[4], [5]] as const)("what is no broker, at version %i", (version) => {
  const text = (words: string) => Uint8Array.from(Buffer.from(words));

  it.each([
    ["HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n", "answers with a web page (HTTP 302): sign in to"],
    ["HTTP/1.0 400 Bad Request\r\n\r\n", "answers with a web page (HTTP 400): sign in to"],
    ["<html><title>Welcome</title>", "answers with a web page: sign in to"],
    ["\x15\x03\x03\x00\x02\x02\x28", "answers in TLS: provision the broker's authority"],
    ["SSH-2.0-OpenSSH_9.2\r\n", "broker breaks MQTT: "],
  ])("is named: %j", (words, reason) => {
    const { socket, feed, log, endings } = open(version);
    socket.onOpen!();
    feed(text(words));
    expect(log).toHaveLength(1);
    expect(log[0]).toContain(`closed ${reason}`);
    expect(endings[0]?.isFarEnd).toBe(false);
  });

  it("is named from its first byte on", () => {
    const { socket, feed, log } = open(version);
    socket.onOpen!();
    for (const byte of text("HTTP/1.1 511 Network Authentication Required\r\n")) feed(Uint8Array.of(byte));
    expect(log).toEqual(["closed answers with a web page: sign in to this network, or mend the broker's port"]);
  });
});
