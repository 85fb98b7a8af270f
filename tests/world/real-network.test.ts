import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Hal } from "../../hal/ports/hal.js";
import type { SocketOptions } from "../../hal/ports/network.js";
import { PacedDriver } from "../../sim/world/clock/paced.js";
import { RealNetwork } from "../../sim/world/net/real-network.js";
import { noCrashes, rig } from "./rig.js";

const ADDRESSES = { "broker.test": "127.0.0.1", "other.test": "127.0.0.1" };
const pattern = (size: number) => Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 0xff);

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A running box with Ethernet up, on real sockets. */
async function online() {
  let hal!: Hal;
  const { world, box } = rig(
    (it) => {
      hal = it;
      it.links.all[0]?.start();
    },
    {},
    {
      network: (scheduler) => new RealNetwork(scheduler, { addresses: ADDRESSES }),
      driver: (scheduler, network) => new PacedDriver(scheduler, { rate: 1, external: () => network.external }),
    },
  );
  closers.push(() => world.close());
  box.start();
  await world.advance(3_000);
  const connect = (target: SocketOptions) => {
    const log: string[] = [];
    const data: Uint8Array[] = [];
    const socket = hal.links.connect(hal.links.all[0]!, target);
    socket.onOpen = () => log.push("open");
    socket.onData = (bytes) => data.push(bytes);
    socket.onClose = (error) => log.push(`close ${error ?? "cleanly"}`);
    return {
      socket,
      log,
      size: () => data.reduce((sum, piece) => sum + piece.length, 0),
      all: () => Buffer.concat(data),
    };
  };
  return { world, box, connect };
}

describe("real TCP", () => {
  it("carries bytes both ways with back-pressure and closes cleanly", async () => {
    const port = await listen(createServer((socket) => socket.pipe(socket)));
    const { world, box, connect } = await online();
    const { socket, log, size, all } = connect({ host: "broker.test", port });
    const sent = pattern(200_000);
    let at = 0;
    const more = () => {
      at += socket.write(sent.subarray(at));
    };
    socket.onWritable = more;
    await world.until(() => log.includes("open"), 10_000, "the connection");
    more();
    expect(at).toBeLessThan(sent.length);
    await world.until(() => size() === sent.length, 60_000, "the echo");
    expect(all().equals(sent)).toBe(true);
    socket.close();
    await world.until(() => !world.network.external, 10_000, "the end");
    expect(log).toEqual(["open"]);
    noCrashes(box);
  });

  it("tells the far end's close, after its last bytes", async () => {
    const port = await listen(createServer((socket) => socket.end(pattern(100_000))));
    const { world, connect } = await online();
    const { log, size } = connect({ host: "127.0.0.1", port });
    await world.until(() => log.length === 2, 30_000, "the close");
    expect([log, size()]).toEqual([["open", "close cleanly"], 100_000]);
  });

  it("is held and let go by link faults, and dropped by the network", async () => {
    const received: Buffer[] = [];
    let errors = 0;
    const server = createServer((socket) => {
      socket.on("data", (bytes) => received.push(bytes));
      socket.on("error", () => errors++);
    });
    const port = await listen(server);
    const { world, box, connect } = await online();
    const { socket, log } = connect({ host: "broker.test", port });
    await world.until(() => log.includes("open"), 10_000, "the connection");
    box.net.setInternet("stall");
    socket.write(new Uint8Array(10));
    await world.advance(200);
    expect(received).toEqual([]);
    box.net.setInternet("ok");
    await world.until(() => received.length > 0, 10_000, "the stalled bytes");
    box.net.ethernet!.access.drop();
    await world.until(() => log.length === 2, 10_000, "the reset at the box");
    // The box has no socket any more, so virtual time no longer waits for the host; the server is real.
    await vi.waitFor(() => expect(errors).toBe(1), 10_000);
    expect(log).toEqual(["open", "close connection reset by the network"]);
    expect(world.network.external).toBe(false);
  });

  it("leaves a server in the dark when the box loses power, and lets virtual time jump", async () => {
    let ended = false;
    const port = await listen(createServer((socket) => socket.on("close", () => (ended = true))));
    const { world, box, connect } = await online();
    const { log } = connect({ host: "broker.test", port });
    await world.until(() => log.includes("open"), 10_000, "the connection");
    box.powerCut();
    expect(world.network.external).toBe(false);
    await world.advance(30 * 24 * 3_600_000);
    expect(ended).toBe(false);
    expect(log).toEqual(["open"]);
  });

  it("names a refused connection and a name that does not resolve", async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const { world, connect } = await online();
    const refused = connect({ host: "broker.test", port });
    const unknown = connect({ host: "no-such-host.invalid", port });
    await world.until(() => refused.log.length + unknown.log.length === 2, 120_000, "the errors");
    expect(refused.log).toEqual([`close connection refused by broker.test:${port}`]);
    expect(unknown.log).toEqual(["close cannot resolve no-such-host.invalid"]);
  });
});

describe("real TLS", () => {
  let directory: string;
  let key: Buffer;
  let cert: string;
  let stranger: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "smartbox-tls-"));
    const make = (name: string) => {
      const file = join(directory, name);
      const subject = ["-subj", "/CN=broker.test", "-addext", "subjectAltName=DNS:broker.test,IP:127.0.0.1"];
      const files = ["-keyout", `${file}.key`, "-out", `${file}.pem`];
      const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7"];
      execFileSync("openssl", ["req", "-x509", ...kind, ...subject, ...files], { stdio: "pipe" });
      return readFileSync(`${file}.pem`, "utf8");
    };
    cert = make("server");
    stranger = make("stranger");
    key = readFileSync(join(directory, "server.key"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const serve = () => listen(createTlsServer({ key, cert }, (socket) => socket.pipe(socket)));

  it("opens with the right authority, by name and by address, and carries bytes", async () => {
    const port = await serve();
    const { world, connect } = await online();
    for (const host of ["broker.test", "127.0.0.1"]) {
      const { socket, log, size } = connect({ host, port, tlsAuthority: cert });
      await world.until(() => log.length > 0, 20_000, "the handshake");
      expect(log).toEqual(["open"]);
      socket.write(new Uint8Array(100));
      await world.until(() => size() === 100, 20_000, "the echo");
      socket.close();
    }
  });

  it("refuses another authority, another name and a server without TLS, with the cause", async () => {
    const port = await serve();
    const plain = await listen(createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const { world, connect } = await online();
    const wrongAuthority = connect({ host: "broker.test", port, tlsAuthority: stranger });
    const wrongName = connect({ host: "other.test", port, tlsAuthority: cert });
    const noTls = connect({ host: "broker.test", port: plain, tlsAuthority: cert });
    const all = [wrongAuthority, wrongName, noTls];
    await world.until(() => all.every(({ log }) => log.length > 0), 60_000, "the refusals");
    expect(wrongAuthority.log[0]).toContain("close the certificate of broker.test does not verify");
    expect(wrongName.log[0]).toContain("close the certificate of other.test does not verify");
    expect(noTls.log[0]).toMatch(/close TLS with broker\.test:\d+ failed/);
    expect(all.map(({ log }) => log.length)).toEqual([1, 1, 1]);
  });

  it("resets a TLS connection that the network drops", async () => {
    const port = await serve();
    const { world, box, connect } = await online();
    const { log } = connect({ host: "broker.test", port, tlsAuthority: cert });
    await world.until(() => log.length > 0, 20_000, "the handshake");
    box.net.ethernet!.access.drop();
    await world.until(() => log.length === 2, 10_000, "the reset");
    expect(log[1]).toBe("close connection reset by the network");
  });
});
