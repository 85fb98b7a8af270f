import { expect, test, vi } from "vitest";
import { BRIDGE_VERSION, BridgeError, Call, Type } from "../../hal/bridge/codes.js";
import { DeviceEnd } from "../../hal/bridge/device-end.js";
import { MessageReader, MessageWriter } from "../../hal/bridge/message.js";
import { BinError } from "../../hal/ports/bins.js";
import { EntropyError } from "../../hal/ports/entropy.js";
import { FlashError } from "../../hal/ports/flash.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { SocketPort, WifiNetwork } from "../../hal/ports/network.js";
import { outage } from "../../sim/trials/scenarios/outage.js";
import { play } from "../../sim/trials/scenarios/play.js";
import type { VirtualDriver } from "../../sim/world/clock/virtual.js";
import { rig as simRig } from "../world/rig.js";
import { Loopback, type LoopbackOptions } from "./support/loopback.js";

vi.setConfig({ testTimeout: 60_000 });

function makeRig({ boot }: { boot: (hal: Hal) => void }) {
  const { world, box } = simRig(boot);
  return { machine: box, run: (ms: number) => (world.driver as VirtualDriver).runUntil(() => false, ms) };
}

/** A machine of the simulator with nothing but `boot` behind the bridge; `hal` is the engine's end. */
function booted(options: LoopbackOptions = {}) {
  let hal: Hal | undefined;
  const loopback = new Loopback({
    ...options,
    boot: (far) => {
      hal = far;
    },
  });
  const rig = makeRig({ boot: (near) => loopback.boot(near) });
  rig.machine.start();
  rig.run(1_000);
  return { ...rig, hal: hal!, loopback };
}

test("the outage story leaves the same trace over the bridge as without it", { timeout: 120_000 }, async () => {
  const options = { exchanges: 20, killBroker: false };
  const direct = await play(outage, { seed: 3, broker: "virtual" }, options, () => {});
  for (const offerHash of [true, false]) {
    const engine = new Loopback({ offerHash });
    const bridged = await play(outage, { seed: 3, broker: "virtual", engine }, options, () => {});
    expect(bridged).toEqual(direct);
    expect(engine.calls).toBeGreaterThan(5_000);
  }
});

test("with the drivers on the engine, on IO calls, the trace is the same too", { timeout: 120_000 }, async () => {
  const options = { exchanges: 10, killBroker: false };
  const direct = await play(outage, { seed: 3, broker: "virtual", parts: "registers" }, options, () => {});
  expect(direct.failure).toBeUndefined();
  const engine = new Loopback();
  const bridged = await play(outage, { seed: 3, broker: "virtual", parts: "registers", engine }, options, () => {});
  expect(bridged).toEqual(direct);
});

test("facts travel once, and reading them makes no call", () => {
  const { hal, machine, loopback } = booted();
  const before = loopback.calls;
  expect(hal.board).toEqual(machine.board);
  expect(hal.bins.count).toBe(machine.bins.count);
  expect(hal.bins.label(1)).toBe("A-2");
  expect(() => hal.bins.label(99)).toThrow(RangeError);
  expect(hal.flash.journal.sizeBytes).toBe(machine.flash.journal.sizeBytes);
  expect(hal.links.all.map((link) => link.kind)).toEqual(["ethernet", "wifi", "cellular"]);
  expect(hal.links.wifi).toBe(hal.links.all[1]);
  expect(loopback.calls).toBe(before);
});

test("each typed error arrives as itself, with its message", () => {
  const rig = booted();
  const { hal, machine } = rig;
  expect(() => hal.flash.identity.program(-1, Uint8Array.of(0))).toThrow(FlashError);
  expect(() => hal.flash.journal.read(-1, new Uint8Array(4))).toThrow(FlashError);
  machine.bins.unreachable(0, true);
  expect(() => hal.bins.unlock(0)).toThrow(BinError);
  expect(() => hal.bins.unlock(0)).toThrow(/A-1/);
  machine.entropy.healthy = false;
  expect(() => hal.entropy.fill(new Uint8Array(4))).toThrow(EntropyError);
  expect(() => hal.panel.backlight(101)).toThrow(RangeError);
  expect(() => hal.timers.set(-1, () => {})).toThrow(RangeError);
  expect(() => hal.links.connect({ ...hal.links.all[0]! }, { host: "x", port: 1 })).toThrow(RangeError);
});

