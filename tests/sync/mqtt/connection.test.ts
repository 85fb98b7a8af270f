import { generate } from "mqtt-packet";
import { describe, expect, it, vi } from "vitest";
import { type Ending, MqttConnection } from "../../../firmware/sync/mqtt/connection.js";
import type { MqttVersion } from "../../../firmware/sync/mqtt/packets.js";
import type { SocketPort } from "../../../hal/ports/network.js";
import { VirtualTime } from "../../support/virtual-time.js";

// One test goes round all message identifiers.
vi.setConfig({ testTimeout: 60_000 });

const connack = (returnCode: number) => generate({ cmd: "connack", returnCode, sessionPresent: false });
const suback = (code: number, messageId = 1) => generate({ cmd: "suback", messageId, granted: [code] });
const message = (messageId: number) =>
  generate({ cmd: "publish", messageId, qos: 1, dup: false, retain: false, topic: "t", payload: Buffer.from("x") });

function open(mayRetain = true, objection?: string, version: MqttVersion = 4) {
  const time = new VirtualTime();
  const log: string[] = [];
  const endings: Ending[] = [];
  const written: Uint8Array[] = [];
  const socket: SocketPort & { room: number; closed: boolean } = {
    room: 100_000,
    closed: false,
    validity: undefined,
    onOpen: undefined,
    onData: undefined,
    onWritable: undefined,
    onClose: undefined,
    get writable() {
      return this.room;
    },
    write(bytes) {
      const taken = Math.min(bytes.length, this.room);
      this.room -= taken;
      if (taken > 0) written.push(bytes.slice(0, taken));
      return taken;
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
      mayRetain,
      filter: "down/#",
    },
    {
      objection: () => objection,
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
  const feed = (bytes: Uint8Array) => socket.onData!(new Uint8Array(bytes));
  const handshake = () => {
    socket.onOpen!();
    feed(connack(0));
    feed(suback(1));
  };
  return { time, log, endings, written, socket, connection, feed, handshake };
}

describe("an MQTT connection", () => {
  it.each([
    [1, "broker does not speak MQTT 3.1.1"],
    [2, "broker refuses this client identifier"],
    [3, "broker is not available"],
    [4, "broker refuses user name or password"],
    [5, "broker does not authorise this box"],
    [77, "broker refuses"],
  ])("tells CONNACK %i in words", (code, words) => {
    const { log, endings, socket, feed, time } = open();
    socket.onOpen!();
    feed(connack(code));
    expect(log).toEqual([`closed ${words} (CONNACK ${code})`]);
    expect(endings).toEqual([
      { refusal: { code, cause: expect.any(String), words: `${words} (CONNACK ${code})` }, isFarEnd: false },
    ]);
    expect(socket.closed).toBe(true);
    expect(time.pendingTimers).toBe(0);
  });

  it("writes nothing over a socket that somebody objects to, and tells why", () => {
    const { log, endings, socket, written, time } = open(true, "certificate ended");
    socket.onOpen!();
    expect([log, written, socket.closed]).toEqual([["closed certificate ended"], [], true]);
    expect(endings).toEqual([{ isFarEnd: false }]);
    expect(time.pendingTimers).toBe(0);
  });

  it.each([
    ["a refused subscription", [connack(0), suback(0x80)], "broker refuses the subscription"],
    ["a SUBACK for something else", [connack(0), suback(1, 9)], "broker answers SUBSCRIBE wrongly"],
    ["another packet than CONNACK first", [suback(1)], "broker answers CONNECT with suback"],
    ["a second CONNACK", [connack(0), suback(1), connack(0)], "broker sends connack out of turn"],
    ["noise", [Buffer.from([0xff, 0xff, 0xff])], "broker breaks MQTT: Not supported"],
  ])("ends on %s", (_name, packets, reason) => {
    const { log, socket, feed } = open();
    socket.onOpen!();
    for (const packet of packets) feed(packet);
    expect(log.at(-1)).toMatch(/^closed /);
    if (reason.includes("MQTT:")) expect(log.at(-1)).toMatch(/^closed broker breaks MQTT: /);
    else expect(log.at(-1)).toBe(`closed ${reason}`);
  });

  it("waits 20 s for SUBACK, and takes messages before it", () => {
    const { log, socket, feed, time } = open();
    socket.onOpen!();
    feed(connack(0));
    feed(message(3));
    expect(log).toEqual(["accepted", "message t"]);
    time.run(20_000);
    expect(log.at(-1)).toBe("closed no SUBACK in time");
  });

  it("tells why the socket closed", () => {
    const { log, socket, handshake } = open();
    handshake();
    socket.onClose!("certificate is not trusted");
    expect(log.at(-1)).toBe("closed certificate is not trusted");
    const clean = open();
    clean.socket.onClose!();
    expect(clean.log).toEqual(["closed broker closed the connection"]);
  });

  it("tells what the far end had not answered when it closed", () => {
    const silent = open();
    silent.socket.onOpen!();
    silent.socket.onClose!();
    expect(silent.endings).toEqual([{ isFarEnd: true, unanswered: "connect" }]);
    const retained = open();
    retained.handshake();
    retained.connection.publish("t", Uint8Array.of(1), true);
    retained.connection.publish("t", Uint8Array.of(2), false);
    retained.socket.onClose!();
    expect(retained.endings).toEqual([{ isFarEnd: true, unanswered: "retained" }]);
    const answered = open();
    answered.handshake();
    answered.connection.publish("t", Uint8Array.of(1), true);
    answered.connection.publish("t", Uint8Array.of(2), false);
    answered.feed(generate({ cmd: "puback", messageId: 2 }));
    answered.socket.onClose!();
    expect(answered.endings).toEqual([{ isFarEnd: true, unanswered: undefined }]);
    const own = open();
    own.handshake();
    own.connection.close("enough");
    expect(own.endings).toEqual([{ isFarEnd: false }]);
  });

  it("retains nothing at a broker that takes nothing retained", () => {
    const { connection, handshake, written } = open(false);
    handshake();
    connection.publish("t", Uint8Array.of(9), true);
    expect(written.at(-1)![0]).toBe(0x32);
  });

  it("acknowledges each message after it was handed on, and passes nothing on once closed", () => {
    const { log, written, connection, feed, handshake } = open();
    handshake();
    feed(message(0x0102));
    expect(log.at(-1)).toBe("message t");
    expect([...written.at(-1)!]).toEqual([0x40, 2, 1, 2]);
    connection.close("enough");
    const before = log.length;
    feed(message(3));
    expect(log).toHaveLength(before);
  });

  it("has room for 64 publishes, and tells when there is room again", () => {
    const { log, connection, feed, handshake } = open();
    handshake();
    for (let i = 0; i < 64; i++) connection.publish("t", Uint8Array.of(1), false);
    expect(connection.ready).toBe(false);
    expect(() => connection.publish("t", Uint8Array.of(1), false)).toThrow("without room");
    feed(generate({ cmd: "puback", messageId: 999 }));
    expect(connection.ready).toBe(false);
    feed(generate({ cmd: "puback", messageId: 4 }));
    expect(log.at(-1)).toBe("room");
    expect(connection.inFlight).toBe(63);
  });

  it("never uses a message identifier that still waits", () => {
    const { connection, feed, handshake, written, socket } = open();
    handshake();
    socket.room = Number.POSITIVE_INFINITY;
    connection.publish("t", Uint8Array.of(1), false);
    const ids: number[] = [];
    for (let i = 0; i < 70_000; i++) {
      connection.publish("t", Uint8Array.of(1), false);
      const packet = written.at(-1)!;
      const id = packet[5]! * 256 + packet[6]!;
      ids.push(id);
      feed(generate({ cmd: "puback", messageId: id }));
      written.length = 0;
    }
    expect(ids).not.toContain(2);
    expect(ids).not.toContain(0);
    expect(new Set(ids).size).toBe(65_534);
  });

  it("sends on when the socket takes only a part", () => {
    const { log, written, socket, connection, handshake } = open();
    handshake();
    written.length = 0;
    socket.room = 3;
    connection.publish("topic", Uint8Array.of(9, 9, 9), false);
    expect(connection.ready).toBe(false);
    expect(connection.queuedBytes).toBeGreaterThan(0);
    socket.room = 4;
    socket.onWritable!();
    expect(log.at(-1)).not.toBe("room");
    socket.room = 1000;
    socket.onWritable!();
    expect(log.at(-1)).toBe("room");
    const bytes = written.flatMap((chunk) => [...chunk]);
    expect(bytes).toEqual([0x32, 12, 0, 5, ...Buffer.from("topic"), 0, 2, 9, 9, 9]);
  });

  it("ends when the broker sends on and on and does not read", () => {
    const { log, socket, connection, feed, handshake } = open();
    handshake();
    socket.room = 0;
    let most = 0;
    for (let i = 1; i < 5000 && !socket.closed; i++) {
      feed(message(i));
      most = Math.max(most, connection.queuedBytes);
    }
    expect(log.at(-1)).toBe("closed broker does not read");
    expect(most).toBeLessThanOrEqual(8196);
  });

  it("pings every 45 s and ends 13 s after a ping without an answer", () => {
    const { log, written, feed, handshake, time } = open();
    handshake();
    time.run(45_000);
    expect([...written.at(-1)!]).toEqual([0xc0, 0]);
    feed(generate({ cmd: "pingresp" }));
    time.run(45_000 + 12_999);
    expect(log.at(-1)).toBe("subscribed");
    time.run(1);
    expect(log.at(-1)).toBe("closed no PINGRESP in time");
    expect(time.pendingTimers).toBe(0);
  });
});
