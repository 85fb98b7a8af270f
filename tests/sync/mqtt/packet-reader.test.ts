import fc from "fast-check";
import mqtt from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { PacketReader } from "../../../firmware/sync/mqtt/packet-reader.js";
import { encodePacket as encode } from "../../../firmware/sync/mqtt/packet-writer.js";
import { type IncomingPacket, MqttError, type OutgoingPacket } from "../../../firmware/sync/mqtt/packets.js";

const SEED = 99;
const encodePacket = (packet: OutgoingPacket) => encode(packet, 4);

/** The stream's packets, fed in pieces of `size` bytes. */
function read(bytes: Uint8Array, size = 4096): IncomingPacket[] {
  const reader = new PacketReader(4, 8192);
  const packets: IncomingPacket[] = [];
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.slice(at, at + size), (p) => packets.push(p));
  return packets;
}

const stream = Buffer.concat([
  mqtt.generate({ cmd: "connack", returnCode: 0, sessionPresent: false }),
  mqtt.generate({ cmd: "suback", messageId: 1, granted: [1] }),
  mqtt.generate({
    cmd: "publish",
    messageId: 7,
    qos: 1,
    dup: true,
    retain: false,
    topic: "a/é",
    payload: Buffer.from([1, 2]),
  }),
  mqtt.generate({ cmd: "publish", qos: 0, dup: false, retain: false, topic: "b", payload: Buffer.alloc(3000, 5) }),
  mqtt.generate({ cmd: "puback", messageId: 0xffff }),
  mqtt.generate({ cmd: "pingresp" }),
]);

