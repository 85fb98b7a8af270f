import type { BareHal } from "../../../hal/boards/board-ports.js";
import { linksFitted } from "../../../hal/boards/index.js";
import { TRIAL_WATCHDOG_MS } from "../../../hal/boot/stub.js";
import type { CellularSettings } from "../../../hal/drivers/sim7000.js";
import type { BoardProfile } from "../../../hal/ports/board.js";
import { WakeCause } from "../../../hal/ports/power.js";
import type { ScheduledEvent } from "../clock/scheduler.js";
import { Battery, type BatteryState, type BoardLoad } from "../devices/battery.js";
import { Bins, type BinsState } from "../devices/bins.js";
import { boundFlash, type FlashHooks } from "../devices/bound-flash.js";
import { Button } from "../devices/button.js";
import { currentsOf } from "../devices/currents.js";
import { Entropy } from "../devices/entropy.js";
import { Gauge } from "../devices/gauge.js";
import { ImageFlash, type Started } from "../devices/image-flash.js";
import { KeptMemory } from "../devices/kept-memory.js";
import { Life } from "../devices/life.js";
import { Mains } from "../devices/mains.js";
import { type CutPlan, NorFlash } from "../devices/nor-flash.js";
import { Panel } from "../devices/panel.js";
import { EngineLost, PowerCut } from "../devices/power-cut.js";
import { Processor, SealingLoad } from "../devices/processor.js";
import { Reader } from "../devices/reader.js";
import { Rtc } from "../devices/rtc.js";
import type { Site } from "../devices/site.js";
import { BoxNet, netFor } from "../net/links.js";
import type { WifiCredentials } from "../net/wifi.js";
import type { BoardParts } from "../parts/board-parts.js";
import { bareHal } from "./bare-hal.js";
import { identityFlash } from "./identity-flash.js";
import type { FlashGeometry, MachineOptions } from "./machine-options.js";
import { directPorts, partsAt } from "./parts-level.js";
import { sleepPort } from "./sleep-port.js";
import type { World } from "./world.js";

/** From reset to the firmware's first line: boot ROM and image load, ms. */
const BOOT_MS = 300;
/** From returning mains to the wake input, ms. */
const WAKE_MS = 50;
/** A crashed program stands still until the watchdog bites, ms. */
const CRASH_MS = 1_000;
const MAX_CRASHES_KEPT = 20;
const SECTOR_BYTES = 4_096;
/** Four erase blocks as one: the state of a box with 200 bins, which each sector begins with, takes up to 6 KB. */
const JOURNAL_SECTOR_BYTES = 4 * SECTOR_BYTES;

/** What `identity` fills; as in the Linux simulator. */
export const IDENTITY_PARTITION = { sizeBytes: 4 * SECTOR_BYTES, sectorBytes: SECTOR_BYTES } as const;

export interface Crash {
  readonly atMs: number;
  /** Of an image on trial, which is there to show what it is worth. */
  readonly isOfTrial: boolean;
  readonly message: string;
  readonly stack: string;
}

/** What a box keeps without running, apart from its flash. */
export interface MachineState {
  readonly mains: boolean;
  readonly battery: BatteryState;
  readonly rtcErrorSeconds: number | null;
  readonly bins: BinsState;
  readonly wifi: WifiCredentials | null;
}

export interface CutOptions {
  /** The supply is back this long after the cut; absent: when `restorePower` is called. */
  readonly backAfterMs?: number;
}

/**
 * One box: devices and flash that last, and the boots of its firmware that come and go. The firmware's exceptions end here: a
 * PowerCut is the end of a boot, anything else is a crash, which is recorded and answered by the watchdog.
 */
export class Machine {
  readonly name: string;
  readonly world: World;
  readonly board: BoardProfile;
  readonly battery: Battery;
  readonly gauge: Gauge;
  readonly mains: Mains;
  readonly bins: Bins;
  readonly button: Button;
  readonly panel: Panel;
  readonly reader: Reader;
  readonly rtc: Rtc;
  readonly entropy: Entropy;
  readonly net: BoxNet;
  /** The board at register level, with its faults; undefined with direct ports. */
  readonly parts: BoardParts | undefined;
  readonly flash: { readonly identity: NorFlash; readonly journal: NorFlash; readonly snapshot: NorFlash };
  /** Undefined: its firmware cannot be replaced. */
  readonly images: ImageFlash | undefined;
  /** The slot and the release that run or ran last, and whether on trial; undefined: none did, or there are no slots. */
  running: { readonly slot: 0 | 1; readonly release: number; readonly isTrial: boolean } | undefined;
  /** Boots in which the stub found no image to start. */
  bricked = 0;

