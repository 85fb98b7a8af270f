import { IoError } from "../../hal/io/io-error.js";
import type { SMBusOptions } from "../../hal/io/smbus.js";
import { Life } from "../../sim/world/devices/life.js";
import { timersPort } from "../../sim/world/devices/timers.js";
import { World } from "../../sim/world/machine/world.js";
import { boardIo } from "../../sim/world/parts/board-io.js";
import { I2cBus, type I2cPart } from "../../sim/world/parts/i2c-bus.js";
import { Pin } from "../../sim/world/parts/pins.js";
import { SerialLine } from "../../sim/world/parts/serial-line.js";
import { Random } from "../../sim/world/random.js";

/** IO of one boot with a bus, a serial line and two pins, in virtual time; what firmware code throws comes out of `run`. */
export function bench(seed = 1) {
  const world = new World({ seed });
  const { scheduler } = world;
  const bus = new I2cBus(new Random(seed));
  const line = new SerialLine(new Random(seed + 1));
  const pins = new Map([
    [1, new Pin(1)],
    [2, new Pin(0)],
  ]);
  const life = new Life(0, 0, (_, work) => work());
  const io = boardIo({ scheduler, pins, buses: new Map([[0, bus]]), lines: new Map([[1, line]]) }, life);
  const site = { scheduler, random: (name: string) => world.random(name), trueWallSeconds: () => 0, trace: () => {} };
  const at = (address: number): { sensor: SMBusOptions & { io: typeof io.SMBus } } => ({
    sensor: { data: 0, clock: 0, port: 0, hz: 400_000, address, io: io.SMBus },
  });
  const serial = { io: io.Serial, receive: 1, transmit: 2, port: 1, baud: 115_200 };
  /** Lets `ms` of virtual time go by, one event after another. */
  const run = (ms: number) => {
    const end = scheduler.nowMs + ms;
    while ((scheduler.nextAtMs ?? Number.POSITIVE_INFINITY) <= end) scheduler.runNext();
    scheduler.idleTo(end);
  };
  return {
    world,
    bus,
    line,
    pins,
    io,
    at,
    serial,
    run,
    timers: timersPort(site, life),
    monotonicMs: () => scheduler.nowMs,
  };
}

/** A part that writes down what it is sent, and answers from a script; without one, it does not acknowledge. */
export class Scripted implements I2cPart {
  readonly answers = true;
  readonly log: string[] = [];
  readonly #script: string[];

  /** `script`: what is read in each transaction, as hex. */
  constructor(...script: string[]) {
    this.#script = script;
  }

  receive(bytes: Uint8Array): void {
    this.log.push(`w ${hex(bytes)}`);
  }

  transmit(count: number): Uint8Array {
    const next = this.#script.shift();
    if (next === undefined) throw new IoError("the script is over");
    const bytes = unhex(next);
    if (bytes.length !== count) throw new Error(`${count} bytes are read where the script has ${next}`);
    this.log.push(`r ${hex(bytes)}`);
    return bytes;
  }
}

export function hex(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

export function unhex(text: string): Uint8Array {
  return new Uint8Array(
    text
      .split(" ")
      .filter((byte) => byte !== "")
      .map((byte) => Number.parseInt(byte, 16)),
  );
}