test("values that are not there stay not there, and odd numbers arrive as they are", () => {
  const { hal, machine } = booted();
  expect(hal.gauge.read()).toMatchObject({ milliamps: undefined, celsius: 25 });
  machine.gauge.lies = { celsius: undefined };
  expect(hal.gauge.read()).toMatchObject({ celsius: undefined });
  machine.gauge.lies = { chargePercent: Number.NaN, millivolts: -0.5, milliamps: 1e300, celsius: -40.25 };
  expect(hal.gauge.read()).toEqual({ chargePercent: Number.NaN, millivolts: -0.5, milliamps: 1e300, celsius: -40.25 });
  machine.gauge.silent = true;
  expect(hal.gauge.read()).toBeUndefined();
  machine.rtc.lose();
  expect(hal.clock.wallSeconds()).toBeUndefined();
  expect(hal.clock.quality()).toBe(0);
  hal.clock.setWall(1_800_000_000);
  expect(hal.clock.wallSeconds()).toBe(1_800_000_000);
});

test("digests are the same from the device end and from the engine", () => {
  const far = booted({ offerHash: true });
  const own = booted({ offerHash: false });
  const [key, message] = [Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(7)];
  const before = own.loopback.calls;
  expect(own.hal.hash.hmacSha512(key, message)).toEqual(far.hal.hash.hmacSha512(key, message));
  expect(own.hal.hash.sha512(message)).toEqual(far.hal.hash.sha512(message));
  expect(own.loopback.calls).toBe(before);
});

test("events reach the callback that is set, and nobody when none is", () => {
  const rig = booted();
  const { hal, machine, run } = rig;
  const seen: unknown[] = [];
  machine.button.press();
  run(100);
  hal.button.onPress = () => seen.push("press");
  hal.mains.onChange = (present) => seen.push(["mains", present]);
  hal.reader.onScan = (serial) => seen.push(["scan", serial]);
  hal.panel.onInput = (input) => seen.push(input);
  hal.bins.onDoor = (bin, state) => seen.push([bin, state, hal.bins.door(bin)]);
  machine.button.press();
  run(100);
  machine.setMains(false);
  run(100);
  machine.reader.scan("012ABC");
  run(100);
  machine.panel.input({ kind: "choice", id: "caf\u00e9 \u{1F511}" });
  run(100);
  machine.bins.force(3);
  run(100);
  expect(seen).toEqual([
    "press",
    ["mains", false],
    ["scan", "012ABC"],
    { kind: "choice", id: "caf\u00e9 \u{1F511}" },
    [3, "open", "open"],
  ]);
});

test("timers fire once, in order, and not after they were cleared", () => {
  const { hal, run } = booted();
  const fired: string[] = [];
  hal.timers.set(20, () => fired.push("late"));
  const cleared = hal.timers.set(5, () => fired.push("cleared"));
  hal.timers.set(10, () => fired.push("a"));
  hal.timers.set(10, () => fired.push("b"));
  hal.timers.clear(cleared);
  hal.timers.clear(cleared);
  hal.timers.clear(4_711);
  run(100);
  expect(fired).toEqual(["a", "b", "late"]);
});

