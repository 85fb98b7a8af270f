import { describe, expect, it } from "vitest";
import type { Hal } from "../../hal/ports/hal.js";
import type { SocketPort } from "../../hal/ports/network.js";
import type { Endpoint, VirtualNetwork } from "../../sim/world/net/virtual-network.js";
import { noCrashes, rig } from "./rig.js";

const OFFICE = { ssid: "office", passphrase: "correct horse" };

/** A running box with Ethernet up and a server that keeps its endpoints. */
async function online() {
  let hal!: Hal;
  const { world, box } = rig((it) => {
    hal = it;
    it.links.all[0]?.start();
  });
  const network = world.network as VirtualNetwork;
  const endpoints: Endpoint[] = [];
  const heard: string[] = [];
  const received: Uint8Array[] = [];
  network.listen("cloud.test", 1883, (endpoint) => {
    endpoints.push(endpoint);
    endpoint.onData = (bytes) => received.push(bytes);
    endpoint.onClose = (error) => heard.push(`closed ${error ?? "cleanly"}`);
  });
  box.start();
  await world.advance(3_000);
  const connect = (host = "cloud.test", port = 1883, tlsAuthority?: string) => {
    const log: string[] = [];
    const data: Uint8Array[] = [];
    const socket = hal.links.connect(hal.links.all[0]!, {
      host,
      port,
      ...(tlsAuthority === undefined ? {} : { tlsAuthority }),
    });
    socket.onOpen = () => log.push("open");
    socket.onData = (bytes) => data.push(bytes);
    socket.onWritable = () => log.push("writable");
    socket.onClose = (error) => log.push(`close ${error ?? "cleanly"}`);
    return { socket, log, data };
  };
  return { world, box, network, endpoints, heard, received, connect, hal: () => hal };
}

const join = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces);
const pattern = (size: number) => Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 0xff);

/** Writes all of `bytes` as a well-behaved firmware does. */
function writeAll(socket: SocketPort, bytes: Uint8Array): void {
  let sent = 0;
  const more = () => {
    sent += socket.write(bytes.subarray(sent));
  };
  socket.onWritable = more;
  more();
}

