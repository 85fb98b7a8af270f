import type { Hardware } from "../../../hal/boards/board.js";
import { type BoardOptions, type BoardPorts, boardPorts, type IoBoard } from "../../../hal/boards/board-ports.js";
import { type Fitted, fittedBins } from "../../../hal/boards/fitted-bins.js";
import type { PartPin } from "../../../hal/boards/part.js";
import { type PartName, partsOf } from "../../../hal/boards/parts.js";
import type { BoardWiring } from "../../../hal/boards/wiring.js";
import type { BoardProfile } from "../../../hal/ports/board.js";
import type { Battery } from "../devices/battery.js";
import type { Bins } from "../devices/bins.js";
import type { Button } from "../devices/button.js";
import type { Gauge } from "../devices/gauge.js";
import type { Life } from "../devices/life.js";
import type { Mains } from "../devices/mains.js";
import type { Reader } from "../devices/reader.js";
import type { Rtc } from "../devices/rtc.js";
import type { Site } from "../devices/site.js";
import type { BoxNet } from "../net/links.js";
import type { Random } from "../random.js";
import { boardIo } from "./board-io.js";
import { I2cBus } from "./i2c-bus.js";
import { Max17048 } from "./max17048.js";
import { Mcp23017 } from "./mcp23017.js";
import { Pin } from "./pins.js";
import { Pn532 } from "./pn532.js";
import { Rv3028 } from "./rv3028.js";
import { SerialLine } from "./serial-line.js";
import { Sim7000Part } from "./sim7000.js";
import { fobTag, type Tag } from "./tag.js";
import { Tmp102 } from "./tmp102.js";

/** Somebody who scans a fob holds it to the reader for so long. */
const SCAN_MS = 600;
/** Offsets at which a bouncing contact turns over after it was moved, ms: an even number, so that it ends where it goes. */
const BOUNCES_MS = [1, 2, 4, 7, 9, 12] as const;

export interface Devices {
  readonly battery: Battery;
  readonly bins: Bins;
  readonly button: Button;
  readonly gauge: Gauge;
  readonly mains: Mains;
  readonly reader: Reader;
  readonly rtc: Rtc;
  readonly net: BoxNet;
}

interface Expander {
  readonly part: Mcp23017;
  readonly first: number;
  readonly count: number;
  /** Locks that port A drives. */
  high: number;
  interrupt: number;
}

/**
 * The parts of a box's board at register level, with the physical devices behind them. What goes wrong is set here: on `buses`
 * (stuck, NACKs, bit errors), on the parts (silent, lies), on `readerLine` (noise), `bounces`, and `brownOut`.
 */
export class BoardParts {
  readonly buses: { readonly system: I2cBus; readonly bins: I2cBus };
  readonly expanders: readonly Mcp23017[];
  readonly gauge: Max17048;
  readonly thermometer: Tmp102;
  readonly rtc: Rv3028;
  readonly reader: Pn532;
  readonly readerLine: SerialLine;
  /** On boards that have one. */
  readonly modem: Sim7000Part | undefined;
  readonly modemLine: SerialLine;
  /** When the buzzer began to sound, ms. */
  readonly beeps: number[] = [];
  /** Button, mains and door contacts bounce when they move. */
  bounces = false;
  /** What somebody holds to the reader who scans a fob with this serial. */
  tagOf: (serial: string) => Tag = fobTag;

  readonly #site: Site;
  readonly #settings: BoardProfile["bins"];
  readonly #wiring: BoardWiring;
  readonly #units: readonly number[];
  readonly #devices: Devices;
  readonly #random: Random;
  readonly #pins: ReadonlyMap<number, Pin>;
  readonly #parts: Hardware["parts"];
  readonly #lockSupply: Pin;
  readonly #expanderReset: Pin;
  readonly #interrupt: Pin;
  readonly #mount: Pin;
  readonly #powerKey: Pin;
  readonly #rail: Pin;
  readonly #buzzer: Pin;
  readonly #expanders: readonly Expander[];
  /** Contacts that bounce now, with the level that they show. */
  readonly #bouncing = new Map<number, boolean>();
  /** Coils that have current. */
  readonly #live = new Set<number | "mount">();