test("a Wi-Fi scan and a join that are replaced are answered once, for the last", () => {
  const { hal, machine, run } = booted();
  machine.net.wifi!.appear({ ssid: "Hotspot", passphrase: "12345678" });
  const wifi = hal.links.wifi!;
  const seen: [string, unknown][] = [];
  wifi.scan((found) => seen.push(["first", found]));
  wifi.scan((found: readonly WifiNetwork[]) => seen.push(["second", found.map((one) => one.ssid)]));
  run(5_000);
  wifi.join("Hotspot", "wrong-passphrase", (error) => seen.push(["join", error]));
  run(10_000);
  wifi.join("Hotspot", "12345678", (error) => seen.push(["join", error]));
  run(10_000);
  expect(seen).toEqual([
    ["second", ["Hotspot"]],
    ["join", "Hotspot does not accept the passphrase"],
    ["join", undefined],
  ]);
  expect(wifi.up).toBe(true);
});

test("a socket that is gone is answered without a call", () => {
  const { hal, loopback, run } = booted();
  const link = hal.links.all[0]!;
  link.start();
  run(3_000);
  const closed: unknown[] = [];
  const socket = hal.links.connect(link, { host: "nobody.there", port: 1 });
  expect(socket.writable).toBe(0);
  socket.onClose = (error) => closed.push(error);
  run(60_000);
  expect(closed).toEqual([expect.stringMatching(/./)]);
  const before = loopback.calls;
  expect(socket.write(Uint8Array.of(1))).toBe(0);
  expect(socket.writable).toBe(0);
  socket.close();
  expect(loopback.calls).toBe(before);
});

test("more socket data than a message holds comes in pieces, in order, and stops when the firmware closes", () => {
  const near: SocketPort = {
    validity: undefined,
    onOpen: undefined,
    onData: undefined,
    onWritable: undefined,
    onClose: undefined,
    write: () => 0,
    writable: 0,
    close: () => {},
  };
  const loopback = new Loopback({
    boot: (hal) => {
      const socket = hal.links.connect(hal.links.all[0]!, { host: "h", port: 1 });
      socket.onData = (bytes) => {
        received.push(bytes.length);
        if (received.length === 2) socket.close();
      };
    },
    // The engine says that it takes 1,008 bytes at most.
    fromEngine: (message) => {
      if (message[0] !== Type.engineHello) return message;
      return new MessageWriter().begin(Type.engineHello).u8(BRIDGE_VERSION).u32(0).u32(1_008).end();
    },
  });
  const received: number[] = [];
  const rig = makeRig({
    boot: (hal) => {
      const { all, wifi } = hal.links;
      loopback.boot({ ...hal, links: { all, wifi, connect: () => near } });
    },
  });
  rig.machine.start();
  rig.run(1_000);
  near.onData!(new Uint8Array(2_500));
  expect(received).toEqual([1_000, 1_000]);
});

test("sleep and restart end the boot, whatever the firmware would do next", () => {
  for (const end of ["sleep", "restart"] as const) {
    let after = false;
    const rig = booted();
    rig.hal.timers.set(0, () => {
      if (end === "sleep") rig.hal.sleep.sleep({ depth: "hibernate", wakeAfterSeconds: 60 });
      else rig.hal.sleep.restart();
      after = true;
    });
    rig.run(10);
    expect(after).toBe(false);
    expect(rig.machine.crashes).toEqual([]);
    expect(rig.machine.state).toBe(end === "sleep" ? "asleep" : "starting");
  }
});

test("a power cut inside a call passes through the firmware and is no crash", () => {
  const rig = booted();
  rig.machine.armFlashCut({ operation: 1, at: "before" });
  let after = false;
  rig.hal.timers.set(0, () => {
    rig.hal.flash.journal.program(0, Uint8Array.of(0));
    after = true;
  });
  rig.run(10);
  expect(after).toBe(false);
  expect(rig.machine.state).toBe("off");
  expect(rig.machine.crashes).toEqual([]);
});

test("what the firmware lets out is a crash with its name, message and stack, and the box boots again", () => {
  const rig = booted();
  rig.hal.timers.set(0, () => {
    throw new TypeError("no such thing");
  });
  rig.run(10);
  expect(rig.machine.crashes[0]).toMatchObject({ message: "TypeError: no such thing" });
  expect(rig.machine.crashes[0]!.stack).toContain("bridge.test.ts");
  rig.run(5_000);
  expect(rig.machine.boots).toBe(2);
});

