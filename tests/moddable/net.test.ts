import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { beforeEach, describe, expect, test } from "vitest";
import { certificateDer, PemError } from "../../hal/certificates/pem.js";
import { StreamSocket } from "../../hal/drivers/stream-socket.js";
import type { StreamEvents } from "../../hal/io/stream.js";
import { strongest } from "../../hal/moddable/net/networks.js";
import { Scheduler } from "../../sim/world/clock/scheduler.js";
import { worldTimers } from "../../sim/world/clock/world-timers.js";

describe("a board's socket", () => {
  let scheduler: Scheduler;
  let events: StreamEvents;
  let written: number[];
  let closed: number;
  let ended: number;
  let connected: number;
  let log: string[];
  let answer: (address: string | undefined) => void;

  function open(connect?: () => never): StreamSocket {
    const socket = new StreamSocket({
      timers: worldTimers(scheduler),
      target: "broker:8883",
      resolve: (done) => {
        answer = done;
      },
      open: (_address, given) => {
        connected++;
        connect?.();
        events = given;
        return {
          write: (bytes) => void written.push(...bytes),
          read: () => new Uint8Array([1, 2, 3]).buffer,
          close: () => void closed++,
        };
      },
      ended: () => void ended++,
    });
    socket.onOpen = () => log.push("open");
    socket.onData = (bytes) => log.push(`data ${bytes.join(" ")}`);
    socket.onWritable = () => log.push("writable");
    socket.onClose = (error) => log.push(`close ${error}`);
    return socket;
  }

  beforeEach(() => {
    scheduler = new Scheduler();
    written = [];
    log = [];
    closed = 0;
    ended = 0;
    connected = 0;
  });

  test("nothing can be written before it is open; then 4,096 bytes at once, in order, as the stream takes them", () => {
    const socket = open();
    expect(socket.write(new Uint8Array(10))).toBe(0);
    answer("10.0.0.1");
    expect(socket.writable).toBe(0);
    events.streamWritable(1_000);
    expect(socket.writable).toBe(4_096);
    const bytes = Uint8Array.from({ length: 5_000 }, (_, i) => i % 251);
    const taken = socket.write(bytes);
    expect(taken).toBe(4_096);
    expect(written.length).toBe(1_000);
    events.streamWritable(1_536);
    expect(log).toEqual(["open", "writable", "writable"]);
    events.streamWritable(1_536);
    events.streamWritable(1_536);
    expect(written).toEqual([...bytes.subarray(0, 4_096)]);
    expect(log).toEqual(["open", "writable", "writable"]);
  });

  test("data comes in; a failure ends it once", () => {
    open();
    answer("10.0.0.1");
    events.streamWritable(100);
    events.streamReadable();
    events.streamFailed("alert 40");
    events.streamFailed();
    expect(log).toEqual(["open", "data 1 2 3", "close connection to broker:8883 ended: alert 40"]);
    expect([closed, ended]).toEqual([1, 1]);
  });

  test("what names the server is told without naming it once more", () => {
    open();
    answer("10.0.0.1");
    events.streamFailed("the certificate of broker does not verify: a signature is wrong");
    expect(log).toEqual(["close the certificate of broker does not verify: a signature is wrong"]);
  });

  test.each([
    ["a name that does not resolve", () => answer(undefined), "close cannot resolve broker:8883"],
    [
      "a server that refuses",
      () => {
        answer("10.0.0.1");
        events.streamFailed();
      },
      "close connection to broker:8883 failed",
    ],
    ["a server that never answers", () => void scheduler.runNext(), "close broker:8883 does not answer"],
  ])("%s is told", (_, happen, expected) => {
    open();
    happen();
    expect(log).toEqual([expected]);
    expect(ended).toBe(1);
  });

  test("what the SDK throws when it connects is the socket's error", () => {
    open(() => {
      throw new Error("no socket");
    });
    answer("10.0.0.1");
    expect(log).toEqual(["close connection to broker:8883 failed: no socket"]);
  });

  test("closed by us: no callback follows, and an address that comes late connects nothing", () => {
    const socket = open();
    socket.close();
    socket.close();
    answer("10.0.0.1");
    expect(log).toEqual([]);
    expect([connected, ended]).toEqual([0, 1]);
  });

  test("a link that goes down ends it with a reason", () => {
    const socket = open();
    answer("10.0.0.1");
    events.streamWritable(100);
    socket.drop("the link went down");
    expect(log).toEqual(["open", "close the link went down"]);
    expect(closed).toBe(1);
  });
});

describe("PEM", () => {
  test("gives the DER that Node reads, for every authority that Node knows", () => {
    expect(rootCertificates.length).toBeGreaterThan(50);
    for (const pem of rootCertificates) {
      expect(Buffer.from(certificateDer(pem)).equals(new X509Certificate(pem).raw)).toBe(true);
    }
  });

  test.each([
    ["", "no certificate"],
    ["-----BEGIN CERTIFICATE-----\nQQ", "no certificate"],
  ])("refuses %j", (pem, why) => {
    expect(() => certificateDer(pem)).toThrow(why);
  });

  test("refuses what is not base64", () => {
    const pem = "-----BEGIN CERTIFICATE-----\nQ?==\n-----END CERTIFICATE-----";
    expect(() => certificateDer(pem)).toThrow(PemError);
  });
});

describe("networks found", () => {
  const found = (ssid: string, rssi: number) => ({ ssid, rssi, secured: true });

  test("strongest first, each name once, at most eight, within range", () => {
    const names = Array.from({ length: 12 }, (_, i) => found(`net ${i}`, -90 + i));
    const networks = strongest([...names, found("net 0", -20), found("", -1), found("loud", 12)]);
    expect(networks.map((one) => one.ssid).slice(0, 3)).toEqual(["loud", "net 0", "net 11"]);
    expect(networks[0]!.rssi).toBe(0);
    expect(networks).toHaveLength(8);
  });

  test("names are printable ASCII of at most 32 bytes", () => {
    expect(strongest([found("café\u0007", -50)])[0]!.ssid).toBe("caf??");
    expect(strongest([found("x".repeat(40), -50)])[0]!.ssid).toHaveLength(32);
  });
});