  constructor(
    site: Site,
    options: { board: BoardProfile; hardware: Hardware; units: readonly number[] },
    devices: Devices,
  ) {
    const { units } = options;
    const { parts, wiring } = options.hardware;
    this.#site = site;
    this.#settings = options.board.bins;
    this.#wiring = wiring;
    this.#parts = parts;
    this.#lockSupply = pinOf(parts.locks.pins.enable);
    this.#expanderReset = pinOf(parts.expanders.pins.reset);
    this.#interrupt = pinOf(parts.expanders.pins.interrupt);
    this.#mount = pinOf(parts.mount.pins.coil);
    this.#powerKey = pinOf(parts.modem?.pins.powerKey);
    this.#rail = pinOf(parts.loadSwitch.pins.enable);
    this.#buzzer = pinOf(parts.buzzer.pins.tone);
    this.#units = units;
    this.#devices = devices;
    this.#random = site.random("parts");
    this.buses = { system: new I2cBus(site.random("i2c system")), bins: new I2cBus(site.random("i2c bins")) };
    this.gauge = new Max17048(devices.battery, devices.gauge, site.random("gauge part"));
    this.thermometer = new Tmp102(devices.battery, devices.gauge);
    this.rtc = new Rv3028(devices.rtc);
    this.buses.system.attach(wiring.gaugeAddress, this.gauge);
    this.buses.system.attach(wiring.thermometerAddress, this.thermometer);
    this.buses.system.attach(wiring.rtcAddress, this.rtc);
    this.readerLine = new SerialLine(site.random("reader line"));
    this.reader = new Pn532(site.scheduler, this.readerLine);
    this.reader.onAwake = (isAwake) => devices.battery.load("reader", isAwake ? devices.battery.currents.reader : 0);
    this.modemLine = new SerialLine(site.random("modem line"));
    this.modem = this.#fitModem();
    this.#expanders = this.#fitExpanders(fittedBins(wiring, units));
    this.expanders = this.#expanders.map((one) => one.part);
    this.#pins = this.#connectPins();
    devices.bins.onContact = (bin) => this.#contactMoved(bin);
    devices.reader.watch((serial) => this.#scanned(serial));
  }

  /** Drivers of a new boot on these parts. */
  ports(life: Life, rest: Pick<BoardOptions, "timers" | "links" | "cellular">): BoardPorts {
    const { timers, links, cellular = {} } = rest;
    return boardPorts({ ...this.io(life), settings: this.#settings, timers, links, cellular });
  }

  /** What a new boot's drivers stand on. */
  io(life: Life): IoBoard {
    const buses = new Map([
      [this.#wiring.buses.system.port, this.buses.system],
      [this.#wiring.buses.bins.port, this.buses.bins],
    ]);
    const { reader, modem } = this.#wiring;
    const lines = new Map([[reader.port, this.readerLine]]);
    if (modem !== undefined) lines.set(modem.port, this.modemLine);
    const { scheduler } = this.#site;
    return {
      io: boardIo({ scheduler, pins: this.#pins, buses, lines }, life),
      wiring: this.#wiring,
      units: this.#units,
      monotonicMs: () => {
        life.check();
        return scheduler.nowMs - life.bornMs;
      },
    };
  }

  /** The bins of an expander as people call them. */
  expanderName(at: number): string {
    const { first, count } = this.#expanders[at]!;
    const { bins } = this.#devices;
    return `bins ${bins.label(first)} to ${bins.label(first + count - 1)}`;
  }

  /** The board's 3.3 V dips or goes away: what it feeds starts anew. The gauge has the cell, the RTC its backup. */
  brownOut(): void {
    for (const { part } of this.#expanders) part.powerOnReset();
    this.#supplySwitched(false);
    this.#supplySwitched(this.#rail.level === 1);
    this.modem?.powerOnReset();
  }

  /** The parts that are here of those behind the load switch: the board's table says which they are. Without supply they forget all. */
  #supplySwitched(isSupplied: boolean): void {
    const here: Partial<Record<PartName, { isSupplied: boolean }>> = {
      gauge: this.gauge,
      thermometer: this.thermometer,
      rtc: this.rtc,
      reader: this.reader,
    };
    for (const [name, { supply }] of partsOf(this.#parts)) {
      const part = here[name];
      if (part !== undefined && supply === "3V3 switched") part.isSupplied = isSupplied;
    }
  }

  #fitModem(): Sim7000Part | undefined {
    const { cellular } = this.#devices.net;
    if (this.#wiring.modem === undefined || cellular === undefined) return undefined;
    const { scheduler } = this.#site;
    return new Sim7000Part({ scheduler, line: this.modemLine, key: this.#powerKey, net: this.#devices.net, cellular });
  }

  #fitExpanders(fitted: readonly Fitted[]): Expander[] {
    let first = 0;
    return fitted.map(({ place, count }) => {
      const part = new Mcp23017({
        inputs: (port) => (port === 0 ? 0 : this.#contacts(expander)),
        driven: (port, high) => {
          if (port === 1) return;
          expander.high = high;
          this.#energise();
        },
        interrupt: (level) => {
          expander.interrupt = level;
          this.#interrupt.outside = this.#expanders.some((one) => one.interrupt === 0) ? 0 : undefined;
        },
      });
      const expander: Expander = { part, first, count, high: 0, interrupt: 1 };
      first += count;
      this.buses[place.bus].attach(
        place.address,
        unreachableWith(part, () => this.#isCutOff(expander)),
      );
      return expander;
    });
  }

  #connectPins(): ReadonlyMap<number, Pin> {
    const { pins } = this.#wiring;
    const { button, mains } = this.#devices;
    const buttonPin = pinOf(this.#parts.button.pins.contact);
    const mainsPin = pinOf(this.#parts.mains.pins.sense);
    const lamp = pinOf(this.#parts.lamp.pins.on);
    button.onLevel = (isDown) => this.#move(buttonPin, isDown ? 0 : undefined);
    mains.onLevel = (present) => this.#move(mainsPin, present ? 1 : undefined);
    mainsPin.outside = mains.present ? 1 : undefined;
    lamp.watch((level) => button.drive(level === 1));
    this.#lockSupply.watch(() => this.#energise());
    this.#mount.watch(() => this.#energise());
    this.#expanderReset.watch((level) => {
      for (const { part } of this.#expanders) part.reset = level;
    });
    this.#rail.watch((level) => this.#supplySwitched(level === 1));
    this.#buzzer.watch((level) => {
      if (level === this.#wiring.buzzer.on) this.beeps.push(this.#site.scheduler.nowMs);
    });
    const { modem, buzzer } = this.#wiring;
    return new Map([
      [pins.rail, this.#rail],
      [buzzer.pin, this.#buzzer],
      ...(modem === undefined ? [] : [[modem.powerKey, this.#powerKey] as const]),
      [pins.button, buttonPin],
      [pins.lamp, lamp],
      [pins.mains, mainsPin],
      [pins.lockSupply, this.#lockSupply],
      [pins.expanderReset, this.#expanderReset],
      [pins.expanderInterrupt, this.#interrupt],
      [pins.mount, this.#mount],
    ]);
  }

  /** Bins of the scenario that cannot be reached are on an expander that does not answer. */
  #isCutOff({ first, count }: Expander): boolean {
    for (let bin = first; bin < first + count; bin++) if (this.#devices.bins.isUnreachable(bin)) return true;
    return false;
  }

  /** A closed door pulls its contact to ground; what is not wired is pulled up. */
  #contacts({ first, count }: Expander): number {
    let level = 0xff;
    for (let index = 0; index < count; index++) {
      const isOpen = this.#bouncing.get(first + index) ?? this.#devices.bins.contactOpen(first + index);
      if (!isOpen) level &= ~(1 << index);
    }
    return level;
  }

  #contactMoved(bin: number): void {
    const expander = this.#expanders.find(({ first, count }) => bin >= first && bin < first + count);
    const changed = () => expander?.part.inputsChanged();
    changed();
    if (!this.bounces) return;
    for (const [index, ms] of BOUNCES_MS.entries()) {
      this.#site.scheduler.after(ms, () => {
        const isLast = index === BOUNCES_MS.length - 1;
        if (isLast) this.#bouncing.delete(bin);
        else this.#bouncing.set(bin, this.#devices.bins.contactOpen(bin) !== (index % 2 === 0));
        changed();
      });
    }
  }

  /** A coil has current while its output and the supply are on. */
  #energise(): void {
    const isSupplied = this.#lockSupply.level === 1;
    this.#coil("mount", isSupplied && this.#mount.level === 1);
    for (const { first, count, high } of this.#expanders) {
      for (let index = 0; index < count; index++) this.#coil(first + index, isSupplied && ((high >> index) & 1) === 1);
    }
  }

  #coil(coil: number | "mount", isLive: boolean): void {
    if (this.#live.has(coil) === isLive) return;
    if (isLive) this.#live.add(coil);
    else this.#live.delete(coil);
    this.#devices.bins.energise(coil, isLive);
  }

  #move(pin: Pin, level: number | undefined): void {
    if (!this.bounces) {
      pin.outside = level;
      return;
    }
    const other = pin.level;
    const settled = level;
    pin.outside = settled;
    for (const [index, ms] of BOUNCES_MS.entries()) {
      const isLast = index === BOUNCES_MS.length - 1;
      this.#site.scheduler.after(ms + this.#random.int(2), () => {
        pin.outside = isLast || index % 2 === 1 ? settled : other;
      });
    }
  }

  #scanned(serial: string): void {
    if (this.#devices.reader.broken) {
      this.reader.silent = true;
      return;
    }
    const tag = this.tagOf(serial);
    this.reader.field = tag;
    this.#site.scheduler.after(SCAN_MS, () => {
      this.reader.field = undefined;
    });
  }
}

/** At rest it has the level of its resistor; without one, it counts as low. */
function pinOf(pin: PartPin | undefined): Pin {
  return new Pin(pin?.rest ?? 0);
}

/** A part that is off the bus for another reason than its own. */
function unreachableWith(part: Mcp23017, isCutOff: () => boolean) {
  return {
    get answers() {
      return part.answers && !isCutOff();
    },
    get holdsBus() {
      return part.holdsBus;
    },
    receive: (bytes: Uint8Array) => part.receive(bytes),
    transmit: (count: number) => part.transmit(count),
  };
}