describe("sockets in virtual time", () => {
  it("a slow line takes its time, one that loses pieces takes longer, and all of it comes in order", async () => {
    const { world, box, endpoints, received, connect } = await online();
    const { socket } = connect();
    await world.advance(1_000);
    expect(endpoints.length).toBe(1);
    const bytes = pattern(40_000);
    const secondsFor = async (quality: { bytesPerSecond: number; lossPercent: number }) => {
      box.net.setQuality(quality);
      received.length = 0;
      const { nowMs } = world;
      writeAll(socket, bytes);
      await world.until(() => join(received).length === bytes.length, 600_000, "all of it");
      expect(join(received).equals(Buffer.from(bytes))).toBe(true);
      return (world.nowMs - nowMs) / 1_000;
    };
    const sound = await secondsFor({ bytesPerSecond: 10_000, lossPercent: 0 });
    expect(sound).toBeGreaterThanOrEqual(4);
    expect(sound).toBeLessThan(4.5);
    // 28 pieces, and each that is lost holds up those behind it for a second.
    expect(await secondsFor({ bytesPerSecond: 10_000, lossPercent: 30 })).toBeGreaterThan(sound + 1);
    box.net.setQuality(undefined);
  });

  it("opens after a round trip, carries bytes both ways in order, and closes after what was written", async () => {
    const { world, endpoints, heard, received, connect } = await online();
    const { socket, log, data } = connect();
    expect(socket.write(new Uint8Array(4))).toBe(0);
    await world.advance(39);
    expect(log).toEqual([]);
    await world.advance(2);
    expect(log).toEqual(["open"]);
    const up = pattern(50_000);
    writeAll(socket, up);
    endpoints[0]!.write(pattern(5_000));
    await world.advance(2_000);
    expect(join(received).equals(up)).toBe(true);
    expect(join(data).equals(pattern(5_000))).toBe(true);
    socket.write(pattern(3_000));
    socket.close();
    socket.close();
    await world.advance(1_000);
    expect(join(received).length).toBe(53_000);
    expect(heard).toEqual(["closed cleanly"]);
    expect(log).toEqual(["open"]);
  });

  it("breaks the stream into pieces of random size when asked, without loss", async () => {
    const { world, box, endpoints, connect } = await online();
    box.net.ethernet!.access.fragment = true;
    const { data } = connect();
    await world.advance(100);
    endpoints[0]!.write(pattern(20_000));
    await world.advance(1_000);
    expect(new Set(data.map((piece) => piece.length)).size).toBeGreaterThan(5);
    expect(join(data).equals(pattern(20_000))).toBe(true);
  });

  it("delivers what the server wrote before it closed, then a clean close", async () => {
    const { world, endpoints, connect } = await online();
    const { log, data } = connect();
    await world.advance(100);
    endpoints[0]!.write(pattern(100_000));
    endpoints[0]!.close();
    await world.advance(5_000);
    expect(join(data).length).toBe(100_000);
    expect(log).toEqual(["open", "close cleanly"]);
  });

  it("names the cause of a connection that fails", async () => {
    const { world, box, network, connect, hal } = await online();
    network.listen("tls.test", 8883, () => {}, { authority: "PEM A" });
    const cases: [{ log: string[] }, string][] = [
      [connect("nobody.test"), "cannot resolve nobody.test"],
      [connect("cloud.test", 1), "connection refused by cloud.test:1"],
      [connect("tls.test", 8883, "PEM B"), "the certificate of tls.test does not verify"],
      [connect("cloud.test", 1883, "PEM A"), "does not speak TLS"],
    ];
    const good = connect("tls.test", 8883, "PEM A");
    const plain = connect("tls.test", 8883);
    await world.advance(1_000);
    expect(plain.log).toEqual(["open"]);
    plain.socket.write(Uint8Array.of(0x10));
    await world.advance(1_000);
    expect(plain.log).toEqual(["open", "close cleanly"]);
    for (const [{ log }, cause] of cases) expect(log.join()).toContain(cause);
    expect(good.log).toEqual(["open"]);
    hal().links.all[0]!.stop();
    const down = connect();
    expect(down.log).toEqual([]);
    await world.advance(10);
    expect(down.log).toEqual(["close ethernet is down"]);
    expect(good.log).toEqual(["open", "close ethernet went down"]);
    expect(() => network.listen("tls.test", 8883, () => {})).toThrow("taken");
    noCrashes(box);
  });

  it("keeps both ends back when the other does not read", async () => {
    const { world, endpoints, received, connect } = await online();
    const { socket, log } = connect();
    await world.advance(100);
    endpoints[0]!.pause();
    expect(socket.writable).toBeGreaterThanOrEqual(4_096);
    let sent = 0;
    socket.onWritable = () => {
      log.push("writable");
      sent += socket.write(pattern(65_536).subarray(sent));
    };
    sent = socket.write(pattern(65_536));
    expect(sent).toBeLessThan(65_536);
    await world.advance(10_000);
    expect(sent).toBeLessThan(20_000);
    expect(received).toEqual([]);
    expect(socket.writable).toBe(0);
    endpoints[0]!.resume();
    await world.advance(10_000);
    expect(join(received).equals(pattern(65_536))).toBe(true);
    expect(log).toContain("writable");
  });

  it("tells a server that writes faster than the link, and cuts off one that does not care", async () => {
    const { world, box, endpoints, heard, connect } = await online();
    const { log } = connect();
    await world.advance(100);
    box.net.setInternet("stall");
    let drained = 0;
    endpoints[0]!.onDrain = () => drained++;
    while (endpoints[0]!.write(new Uint8Array(16_384)));
    await world.advance(1_000);
    expect(drained).toBe(0);
    box.net.setInternet("ok");
    await world.advance(1_000);
    expect(drained).toBe(1);
    box.net.setInternet("stall");
    for (let i = 0; i < 300; i++) endpoints[0]!.write(new Uint8Array(16_384));
    await world.advance(1_000);
    expect(heard).toEqual(["closed send buffer overrun"]);
    expect(log.at(-1)).toContain("overran");
  });

  it("never calls back from inside a method", async () => {
    const { world, box, endpoints, connect, hal } = await online();
    const { socket, log } = connect();
    let inside = false;
    const guard = <T>(call: () => T): T => {
      inside = true;
      const result = call();
      inside = false;
      return result;
    };
    for (const name of ["onOpen", "onWritable", "onClose", "onData"] as const) {
      socket[name] = () => {
        log.push(name);
        if (inside) throw new Error(`${name} from inside a method`);
      };
    }
    box.net.ethernet!.access.latencyMs = 0;
    await world.advance(100);
    guard(() => socket.write(new Uint8Array(60_000)));
    endpoints[0]!.write(new Uint8Array(10));
    await world.advance(100);
    guard(() => hal().links.all[0]!.stop());
    await world.advance(100);
    expect(log).toEqual(["onOpen", "onWritable", "onData", "onClose"]);
    noCrashes(box);
  });
});

