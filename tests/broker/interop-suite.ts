import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { generate } from "mqtt-packet";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { MqttConnection } from "../../firmware/sync/mqtt/connection.js";
import type { SocketPort } from "../../hal/ports/network.js";
import { RealTimers } from "../../sim/cloud/fleet/real-timers.js";

/** Brokers and processes on a busy machine. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A broker under test: `tester` may publish and subscribe below `open/`, `admin` everywhere; both with `PASSWORD`. */
export interface RunningBroker {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

export const PASSWORD = "secret";
export const USERS: readonly string[] = ["tester", "admin"];
export const mayUse = (username: string | undefined, topic: string): boolean =>
  username === "admin" || (username === "tester" && topic.startsWith("open/"));

interface Received {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

/** What every broker that a box may meet has to do, tried with MQTT.js, with raw packets, and with the box's own client. */
export function interopSuite(name: string, versions: readonly (4 | 5)[], start: () => Promise<RunningBroker>): void {
  describe(`interoperability: ${name}`, () => {
    let broker: RunningBroker;
    const clients: MqttClient[] = [];
    const sockets: Socket[] = [];
    let unique = 0;

    beforeAll(async () => {
      broker = await start();
    });
    afterEach(async () => {
      for (const socket of sockets.splice(0)) socket.destroy();
      await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    });
    afterAll(() => broker?.stop());

    const connect = async (options: IClientOptions = {}): Promise<MqttClient> => {
      const client = await mqtt.connectAsync(`mqtt://${broker.host}:${broker.port}`, {
        username: "tester",
        password: PASSWORD,
        clientId: `client-${unique++}`,
        reconnectPeriod: 0,
        ...options,
      });
      client.on("error", () => {});
      clients.push(client);
      return client;
    };
    const topics = () => `open/${name}/${unique++}`;
    const collect = (client: MqttClient) => {
      const received: Received[] = [];
      client.on("message", (topic, payload, packet: IPublishPacket) =>
        received.push({ topic, payload: Buffer.from(payload), qos: packet.qos, retain: packet.retain }),
      );
      return received;
    };
    /** Returns once everything that was published before has reached `receiver`, which must be subscribed to `topic`. */
    const flush = async (sender: MqttClient, receiver: MqttClient, topic: string) => {
      const marker = `flush ${unique++}`;
      const arrived = new Promise<void>((resolve) => {
        receiver.on("message", (_topic, payload) => payload.toString() === marker && resolve());
      });
      await sender.publishAsync(topic, marker, { qos: 1 });
      await arrived;
    };
    const raw = async (): Promise<Socket> => {
      const socket = connectTcp(broker.port, broker.host);
      socket.on("error", () => {});
      sockets.push(socket);
      await once(socket, "connect");
      return socket;
    };
    const rawConnect = (clientId: string, keepalive: number, willTopic: string) =>
      generate({
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clean: true,
        clientId,
        keepalive,
        username: "tester",
        password: Buffer.from(PASSWORD),
        will: { topic: willTopic, payload: Buffer.from("gone"), qos: 1, retain: false },
      });
    const texts = (received: readonly Received[]) =>
      received.map(({ payload }) => payload.toString()).filter((text) => !text.startsWith("flush"));

    it("refuses a wrong password, an unknown user and nobody", async () => {
      for (const options of [{ password: "wrong" }, { username: "stranger" }, { username: "", password: "" }]) {
        await expect(connect(options)).rejects.toThrow(/Connection refused|Not authorized|Bad username/i);
      }
    });

    it("carries bytes at QoS 0 and 1, at the lower of the two ends", async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const [one, zero] = [topics(), topics()];
      const received = collect(receiver);
      expect((await receiver.subscribeAsync(one, { qos: 1 }))[0]?.qos).toBe(1);
      await receiver.subscribeAsync(zero, { qos: 0 });
      const payload = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      await sender.publishAsync(one, payload, { qos: 1 });
      await sender.publishAsync(one, payload, { qos: 0 });
      await sender.publishAsync(zero, payload, { qos: 1 });
      await flush(sender, receiver, one);
      expect(received.slice(0, 3).map(({ topic, qos }) => [topic, qos])).toEqual([
        [one, 1],
        [one, 0],
        [zero, 0],
      ]);
      for (const message of received.slice(0, 3)) expect(message.payload.equals(payload)).toBe(true);
    });

    it("keeps the order of 500 messages, and takes 4,096 bytes and none", async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const topic = topics();
      const received = collect(receiver);
      await receiver.subscribeAsync(topic, { qos: 1 });
      for (let i = 0; i < 500; i++) sender.publish(topic, String(i), { qos: 1 });
      await sender.publishAsync(topic, Buffer.alloc(4096, 7), { qos: 1 });
      await sender.publishAsync(topic, "", { qos: 1 });
      await flush(sender, receiver, topic);
      expect(texts(received).slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, i) => String(i)));
      expect(received[500]!.payload.equals(Buffer.alloc(4096, 7))).toBe(true);
      expect(received[501]!.payload).toHaveLength(0);
    });

