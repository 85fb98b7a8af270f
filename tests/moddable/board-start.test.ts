import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { identityImage } from "../../firmware/identity/copies.js";
import type { BareHal, IoBoard } from "../../hal/boards/board-ports.js";
import { boardOf, hardwareOf } from "../../hal/boards/index.js";
import { fontFile } from "../../sim/engines/glyphs/font-file.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { rig } from "../world/rig.js";

// Each board's modules are made anew.
vi.setConfig({ testTimeout: 120_000 });

/**
 * What an image of a board begins with, on Node: its own modules, with the SDK's played, over a board at register level. It is the only
 * place where they run together without a board. Native code is not in it, nor XS.
 */
const sdk = vi.hoisted(() => ({
  io: undefined as unknown as IoBoard,
  hal: undefined as unknown as BareHal,
  /** What happened, in order. */
  log: [] as string[],
  preferences: new Map<string, string>(),
  flash: new Map<string, unknown>(),
  font: new ArrayBuffer(0),
  drawn: 0,
  native: {} as Record<string, (...args: never[]) => unknown>,
}));

vi.mock("embedded:io/digital", () => ({
  default: class {
    static readonly Input = 0;
    static readonly InputPullUp = 1;
    static readonly Output = 2;
    static readonly Rising = 1;
    static readonly Falling = 2;
    constructor(options: { pin: number; mode: number }) {
      // Nobody touches the screen: its controller is not on the simulated board.
      const isTouch = options.pin === sdk.io.wiring.touch.interrupt;
      const pin = isTouch ? { read: () => 1, write: () => {}, close: () => {} } : new sdk.io.io.Digital(options);
      // biome-ignore lint/correctness/noConstructorReturn: the pin that it stands for
      return Object.assign(Object.create(pin), {
        read: () => pin.read(),
        close: () => pin.close(),
        write: (level: number) => {
          sdk.log.push(`pin ${options.pin} = ${level}`);
          pin.write(level);
        },
      });
    }
  },
}));
vi.mock("embedded:io/smbus", () => ({
  default: class {
    constructor(options: never) {
      // biome-ignore lint/correctness/noConstructorReturn: the part that it stands for
      return new sdk.io.io.SMBus(options);
    }
  },
}));
vi.mock("embedded:io/serial", () => ({
  default: class {
    constructor(options: never) {
      // biome-ignore lint/correctness/noConstructorReturn: the part that it stands for
      return new sdk.io.io.Serial(options);
    }
  },
}));
vi.mock("embedded:io/pwm", () => ({
  default: class {
    readonly resolution = 10;
    readonly #pin: number;
    constructor({ pin }: { pin: number }) {
      this.#pin = pin;
    }
    write(value: number) {
      sdk.log.push(`light ${this.#pin} = ${value}`);
    }
  },
}));
vi.mock("embedded:storage/flash", () => ({
  default: {
    open({ path }: { path: string }) {
      const flash = sdk.flash.get(path) as NorFlash | undefined;
      if (flash === undefined) throw new Error("no such partition");
      return {
        status: () => ({ size: flash.sizeBytes, blockLength: flash.sectorBytes }),
        read: (into: Uint8Array, offset: number) => flash.read(offset, into),
        write: (bytes: Uint8Array, offset: number) => flash.program(offset, bytes),
        eraseBlock: (block: number) => flash.erase(block * flash.sectorBytes),
      };
    },
  },
}));
vi.mock("embedded:network/interface/wifi", () => ({
  default: class {
    readonly connection = 200;
    connect({ SSID }: { SSID: string }) {
      sdk.log.push(`joins ${SSID}`);
    }
    disconnect() {}
  },
}));
vi.mock("embedded:io/socket/tcp", () => ({ default: class {} }));
vi.mock("embedded:io/socket/tcp/tls", () => ({ default: class {} }));
vi.mock("net", () => ({ default: { resolve: () => {} } }));
vi.mock("crypt", () => ({
  Digest: class {
    readonly #hash = createHash("sha512");
    write(bytes: ArrayBuffer) {
      this.#hash.update(new Uint8Array(bytes));
    }
    close() {
      return new Uint8Array(this.#hash.digest()).buffer;
    }
  },
}));
vi.mock("preference", () => ({
  default: { get: (domain: string, key: string) => sdk.preferences.get(`${domain}/${key}`) },
}));
vi.mock("timer", () => ({
  default: {
    set: (callback: () => void, ms = 0) => sdk.hal.timers.set(ms, callback),
    clear: (id: never) => sdk.hal.timers.clear(id),
    delay: (ms: number) => sdk.log.push(`waits ${ms} ms`),
  },
}));
vi.mock("Resource", () => ({
  default: class {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: the SDK's is a buffer, too
      return sdk.font;
    }
  },
}));
vi.mock("ili9341", () => ({
  default: class {
    constructor() {
      sdk.log.push("screen");
    }
  },
}));
vi.mock("commodetto/Bitmap", () => ({ default: class {} }));
vi.mock("commodetto/Poco", () => ({
  default: class {
    readonly width = 240;
    readonly height = 320;
    begin(_x: number, _y: number, width: number, height: number) {
      sdk.drawn += width * height;
    }
    end() {}
    makeColor() {
      return 0;
    }
    fillRectangle() {}
    drawGray() {
      sdk.log.push("letter");
    }
  },
}));

const SECTOR_BYTES = 4_096;
const partition = (sizeBytes: number, image?: Uint8Array) =>
  new NorFlash({ sizeBytes, sectorBytes: SECTOR_BYTES, alignBytes: 1, ...(image && { image }) });
