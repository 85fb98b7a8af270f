import type { BinsPort } from "../ports/bins.js";
import type { ClockPort, ClockQuality, TimersPort } from "../ports/clock.js";
import type { FlashPort } from "../ports/flash.js";
import type { Hal } from "../ports/hal.js";
import type { GaugeReading, SleepPort, WakeCause } from "../ports/power.js";
import type { BootFacts, UpdatePort } from "../ports/update.js";
import type { Caller } from "./caller.js";
import { Call, DEPTHS, DOORS, LAMPS } from "./codes.js";
import type { Facts, FlashFacts } from "./facts.js";

/** The ports made of calls, one function each; links are in engine-links.ts. */

export function binsPort(caller: Caller, labels: readonly string[]): BinsPort {
  return {
    count: labels.length,
    label(bin) {
      const label = labels[bin];
      if (label === undefined) throw new RangeError(`no bin ${bin}`);
      return label;
    },
    unlock(bin) {
      caller.begin(Call.unlock).f64(bin);
      caller.tell();
    },
    door(bin) {
      caller.begin(Call.door).f64(bin);
      return DOORS[caller.ask().u8()] ?? "unknown";
    },
    onDoor: undefined,
    releaseMount() {
      caller.begin(Call.releaseMount);
      caller.tell();
    },
  };
}

export function powerPorts(caller: Caller): Pick<Hal, "gauge" | "mains" | "button" | "watchdog"> {
  return {
    gauge: {
      read() {
        caller.begin(Call.gauge);
        const reader = caller.ask();
        if (!reader.flag()) return undefined;
        const reading: GaugeReading = {
          chargePercent: reader.f64(),
          millivolts: reader.f64(),
          milliamps: reader.optionalF64(),
          celsius: reader.optionalF64(),
        };
        return reading;
      },
    },
    mains: {
      present() {
        caller.begin(Call.mains);
        return caller.ask().flag();
      },
      onChange: undefined,
    },
    button: {
      onPress: undefined,
      lamp(mode) {
        caller.begin(Call.lamp).u8(LAMPS.indexOf(mode));
        caller.tell();
      },
    },
    watchdog: {
      start(timeoutMs) {
        caller.begin(Call.watchdogStart).f64(timeoutMs);
        caller.tell();
      },
      feed() {
        caller.begin(Call.watchdogFeed);
        caller.tell();
      },
    },
  };
}

export function peoplePorts(caller: Caller): Pick<Hal, "panel" | "reader" | "trace"> {
  return {
    panel: {
      render(view) {
        caller.begin(Call.render).json(view);
        caller.tell();
      },
      backlight(percent) {
        caller.begin(Call.backlight).f64(percent);
        caller.tell();
      },
      onInput: undefined,
    },
    reader: { onScan: undefined },
    trace: {
      line(text) {
        caller.begin(Call.trace).text(text);
        caller.tell();
      },
    },
  };
}

/** A class, since a method lies in the prepared program and a closure in the heap. */
export class BridgeFlash implements FlashPort {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly alignBytes: number;
  readonly #caller: Caller;
  readonly #partition: number;

  constructor(caller: Caller, partition: number, facts: FlashFacts) {
    this.sizeBytes = facts.sizeBytes;
    this.sectorBytes = facts.sectorBytes;
    this.alignBytes = facts.alignBytes;
    this.#caller = caller;
    this.#partition = partition;
  }

  read(offset: number, into: Uint8Array): void {
    this.#caller.begin(Call.flashRead).u8(this.#partition).f64(offset).u32(into.length);
    into.set(this.#caller.ask().bytes());
  }

  program(offset: number, bytes: Uint8Array): void {
    this.#caller.begin(Call.flashProgram).u8(this.#partition).f64(offset).bytes(bytes);
    this.#caller.tell();
  }

  erase(offset: number): void {
    this.#caller.begin(Call.flashErase).u8(this.#partition).f64(offset);
    this.#caller.tell();
  }
}

/** `first`: the number of the store's partition; the slots follow. */
export function updatePort(
  caller: Caller,
  { running, store, slot0, slot1 }: NonNullable<Facts["update"]>,
  first: number,
): UpdatePort {
  return {
    running,
    store: new BridgeFlash(caller, first, store),
    slots: [new BridgeFlash(caller, first + 1, slot0), new BridgeFlash(caller, first + 2, slot1)],
    boot: {
      facts() {
        caller.begin(Call.bootFacts);
        return caller.ask().json() as BootFacts;
      },
      tryOther(release) {
        caller.begin(Call.bootTry).f64(release);
        caller.tell();
      },
      confirm() {
        caller.begin(Call.bootConfirm);
        caller.tell();
      },
      giveUp(why) {
        caller.begin(Call.bootGiveUp).u8(why);
        caller.tell();
      },
    },
  };
}

export function clockPort(caller: Caller): ClockPort {
  return {
    monotonicMs() {
      caller.begin(Call.monotonic);
      return caller.ask().f64();
    },
    wallSeconds() {
      caller.begin(Call.wall);
      return caller.ask().optionalF64();
    },
    quality() {
      caller.begin(Call.quality);
      return caller.ask().u8() as ClockQuality;
    },
    setWall(seconds) {
      caller.begin(Call.setWall).f64(seconds);
      caller.tell();
    },
  };
}

/** Timers that the device end runs; the callbacks stay here. */
export class EngineTimers implements TimersPort {
  readonly #caller: Caller;
  readonly #callbacks = new Map<number, () => void>();

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  set(delayMs: number, callback: () => void): number {
    this.#caller.begin(Call.timerSet).f64(delayMs);
    const id = this.#caller.ask().f64();
    this.#callbacks.set(id, callback);
    return id;
  }

  clear(id: number): void {
    if (!this.#callbacks.delete(id)) return;
    this.#caller.begin(Call.timerClear).f64(id);
    this.#caller.tell();
  }

  fired(id: number): void {
    const callback = this.#callbacks.get(id);
    this.#callbacks.delete(id);
    callback?.();
  }
}

export function sleepPort(caller: Caller, wakeCause: WakeCause): SleepPort {
  return {
    wakeCause,
    sleep({ depth, wakeAfterSeconds }) {
      caller.begin(Call.sleep).u8(DEPTHS.indexOf(depth)).optionalF64(wakeAfterSeconds);
      caller.tell();
      throw new Error("the device end went on after sleep");
    },
    restart() {
      caller.begin(Call.restart);
      caller.tell();
      throw new Error("the device end went on after restart");
    },
  };
}