test("another version, and a capability that was not offered, are refused with both named", () => {
  const answer = (version: number, taken: number) =>
    new MessageWriter().begin(Type.engineHello).u8(version).u32(taken).u32(1_000).end();
  const crash = (reply: Uint8Array) => {
    const loopback = new Loopback({ boot: () => {}, offerHash: false, fromEngine: () => reply });
    const rig = makeRig({ boot: (hal) => loopback.boot(hal) });
    rig.machine.start();
    rig.run(1_000);
    return rig.machine.crashes[0]?.message;
  };
  expect(crash(answer(9, 0))).toMatch(/version 2 .*version 9/);
  expect(crash(answer(BRIDGE_VERSION, 1))).toMatch(/not offered/);
  expect(crash(Uint8Array.of(Type.done))).toMatch(/HELLO is answered by/);
});

test("an engine tells a device end of another version its own", () => {
  const loopback = new Loopback({
    boot: () => {},
    toEngine: (message) => {
      const changed = message.slice();
      if (changed[0] === Type.deviceHello) changed[1] = 77;
      return changed;
    },
  });
  const rig = makeRig({ boot: (hal) => loopback.boot(hal) });
  rig.machine.start();
  rig.run(1_000);
  // The answer names version 2, which this device end speaks: what follows is the boot.
  expect(rig.machine.crashes).toEqual([]);
});

test("an event from inside a HAL call is a fault of the device end, and named", () => {
  const loopback = new Loopback({ boot: (hal) => hal.trace.line("now") });
  const rig = makeRig({
    boot: (hal) => loopback.boot({ ...hal, trace: { line: () => hal.button.onPress?.() } }),
  });
  rig.machine.start();
  rig.run(1_000);
  expect(rig.machine.crashes[0]?.message).toMatch(/from inside a HAL call/);
});

test.each([
  ["an unknown call", [Type.call, 0x07]],
  ["an unknown flash call", [Type.call, 0x23, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["an unknown link call", [Type.call, 0x2f]],
  ["an unknown board call", [Type.call, 0x7f]],
  ["a call without its operands", [Type.call, Call.unlock, 1]],
  ["a call with too many operands", [Type.call, Call.mains, 1]],
  ["a partition that is not there", [Type.call, Call.flashErase, 9, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["a link that is not there", [Type.call, Call.linkUp, 9]],
  ["a socket that is not there", [Type.call, Call.socketWritable, 9, 0, 0, 0]],
  ["no call at all", [Type.done]],
])("%s ends the run with a BridgeError", (_, bytes) => {
  let failure: unknown;
  const rig = makeRig({
    boot: (hal) => {
      let serve: ((call: Uint8Array) => Uint8Array) | undefined;
      const hello = new MessageWriter().begin(Type.engineHello).u8(BRIDGE_VERSION).u32(0).u32(1_000).end();
      const carry = (message: Uint8Array, answer: (call: Uint8Array) => Uint8Array) => {
        serve = answer;
        return message[0] === Type.deviceHello ? hello : Uint8Array.of(Type.done);
      };
      new DeviceEnd({ hal, carry }).boot();
      try {
        serve!(Uint8Array.from(bytes));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        failure = error;
      }
    },
  });
  rig.machine.start();
  rig.run(1_000);
  expect(failure).toBeInstanceOf(BridgeError);
});

test("a message is read to its end and not beyond", () => {
  const reader = new MessageReader(Uint8Array.of(1, 5, 0, 65));
  expect(reader.u8()).toBe(1);
  expect(() => reader.text()).toThrow(BridgeError);
  expect(() => new MessageReader(Uint8Array.of(1, 2)).end()).toThrow(/2 bytes too many/);
  expect(() => new MessageWriter().begin(1).bytes(new Uint8Array(65_536))).toThrow(RangeError);
});