  readonly load = new SealingLoad();
  /** Boots of the firmware, crashes, and losses of power so far. */
  boots = 0;
  crashCount = 0;
  powerCuts = 0;
  /** Power cuts that struck inside a flash operation. */
  flashCuts = 0;
  /** The newest crashes. */
  readonly crashes: Crash[] = [];
  /** Called after each change of `state`. */
  onState: ((state: "off" | "starting" | "running" | "asleep") => void) | undefined;

  readonly #site: Site;
  readonly #boot: MachineOptions["boot"];
  readonly #bootOnIo: MachineOptions["bootOnIo"];
  readonly #openingComputrons: () => number;
  readonly #cellular: CellularSettings;
  #state: "off" | "starting" | "running" | "asleep" = "off";
  #life: Life | undefined;
  readonly #kept = new KeptMemory();
  #next: ScheduledEvent | undefined;
  /** Why the machine is off: the cell went flat, or something else. */
  #wentFlat = false;
  /** Between a power cut and the return of the supply. */
  #severed = false;
  #flashCut: (CutOptions & { operationsLeft: number; at: CutPlan["at"] }) | undefined;
  #pulseCut: (CutOptions & { doorOpens: boolean }) | undefined;

  constructor(world: World, options: MachineOptions) {
    this.name = options.name;
    this.world = world;
    this.board = options.board;
    this.#boot = options.boot;
    this.#bootOnIo = options.bootOnIo;
    this.#openingComputrons = options.openingComputrons ?? (() => 0);
    this.#cellular = options.cellular ?? {};
    const site: Site = {
      scheduler: world.scheduler,
      random: (name) => world.random(`${options.name} ${name}`),
      trueWallSeconds: () => world.wallSeconds(),
      trace: (device, event) => world.trace.add(world.nowMs, options.name, device, event),
    };
    this.#site = site;
    this.battery = new Battery(site, {
      capacityMilliampHours: options.board.battery?.capacityMilliampHours ?? 1,
      chargePercent: options.chargePercent ?? 100,
      present: options.board.battery !== undefined,
      currents: currentsOf(options.board.model),
    });
    this.battery.onEmpty = () => this.#flat();
    this.gauge = new Gauge(this.battery);
    this.mains = new Mains(site, options.mains ?? true);
    this.battery.supplyMains(this.mains.present);
    this.bins = new Bins(site, this.battery, options.units ?? [12]);
    this.bins.watch((event) => {
      if (event.kind === "pulse") this.#pulsed(event.bin);
    });
    this.button = new Button(site, this.battery);
    this.button.onWake = () => this.#wake(WakeCause.button);
    this.panel = new Panel(site, this.battery);
    this.reader = new Reader(site, this.battery);
    this.rtc = new Rtc(site, options.rtc);
    this.entropy = new Entropy(site);
    const net = { ...netFor(linksFitted(options.board.model)), ...options.net };
    this.net = new BoxNet(site, this.battery, world.network, net);
    const fitted = { board: options.board, units: options.units ?? [12] };
    this.parts = partsAt(options.parts ?? "ports", site, fitted, this);
    this.images =
      options.images && new ImageFlash(options.images, (name) => this.#site.random(`flash ${name}`).int(2 ** 32));
    this.flash = {
      identity: identityFlash(options.identity, IDENTITY_PARTITION),
      journal: this.#part(
        "journal",
        options.journal ?? { sizeBytes: 1_048_576, sectorBytes: JOURNAL_SECTOR_BYTES, alignBytes: 1 },
      ),
      snapshot: this.#part(
        "snapshot",
        options.snapshot ?? { sizeBytes: 2_097_152, sectorBytes: SECTOR_BYTES, alignBytes: 1 },
      ),
    };
  }

  get state(): "off" | "starting" | "running" | "asleep" {
    return this.#state;
  }

  /** Connects the supply that the options described: the box boots if there is any. */
  start(): void {
    this.#revive(WakeCause.powerOn);
  }

  /** Mains goes or comes back. */
  setMains(present: boolean): void {
    this.mains.change(present);
    this.battery.supplyMains(present);
    if (!present) this.#checkSupply();
    else if (this.#state === "asleep") this.#wakeByMains();
    else this.#revive(this.#wentFlat ? WakeCause.brownOut : WakeCause.powerOn);
  }

  /** Somebody takes the cell out or puts it back. */
  setBattery(present: boolean): void {
    this.battery.fit(present);
    if (present) this.#revive(WakeCause.powerOn);
    else this.#checkSupply();
  }

  /** Mains and battery are gone at once, now. */
  powerCut(options: CutOptions = {}): void {
    if (this.#severed) return;
    this.#severed = true;
    this.powerCuts++;
    this.#die("power cut");
    if (options.backAfterMs !== undefined) this.#site.scheduler.after(options.backAfterMs, () => this.restorePower());
  }

  /** The end of a power cut; mains and battery are as they were. Idempotent. */
  restorePower(): void {
    if (!this.#severed) return;
    this.#severed = false;
    this.#revive(WakeCause.powerOn);
  }

  /**
   * Arms a power cut inside the `operation`th program or erase from now (1 is the next) of all partitions together; `at`
   * as in `CutPlan`. Replaces the one armed before.
   */
  armFlashCut(plan: CutPlan & CutOptions): void {
    this.#flashCut = { ...plan, operationsLeft: plan.operation };
  }

  /** Arms a power cut right after the next lock pulse starts; `doorOpens`: the latch has let go by then. */
  armPulseCut(plan: { doorOpens: boolean } & CutOptions): void {
    this.#pulseCut = plan;
  }

  /** Takes back what is armed. */
  disarm(): void {
    this.#flashCut = undefined;
    this.#pulseCut = undefined;
  }

  get saved(): MachineState {
    return {
      mains: this.mains.present,
      battery: this.battery.state,
      rtcErrorSeconds: this.rtc.errorSeconds ?? null,
      bins: this.bins.state,
      wifi: this.net.wifi?.joined ?? null,
    };
  }

  /** Takes over what `saved` told in an earlier run; only before `start`. */
  restore(state: MachineState): void {
    if (this.#state !== "off") throw new Error("a running machine cannot be restored");
    this.mains.change(state.mains);
    this.battery.supplyMains(state.mains);
    this.battery.restore(state.battery);
    this.rtc.restore(state.rtcErrorSeconds ?? undefined);
    this.bins.restore(state.bins);
    this.net.wifi?.restore(state.wifi ?? undefined);
  }

  get #supplied(): boolean {
    return !this.#severed && (this.mains.present || this.battery.usable);
  }

  #checkSupply(): void {
    if (!this.#supplied) this.#die("no supply");
  }

  #flat(): void {
    if (this.#state !== "off") this.#wentFlat = true;
    this.#die("battery flat");
  }

  #die(why: string): void {
    if (this.#state === "off") return;
    this.#site.trace("power", `off: ${why}`);
    this.#leave("off");
  }

  /** Ends what runs now and goes to `state`. */
  #leave(state: "off" | "starting" | "asleep", draws?: BoardLoad): void {
    this.#site.scheduler.cancel(this.#next);
    this.#next = undefined;
    const life = this.#life;
    this.#life = undefined;
    life?.end();
    this.battery.board(draws);
    this.#enterState(state);
  }

  #enterState(state: "off" | "starting" | "running" | "asleep"): void {
    this.#state = state;
    if (state === "off") {
      this.parts?.brownOut();
      this.#kept.lose();
    }
    this.onState?.(state);
  }

  #revive(cause: WakeCause): void {
    if (this.#state === "off" && this.#supplied) this.#reset(cause, BOOT_MS);
  }

  #wake(cause: WakeCause): void {
    if (this.#state === "asleep") this.#reset(cause, BOOT_MS);
  }

  /** The wake input is level-sensitive: mains that came back while the box fell asleep wakes it as well. */
  #wakeByMains(): void {
    this.#site.scheduler.after(WAKE_MS, () => {
      if (this.mains.present) this.#wake(WakeCause.mainsBack);
    });
  }

  #reset(cause: WakeCause, delayMs: number): void {
    this.#leave("starting", "starting");
    this.#next = this.#site.scheduler.after(delayMs, () => this.#run(cause));
  }

  #run(cause: WakeCause): void {
    this.#next = undefined;
    this.#wentFlat = false;
    this.boots++;
    this.flash.identity.powerOn();
    this.flash.journal.powerOn();
    this.flash.snapshot.powerOn();
    for (const part of this.images?.all ?? []) part.powerOn();
    this.battery.board("awake");
    this.#site.trace("power", `boot ${this.boots} cause ${cause}`);
    const processor = new Processor(this.#site, this.load, this.#openingComputrons);
    const life = new Life(cause, this.#site.scheduler.nowMs, (of, work) => this.#enter(of, work), processor);
    this.#life = life;
    this.#enterState("running");
    if (!life.running) return;
    life.call(() => this.#runFirmware(life));
  }

  /** The loop's edge: the only place that takes what firmware code throws. */
  #enter(life: Life, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof EngineLost) throw error;
      if (life.running || !(error instanceof PowerCut)) this.#crash(life, error);
      return;
    }
    if (!life.running)
      this.#recordCrash(new Error("the firmware went on after its boot was over: it swallowed a PowerCut"));
  }

  #crash(life: Life, error: unknown): void {
    this.#recordCrash(error);
    this.#kept.fault(this.crashes.at(-1)!.message);
    if (this.#life === life) this.#reset(WakeCause.watchdog, CRASH_MS);
  }

  #recordCrash(error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const stack = error instanceof Error ? (error.stack ?? message) : message;
    this.crashCount++;
    const isOfTrial = this.running?.isTrial === true;
    this.crashes.push({ atMs: this.#site.scheduler.nowMs, isOfTrial, message, stack });
    if (this.crashes.length > MAX_CRASHES_KEPT) this.crashes.shift();
    this.#site.trace("firmware", `crash ${message}`);
  }

  /** Firmware on drivers of its own gets the board's IO, any other the ports. */
  #runFirmware(life: Life): void {
    const hooks: FlashHooks = {
      beforeWrite: (device) => this.#beforeWrite(device),
      onCut: () => this.#cutInFlash(),
    };
    const bare = bareHal(this, this.#site, life, {
      flash: hooks,
      watchdog: () => this.#reset(WakeCause.watchdog, BOOT_MS),
      sleep: sleepPort(this.#site, life, {
        asleep: (depth, seconds) => this.#fallAsleep(depth, seconds),
        restart: () => this.#reset(WakeCause.software, BOOT_MS),
      }),
      crash: this.#kept.port(life),
    });
    const started = this.#startImage(life, bare, hooks);
    if (started === "no-image") return;
    const { image } = started ?? {};
    const hal: BareHal = started === undefined ? bare : { ...bare, update: started.port };
    if (this.parts === undefined) this.#boot({ ...hal, ...directPorts(this, life) }, image);
    else if (this.#bootOnIo !== undefined) this.#bootOnIo(hal, this.parts.io(life), image);
    else this.#boot({ ...hal, ...this.parts.ports(life, { ...hal, cellular: this.#cellular }) }, image);
  }

  /** What the boot stub does. Undefined: there is none, and nothing to choose. */
  #startImage(life: Life, { watchdog }: BareHal, hooks: FlashHooks): Started | "no-image" | undefined {
    if (this.images === undefined) return undefined;
    const started = this.images.start((name, device) => boundFlash(this.#site, life, name, device, hooks));
    if (started === undefined) {
      this.bricked++;
      this.#site.trace("power", "no image boots");
      return "no-image";
    }
    const { slot, isTrial, image } = started.choice;
    const { release } = image;
    this.running = { slot, release, isTrial };
    this.#site.trace("power", `release ${release} from slot ${slot}${isTrial ? " on trial" : ""}`);
    if (isTrial) watchdog.start(TRIAL_WATCHDOG_MS);
    return started;
  }

  #fallAsleep(depth: "sleep" | "hibernate", wakeAfterSeconds: number | undefined): void {
    this.#leave("asleep", depth);
    if (wakeAfterSeconds !== undefined) {
      this.#next = this.#site.scheduler.after(wakeAfterSeconds * 1_000, () => this.#wake(WakeCause.timer));
    }
    if (this.mains.present) this.#wakeByMains();
  }

  #beforeWrite(device: NorFlash): void {
    const cut = this.#flashCut;
    if (cut === undefined) return;
    cut.operationsLeft--;
    if (cut.operationsLeft === 0) device.planCut({ operation: 1, at: cut.at });
  }

  #cutInFlash(): void {
    this.flashCuts++;
    const cut = this.#flashCut;
    this.#flashCut = undefined;
    this.powerCut(cut ?? {});
  }

  #pulsed(bin: number): void {
    const cut = this.#pulseCut;
    if (cut === undefined) return;
    this.#pulseCut = undefined;
    if (cut.doorOpens) this.bins.letGo(bin);
    this.powerCut(cut);
  }

  #part(name: string, geometry: FlashGeometry): NorFlash {
    return new NorFlash({ ...geometry, seed: this.#site.random(`flash ${name}`).int(2 ** 32) });
  }
}