const IDENTITY = identityImage(
  {
    box: "BOX-7",
    sealingKey: new Uint8Array(32).fill(1),
    codesKey: new Uint8Array(32).fill(2),
    lookupKey: new Uint8Array(32).fill(3),
    broker: { host: "broker.example", port: 8_883, username: "BOX-7", password: "secret" },
  },
  { sizeBytes: 65_536, sectorBytes: SECTOR_BYTES },
);

/** Nothing runs behind it. */
class Asleep extends Error {}

beforeEach(() => {
  vi.resetModules();
  sdk.log.length = 0;
  sdk.drawn = 0;
  sdk.preferences.clear();
  sdk.font = fontFile(boardOf("MS5").profile.panel.pixelsPerMillimetre).buffer;
  sdk.flash.clear();
  sdk.flash.set("identity", partition(65_536, IDENTITY));
  sdk.flash.set("journal", partition(65_536));
  sdk.flash.set("snapshot", partition(131_072));
});

/** A board whose image has just begun. */
async function begun(model: "MS5" | "MS4", units: readonly number[] = [12]) {
  const { world, box } = rig(() => {}, {
    board: boardOf(model).profile,
    units,
    parts: "registers",
    bootOnIo: (hal, io) => Object.assign(sdk, { hal, io }),
  });
  box.start();
  await world.advance(1_000);
  Object.assign(sdk.native, {
    xs_smartbox_monotonicMs: () => sdk.io.monotonicMs(),
    xs_smartbox_fillRandom: (into: Uint8Array) => {
      sdk.hal.entropy.fill(into);
      return true;
    },
    xs_smartbox_keptMemory: () => new ArrayBuffer(256),
    xs_smartbox_lettersOfNames: () => undefined,
    xs_smartbox_armWatchdog: (ms: number) => sdk.log.push(`watchdog ${ms}`),
    xs_smartbox_wakeCause: () => 0,
    xs_smartbox_resetReason: () => undefined,
    xs_smartbox_runningSlot: () => 0,
    xs_smartbox_deepSleep: (...pins: never[]) => {
      sdk.log.push(`sleeps ${pins.join(" ")}`);
      throw new Asleep();
    },
    xs_smartbox_ethernetStart: () => 0,
    xs_smartbox_ethernetStop: () => {},
    xs_smartbox_ethernetHasAddress: () => false,
  });
  vi.stubGlobal("native", (name: string) => {
    const one = sdk.native[name];
    if (one === undefined) throw new Error(`no native code is called ${name}`);
    return one;
  });
  vi.stubGlobal("trace", (text: string) => sdk.log.push(`says ${text.trimEnd()}`));
  // Not by a literal name: the SDK's types, which the compiler would want then, are not here.
  await import(`../../hal/moddable/esp32/${model.toLowerCase()}.ts`);
  await world.advance(2_000);
  return { world, box, wiring: hardwareOf(model).wiring };
}

const place = (entry: string) => sdk.log.indexOf(entry);
const said = () => sdk.log.filter((one) => one.startsWith("says ")).join("\n");

describe.each(["MS5", "MS4"] as const)("the image of %s", (model) => {
  test("begins: rail, screen, journal, first view, watchdog, light; and sleeps on its own pins when the mains is gone", async () => {
    const { world, box, wiring } = await begun(model);
    const { pins } = wiring;
    expect(said()).not.toMatch(/crash/);
    expect(place(`pin ${pins.rail} = 1`)).toBeGreaterThanOrEqual(0);
    expect(place("waits 10 ms")).toBeGreaterThan(place(`pin ${pins.rail} = 1`));
    expect(place("screen")).toBeGreaterThan(place("waits 10 ms"));
    expect(sdk.log.some((one) => one.startsWith(`light ${pins.backlight} = `) && !one.endsWith(" = 0"))).toBe(true);
    expect(sdk.log.some((one) => /^watchdog \d{4,5}$/.test(one))).toBe(true);
    // Mounted, with the boot's record in it.
    const journal = sdk.flash.get("journal") as NorFlash;
    expect(journal.programs).toBeGreaterThan(0);
    expect(sdk.drawn).toBeGreaterThanOrEqual(240 * 320);
    expect(sdk.log.filter((one) => one === "letter").length).toBeGreaterThan(20);
    box.setMains(false);
    await world.advance(180_000);
    // What a callback of the SDK throws is told on the console, and ends the program.
    expect(said()).toContain("crash: Error");
    expect(box.crashCount).toBe(1);
    expect(sdk.log.find((one) => one.startsWith("sleeps"))).toMatch(
      new RegExp(`^sleeps ${pins.button} ${pins.mains} `),
    );
  });
});

test("takes the network of the site from NVS", async () => {
  sdk.preferences.set("smartbox.wifi/ssid", "Office");
  await begun("MS5");
  expect(sdk.log).toContain("joins Office");
});

test.each(["identity", "journal", "snapshot"])(
  "without its partition %s is no crash: the screen says what is missing",
  async (label) => {
    sdk.flash.delete(label);
    await begun("MS5");
    expect(said()).not.toMatch(/crash/);
    expect(sdk.drawn).toBeGreaterThanOrEqual(240 * 320);
  },
);

test("that was never told its bins, or nonsense, begins as well", async () => {
  sdk.preferences.set("smartbox/units", "twelve");
  await begun("MS5");
  expect(said()).not.toMatch(/crash/);
  expect(sdk.drawn).toBeGreaterThanOrEqual(240 * 320);
});