describe("link faults", () => {
  it("calls nothing back once the box has closed the socket, not even an error that was on its way", async () => {
    const { world, connect, hal } = await online();
    const { socket, log } = connect();
    await world.advance(100);
    hal().links.all[0]!.stop();
    socket.close();
    await world.advance(1_000);
    expect(log).toEqual(["open"]);
  });

  it("stall: bytes stop, the socket stays, and everything goes on afterwards", async () => {
    const { world, box, endpoints, received, connect } = await online();
    const { socket, log, data } = connect();
    await world.advance(100);
    socket.write(pattern(600));
    endpoints[0]!.write(pattern(600));
    await world.advance(10);
    box.net.setInternet("stall");
    socket.write(pattern(400));
    endpoints[0]!.write(pattern(400));
    await world.advance(600_000);
    expect([received.length, data.length, log]).toEqual([0, 0, ["open"]]);
    box.net.setInternet("ok");
    await world.advance(100);
    expect([join(received).length, join(data).length]).toEqual([1_000, 1_000]);
  });

  it("black hole: nothing answers; old connections are reset when it ends, new ones time out meanwhile", async () => {
    const { world, box, heard, received, connect } = await online();
    const old = connect();
    await world.advance(100);
    box.net.setInternet("blackHole");
    expect(old.socket.write(pattern(1_000))).toBe(1_000);
    const fresh = connect();
    await world.advance(20_000);
    expect([old.log, fresh.log, received]).toEqual([["open"], [], []]);
    await world.advance(2_000);
    expect(fresh.log).toEqual(["close connect to cloud.test:1883 timed out"]);
    const late = connect();
    await world.advance(1_000);
    box.net.setInternet("ok");
    await world.advance(1_000);
    expect(old.log).toEqual(["open", "close connection reset after the network was lost"]);
    expect(heard).toEqual(["closed connection reset by the box"]);
    expect(late.log).toEqual(["open"]);
  });

  it("no internet: names do not resolve, and the error says so", async () => {
    const { world, box, connect } = await online();
    box.net.setInternet("noInternet");
    const { log } = connect();
    await world.advance(100);
    expect(log).toEqual(["close cannot resolve cloud.test: no internet behind ethernet"]);
  });

  it("drop: both ends learn of the reset", async () => {
    const { world, box, heard, connect } = await online();
    const { log } = connect();
    await world.advance(100);
    box.net.ethernet!.access.drop();
    await world.advance(100);
    expect(log).toEqual(["open", "close connection reset by the network"]);
    expect(heard).toEqual(["closed connection reset by the box"]);
  });

  it("down: the box learns it, the far end hears nothing; the link comes back by itself", async () => {
    const { world, box, heard, endpoints, connect, hal } = await online();
    const changes: boolean[] = [];
    hal().links.all[0]!.onChange = (up) => changes.push(up);
    const { log } = connect();
    await world.advance(100);
    box.net.ethernet!.setAvailable(false);
    await world.advance(10_000);
    expect(log).toEqual(["open", "close ethernet went down"]);
    expect(heard).toEqual([]);
    expect(endpoints[0]!.write(new Uint8Array(1_000_000))).toBe(true);
    box.net.ethernet!.setAvailable(true);
    await world.advance(10_000);
    expect(changes).toEqual([false, true]);
  });

  it("a box that loses power just vanishes", async () => {
    const { world, box, heard, endpoints, connect } = await online();
    const { log } = connect();
    await world.advance(100);
    box.powerCut();
    endpoints[0]!.write(new Uint8Array(10));
    await world.advance(100_000);
    expect(heard).toEqual([]);
    expect(log).toEqual(["open"]);
  });
});