describe("the packet reader", () => {
  it.each([1, 2, 7, 1024, 100_000])("finds the packets of a stream in pieces of %i bytes", (size) => {
    const packets = read(stream, size);
    expect(packets.map(({ cmd }) => cmd)).toEqual(["connack", "suback", "publish", "publish", "puback", "pingresp"]);
    expect(packets[0]).toEqual({ cmd: "connack", version: 4, code: 0, limits: {} });
    expect(packets[1]).toEqual({ cmd: "suback", messageId: 1, granted: [1] });
    expect(packets[2]).toMatchObject({ messageId: 7, topic: "a/é" });
    expect([...(packets[2] as { payload: Uint8Array }).payload]).toEqual([1, 2]);
    expect(packets[3]).toMatchObject({ messageId: undefined, topic: "b" });
    expect((packets[3] as { payload: Uint8Array }).payload.length).toBe(3000);
    expect(packets[4]).toEqual({ cmd: "puback", messageId: 0xffff, code: 0 });
  });

  it.each([
    ["a packet type that is none", [0x00, 0x00]],
    ["a length of five bytes", [0x30, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ["flags that must be zero", [0x41, 0x02, 0, 1]],
    ["an empty CONNACK", [0x20, 0x00]],
    ["a CONNACK of one byte", [0x20, 0x01, 0x00, 0x20]],
    ["a PUBACK of one byte", [0x40, 0x01, 0x00, 0x40, 0x02]],
    ["an empty PUBACK", [0x40, 0x00]],
    ["a PUBACK for 0", [0x40, 0x02, 0x00, 0x00]],
    ["a PUBACK of three bytes", [0x40, 0x03, 0x00, 0x01, 0x00]],
    ["a PINGRESP with a body", [0xd0, 0x01, 0x00]],
    ["a SUBACK with a code that is none", [0x90, 0x03, 0x00, 0x01, 0x07]],
    ["an empty SUBACK", [0x90, 0x00]],
    ["a topic longer than its packet", [0x30, 0x03, 0x00, 0x09, 0x61]],
    ["a PUBLISH of QoS 2", [0x34, 0x05, 0x00, 0x01, 0x61, 0x00, 0x01]],
    ["a PUBLISH of QoS 3", [0x36, 0x05, 0x00, 0x01, 0x61, 0x00, 0x01]],
    ["a PUBLISH at QoS 1 without identifier", [0x32, 0x03, 0x00, 0x01, 0x61]],
    ["a packet for brokers", [0xc0, 0x00]],
    ["a CONNECT of MQTT 5", [...mqtt.generate({ cmd: "connect", clientId: "x", protocolVersion: 5 } as never)]],
  ])("refuses %s", (_name, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow(MqttError);
  });

  it("refuses a packet over the bound as soon as it is announced, and takes one at the bound", () => {
    const publish = (payloadBytes: number) =>
      mqtt.generate({
        cmd: "publish",
        qos: 0,
        dup: false,
        retain: false,
        topic: "t",
        payload: Buffer.alloc(payloadBytes),
      });
    expect(read(publish(8192 - 3))).toHaveLength(1);
    expect(() => read(publish(8192 - 2))).toThrow("packet of 8193 bytes announced");
    expect(() => read(publish(8192 - 2), 100_000)).toThrow("packet of 8193 bytes announced");
    expect(() => read(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f))).toThrow("packet of 268435455 bytes announced");
  });

  it("throws nothing but MqttError, whatever comes", () => {
    const attempt = (bytes: Uint8Array, size: number) => {
      try {
        read(bytes, size);
      } catch (error) {
        if (!(error instanceof MqttError)) throw error;
      }
    };
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(200),
        fc.integer({ min: 1, max: 255 }),
        (noise, size, at, mask) => {
          attempt(noise, size);
          const changed = Uint8Array.from(stream);
          changed[at % changed.length]! ^= mask;
          attempt(changed, size);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it("lets what its visitor throws through", () => {
    const reader = new PacketReader(4, 8192);
    expect(() =>
      reader.feed(stream, () => {
        throw new TypeError("cut");
      }),
    ).toThrow(TypeError);
  });
});

describe("the packet writer", () => {
  it("writes the same bytes as mqtt-packet's own generator", () => {
    const payload = Uint8Array.of(0, 128, 255);
    const will = { topic: "w/ü", payload, retain: true };
    const connect = { cmd: "connect" as const, clientId: "c", username: "ü🔑", password: "p", keepalive: 60, will };
    const stock = (packet: object) => new Uint8Array(mqtt.generate(packet as never));
    expect(encodePacket(connect)).toEqual(
      stock({
        ...connect,
        clean: true,
        protocolVersion: 4,
        will: { ...will, payload: Buffer.from(payload), qos: 1, retain: true },
      }),
    );
    const { will: _, ...bare } = connect;
    expect(encodePacket({ ...connect, will: undefined })).toEqual(stock({ ...bare, clean: true, protocolVersion: 4 }));
    expect(encodePacket({ ...connect, will: { ...will, retain: false } })).toEqual(
      stock({
        ...bare,
        clean: true,
        protocolVersion: 4,
        will: { ...will, payload: Buffer.from(payload), qos: 1, retain: false },
      }),
    );
    for (const retain of [true, false]) {
      const publish = { cmd: "publish" as const, messageId: 513, topic: "a/ü", payload, retain };
      expect(encodePacket(publish)).toEqual(stock({ ...publish, payload: Buffer.from(payload), qos: 1 }));
    }
    expect(encodePacket({ cmd: "subscribe", messageId: 1, topic: "a/#" })).toEqual(
      stock({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a/#", qos: 1 }] }),
    );
    expect(encodePacket({ cmd: "puback", messageId: 65_535 })).toEqual(Uint8Array.of(0x40, 2, 255, 255));
    expect(encodePacket({ cmd: "pingreq" })).toEqual(Uint8Array.of(0xc0, 0));
  });

  it("refuses what MQTT cannot say", () => {
    expect(() =>
      encodePacket({
        cmd: "connect",
        clientId: "c",
        username: "u",
        password: "p",
        keepalive: 70_000,
        will: { topic: "t", payload: new Uint8Array(1), retain: true },
      }),
    ).toThrow(RangeError);
  });
});