    it("matches + and #, and stops at UNSUBSCRIBE", async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const base = topics();
      const received = collect(receiver);
      await receiver.subscribeAsync([`${base}/+/x`, `${base}/deep/#`], { qos: 1 });
      for (const tail of ["a/x", "a/y", "a/b/x", "deep", "deep/1", "deep/1/2", "/x"]) {
        await sender.publishAsync(`${base}/${tail}`, tail, { qos: 1 });
      }
      await flush(sender, receiver, `${base}/deep/flush`);
      expect(texts(received)).toEqual(["a/x", "deep", "deep/1", "deep/1/2", "/x"]);
      await receiver.unsubscribeAsync(`${base}/+/x`);
      await sender.publishAsync(`${base}/a/x`, "late", { qos: 1 });
      await flush(sender, receiver, `${base}/deep/flush`);
      expect(texts(received)).not.toContain("late");
    });

    it("retains the last message, marks it so for new subscribers only, and forgets it on an empty one", async () => {
      const [sender, early, late] = [await connect(), await connect(), await connect()];
      const topic = topics();
      const earlyReceived = collect(early);
      const lateReceived = collect(late);
      await early.subscribeAsync(topic, { qos: 1 });
      await sender.publishAsync(topic, "first", { qos: 1, retain: true });
      await sender.publishAsync(topic, "second", { qos: 1, retain: true });
      await flush(sender, early, topic);
      expect(earlyReceived.slice(0, 2).map(({ payload, retain }) => [payload.toString(), retain])).toEqual([
        ["first", false],
        ["second", false],
      ]);
      await late.subscribeAsync(topic, { qos: 1 });
      await flush(sender, late, topic);
      expect(lateReceived.slice(0, 1).map(({ payload, retain }) => [payload.toString(), retain])).toEqual([
        ["second", true],
      ]);
      await sender.publishAsync(topic, "", { qos: 1, retain: true });
      const last = await connect();
      const lastReceived = collect(last);
      await last.subscribeAsync(topic, { qos: 1 });
      await flush(sender, last, topic);
      expect(texts(lastReceived)).toEqual([]);
    });

    it("publishes the will when a connection breaks, and not after DISCONNECT", async () => {
      const receiver = await connect();
      const topic = topics();
      const received = collect(receiver);
      await receiver.subscribeAsync(topic, { qos: 1 });
      const will = (payload: string) => ({
        will: { topic, payload: Buffer.from(payload), qos: 1 as const, retain: true },
      });
      const polite = await connect(will("polite"));
      await polite.endAsync();
      const broken = await connect(will("broken"));
      broken.stream.destroy();
      await expect.poll(() => texts(received)).toEqual(["broken"]);
      const late = await connect();
      const lateReceived = collect(late);
      await late.subscribeAsync(topic, { qos: 1 });
      await expect
        .poll(() => lateReceived.map(({ payload, retain }) => [payload.toString(), retain]))
        .toEqual([["broken", true]]);
      await late.publishAsync(topic, "", { qos: 1, retain: true });
    });

    it("lets a second connection with the same identifier take over", async () => {
      const topic = topics();
      const receiver = await connect();
      const received = collect(receiver);
      await receiver.subscribeAsync(topic, { qos: 1 });
      const will = { topic, payload: Buffer.from("taken over"), qos: 1 as const, retain: false };
      const first = await connect({ clientId: `twice-${name}`, will });
      const closed = closing(first);
      const second = await connect({ clientId: `twice-${name}` });
      await closed;
      await expect.poll(() => texts(received)).toEqual(["taken over"]);
      await second.publishAsync(topic, "second", { qos: 1 });
      await expect.poll(() => texts(received)).toEqual(["taken over", "second"]);
    });

    it("ends a client that is silent for one and a half keep-alives, with its will", async () => {
      const topic = topics();
      const receiver = await connect();
      const received = collect(receiver);
      await receiver.subscribeAsync(topic, { qos: 1 });
      const socket = await raw();
      socket.resume();
      socket.write(rawConnect(`silent-${name}`, 1, topic));
      await closing(socket);
      await expect.poll(() => texts(received)).toEqual(["gone"]);
    }, 20_000);

    it.each([
      ["noise", Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])],
      [
        "a PUBLISH before CONNECT",
        generate({ cmd: "publish", topic: "open/x", payload: "x", qos: 0, dup: false, retain: false }),
      ],
    ])("ends a stream that starts with %s", async (_what, bytes) => {
      const socket = await raw();
      socket.resume();
      socket.write(bytes);
      await closing(socket);
    });

    it("ends a client that breaks MQTT later, and goes on for others", async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const topic = topics();
      await receiver.subscribeAsync(topic, { qos: 1 });
      const socket = await raw();
      socket.write(rawConnect(`breaker-${name}`, 60, topic));
      await once(socket, "data");
      socket.resume();
      socket.write(Buffer.from([0x36, 0x05, 0x00, 0x01, 0x61, 0x00, 0x01]));
      await closing(socket);
      await flush(sender, receiver, topic);
    });

    it("keeps a client to its own topics, both ways", async () => {
      const admin = await connect({ username: "admin" });
      const seen = collect(admin);
      await admin.subscribeAsync("#", { qos: 1 });
      const reader = await connect();
      const received = collect(reader);
      const topic = topics();
      await reader.subscribeAsync(topic, { qos: 1 });
      // A broker may refuse this or grant it and deliver nothing.
      await reader.subscribeAsync(`closed/${name}`, { qos: 1 }).catch(() => undefined);
      await admin.publishAsync(`closed/${name}`, "not for the tester", { qos: 1 });
      await flush(admin, reader, topic);
      expect(texts(received)).toEqual([]);
      const writer = await connect();
      // A broker may drop the message or the client.
      const published = writer.publishAsync(`closed/${name}`, "not from the tester", { qos: 1 }).catch(() => undefined);
      await Promise.race([published, closing(writer)]);
      await flush(admin, admin, topic);
      expect(texts(seen)).toContain("not for the tester");
      expect(texts(seen)).not.toContain("not from the tester");
    });

    it.each(versions)(
      "works with the box's own client at version %i: will, subscription, QoS 1 both ways",
      async (version) => {
        const peer = await connect();
        const base = topics();
        const received = collect(peer);
        await peer.subscribeAsync(`${base}/up`, { qos: 1 });
        const socket = await raw();
        const log: string[] = [];
        const connection = new MqttConnection(
          portOf(socket),
          new RealTimers(),
          {
            version,
            clientId: `box-${name}`,
            username: "tester",
            password: PASSWORD,
            will: { topic: `${base}/up`, payload: Buffer.from("will"), retain: true },
            mayRetain: true,
            filter: `${base}/down/#`,
          },
          {
            objection: () => undefined,
            accepted: () => log.push("accepted"),
            subscribed: () => log.push("subscribed"),
            message: (topic, payload) => log.push(`${topic.slice(base.length)} ${Buffer.from(payload).toString()}`),
            room: () => log.push("room"),
            closed: (reason) => log.push(`closed ${reason}`),
          },
        );
        await expect.poll(() => log).toEqual(["accepted", "subscribed"]);
        let sent = 0;
        while (connection.ready) connection.publish(`${base}/up`, Buffer.from(`up ${sent++}`), false);
        await expect.poll(() => connection.inFlight).toBe(0);
        await peer.publishAsync(`${base}/down/command`, "down", { qos: 1 });
        await expect.poll(() => log).toEqual(["accepted", "subscribed", "room", "/down/command down"]);
        connection.close("done");
        await expect.poll(() => texts(received).at(-1)).toBe("will");
        expect(texts(received)).toEqual([...Array.from({ length: sent }, (_, i) => `up ${i}`), "will"]);
      },
    );
  });
}

/** Resolves at the end of the connection, whether clean or by a reset: brokers differ. */
function closing(of: { once(event: "close", listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => of.once("close", () => resolve()));
}

/** A connected TCP socket as the box sees one. */
function portOf(socket: Socket): SocketPort {
  const port: SocketPort = {
    validity: undefined,
    onOpen: undefined,
    onData: undefined,
    onWritable: undefined,
    onClose: undefined,
    writable: 8192,
    write: (bytes) => {
      socket.write(bytes);
      return bytes.length;
    },
    close: () => socket.destroy(),
  };
  socket.on("data", (bytes) => port.onData?.(new Uint8Array(bytes)));
  socket.on("end", () => port.onClose?.());
  setImmediate(() => port.onOpen?.());
  return port;
}