describe("Wi-Fi", () => {
  async function wifi() {
    let hal!: Hal;
    const { world, box } = rig(
      (it) => {
        hal = it;
        it.links.wifi?.start();
      },
      { net: { links: ["wifi"], wifi: OFFICE } },
    );
    const network = world.network as VirtualNetwork;
    network.listen("cloud.test", 1883, () => {});
    box.start();
    await world.advance(5_000);
    return { world, box, hal, port: hal.links.wifi! };
  }

  it("finds networks, strongest first, at most eight, names in ASCII", async () => {
    const { world, box, port } = await wifi();
    for (let i = 0; i < 9; i++) box.net.wifi!.appear({ ssid: `net ${i}`, passphrase: "", rssi: -90 + i });
    box.net.wifi!.appear({ ssid: "café", passphrase: "12345678", rssi: -30 });
    const found: unknown[] = [];
    port.scan(() => found.push("replaced"));
    port.scan((networks) => found.push(...networks));
    await world.advance(10_000);
    expect(found).toHaveLength(8);
    expect(found.slice(0, 2)).toEqual([
      { ssid: "caf?", rssi: -30, secured: true },
      { ssid: "office", rssi: -55, secured: true },
    ]);
  });

  it("joins a hotspot whose internet works while the building's does not, and keeps it over boots until forgotten", async () => {
    const { world, box, hal, port } = await wifi();
    box.net.setInternet("noInternet");
    const phone = box.net.wifi!.appear({ ssid: "phone", passphrase: "battery staple", rssi: -40 });
    const results: (string | undefined)[] = [];
    const attempt = async (ssid: string, passphrase: string) => {
      port.join(ssid, passphrase, (error) => results.push(error ?? `joined, up: ${port.up}`));
      await world.advance(15_000);
    };
    await attempt("phone", "short");
    await attempt("phone", "wrong passphrase");
    await attempt("nobody", "battery staple");
    expect(port.up).toBe(true);
    await attempt("phone", "battery staple");
    expect(results).toEqual([
      "a passphrase has 8 to 63 characters",
      "phone does not accept the passphrase",
      "no network nobody in range",
      "joined, up: true",
    ]);
    expect(box.net.wifi!.backhaul).toBe(phone);
    const log: string[] = [];
    const socket = hal.links.connect(port, { host: "cloud.test", port: 1883 });
    socket.onOpen = () => log.push("open");
    socket.onClose = (error) => log.push(`${error}`);
    await world.advance(1_000);
    expect(log).toEqual(["open"]);
    expect(world.trace.tail().join()).not.toMatch(/battery staple|correct horse|wrong passphrase/);

    box.powerCut({ backAfterMs: 100 });
    await world.advance(10_000);
    expect(box.net.wifi!.backhaul).toBe(phone);
    box.net.wifi!.vanish("phone");
    await world.advance(10_000);
    expect(box.net.wifi!.backhaul).toBe(box.net.wifi!.backhaulOf("office"));
    noCrashes(box);
  });

  it("forgets on request, and tells a join that the radio was switched off", async () => {
    const { world, box, port } = await wifi();
    box.net.wifi!.appear({ ssid: "phone", passphrase: "" });
    const results: unknown[] = [];
    port.join("phone", "", (error) => results.push(error));
    await world.advance(10_000);
    expect(box.net.wifi!.joined).toEqual({ ssid: "phone", passphrase: "" });
    port.forget();
    expect(box.net.wifi!.joined).toBeUndefined();
    port.join("phone", "", (error) => results.push(error));
    port.stop();
    await world.advance(10_000);
    expect(results).toEqual([undefined, "wifi was switched off"]);
  });
});
