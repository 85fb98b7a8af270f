import type { BareHal, IoBoard } from "../../hal/boards/board-ports.js";
import type { BootChoice, BootStub } from "../../hal/boot/stub.js";
import { Type } from "../../hal/bridge/codes.js";
import { DeviceEnd } from "../../hal/bridge/device-end.js";
import { withoutDrivers } from "../../hal/bridge/device-io.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { RunningImage } from "../world/devices/image-flash.js";
import { PowerCut } from "../world/devices/power-cut.js";
import type { Engine, Spent } from "./engine.js";
import type { BootPartitions } from "./mapped-flash.js";
import { McuXs } from "./mcu-xs.js";
import { isThisTree } from "./node-image.js";
import { OPENED } from "./opening-cost.js";
import { DesktopXs, type StubMachines, type XsMachines } from "./xs-machines.js";
import { type BoardReport, XsKilled, type XsReport, type XsWorker } from "./xs-worker.js";

export interface XsEngineOptions {
  /** False: the machine computes digests itself with tweetnacl, as a board without them in silicon; true if absent. */
  readonly hashOfBoard?: boolean;
}

/** The firmware in a real XS machine: a fresh process for every boot, on the engine's end of the bridge. */
export class XsEngine implements Engine {
  /** The machine was killed from outside, which is how it loses its power; absent: that is a fault. Returns when the power is cut. */
  onKilled: (() => void) | undefined;
  /** Told of each HAL call, as a bridge message, before it is served; true: the power went, and the turn ends there. */
  cutAt: ((call: Uint8Array) => boolean) | undefined;
  readonly #machines: XsMachines;
  readonly #options: XsEngineOptions;
  #worker: XsWorker | undefined;
  /** In which the boot stub has chosen, and the image waits. */
  #chosen: XsWorker | undefined;
  #serve: ((call: Uint8Array) => Uint8Array) | undefined;
  #isCut = false;
  #computrons = 0;
  #openingComputrons = 0;
  #slots = 0;
  #peakSlots = 0;
  #peakChunkBytes: number | undefined;
  #calls = 0;
  #board: BoardReport | undefined;
  /** Ticks of the boots before this one. */
  #ticksBefore = 0;

  private constructor(machines: XsMachines, options: XsEngineOptions) {
    this.#machines = machines;
    this.#options = options;
  }

  /** In a process of this computer. Throws NoXsError where XS cannot be had. */
  static async open(options: XsEngineOptions = {}): Promise<XsEngine> {
    return new XsEngine(await DesktopXs.open(), options);
  }

  /** On an emulated microcontroller. Throws NoXsError where XS, the emulator or the cross compiler cannot be had. */
  static async onMcu(options: XsEngineOptions = {}): Promise<XsEngine> {
    return new XsEngine(await McuXs.open(), options);
  }

  /** On the emulated microcontroller with its flash in its own memory, and a life of its own (`McuXs.withFlash`). Throws NoXsError likewise. */
  static async withFlash(files: { flash: string; lifetime: string }): Promise<XsEngine> {
    return new XsEngine(await McuXs.withFlash(files), {});
  }

  /** On the emulated microcontroller, with its instructions counted. Throws NoXsError likewise. */
  static async counting(): Promise<XsEngine> {
    return new XsEngine(await McuXs.counting(), { hashOfBoard: false });
  }

  get openingComputrons(): number {
    return this.#openingComputrons;
  }

  get program(): Engine["program"] {
    return this.#machines.program;
  }

  get slotBytes(): number | undefined {
    return this.#machines.stub?.slotBytes;
  }

  get stub(): BootStub | undefined {
    const { stub } = this.#machines;
    return stub && ((metadata, slots) => this.#choose(stub, [metadata, ...slots]));
  }

  /** The machine that the stub ran in goes on with what it chose. */
  #choose(stub: StubMachines, partitions: BootPartitions): BootChoice | undefined {
    this.#worker?.kill();
    this.#chosen?.kill();
    stub.flash.powerOn(partitions);
    let isAtStub = true;
    const worker = stub.start((call) => (isAtStub ? stub.flash.serve(call) : this.#serveCall(call)));
    this.#chosen = worker;
    const choice = stub.flash.choose(worker);
    isAtStub = false;
    return choice;
  }

  /** Computrons of all turns so far, over all boots; the loading of the program is not among them. */
  get computrons(): number {
    return this.#computrons;
  }

  get spent(): Spent {
    return { computrons: this.#computrons, peakSlots: this.#peakSlots, peakChunkBytes: this.#peakChunkBytes };
  }

  /** Slots in use after the last turn, garbage since the last collection included. */
  get slots(): number {
    return this.#slots;
  }

  /** What the emulated board told last; undefined on others. */
  get board(): BoardReport | undefined {
    return this.#board;
  }

  /** Of the emulated board's timer, over all boots: from each reset on, the evaluation of the program included. */
  get ticks(): number {
    return this.#ticksBefore + (this.#board?.ticks ?? 0);
  }

  /** HAL calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Computrons of the evaluation of the whole bundle, its parsing included. */
  get loadComputrons(): number {
    return this.#machines.loadComputrons;
  }

  boot(hal: Hal, image?: RunningImage): void {
    this.#run(hal, undefined, image);
  }

  bootOnIo(hal: BareHal, board: IoBoard, image?: RunningImage): void {
    this.#run(withoutDrivers(hal, board), board, image);
  }

  #run(hal: Hal, board: IoBoard | undefined, image: RunningImage | undefined): void {
    this.#worker?.kill();
    this.#ticksBefore = this.ticks;
    this.#board = undefined;
    const program = image === undefined || isThisTree(image) ? undefined : image.payload;
    const worker = this.#chosen ?? this.#machines.start((call) => this.#serveCall(call), program);
    this.#chosen = undefined;
    this.#worker = worker;
    this.#isCut = false;
    const devices = new DeviceEnd({
      hal,
      ...(board && { board }),
      offerHash: this.#options.hashOfBoard ?? true,
      carry: (message, serve) => {
        this.#serve = serve;
        const { computrons, slots, peakChunkBytes, board, result } = this.#command(worker, message);
        this.#computrons += computrons;
        this.#slots = slots;
        this.#board = board;
        this.#peakSlots = Math.max(this.#peakSlots, slots);
        if (peakChunkBytes !== undefined) this.#peakChunkBytes = Math.max(this.#peakChunkBytes ?? 0, peakChunkBytes);
        if (this.#isCut) throw new PowerCut("cut at a HAL call");
        return result;
      },
    });
    devices.boot();
  }

  #command(worker: XsWorker, message: Uint8Array): XsReport {
    try {
      return worker.command(message);
    } catch (error) {
      if (!(error instanceof XsKilled) || this.onKilled === undefined) throw error;
      this.onKilled();
      throw new PowerCut("killed");
    }
  }

  #serveCall(call: Uint8Array): Uint8Array {
    if (call[0] === OPENED) {
      this.#openingComputrons += call[1]! + (call[2]! << 8) + (call[3]! << 16) + call[4]! * 2 ** 24;
      return new Uint8Array(0);
    }
    this.#calls++;
    if (this.cutAt?.(call) === true) this.#isCut = true;
    return this.#isCut ? Uint8Array.of(Type.over) : this.#serve!(call);
  }

  /** Collects garbage and counts the slots that are left in use. */
  slotsInUse(): number {
    return this.afterCollection().slots;
  }

  /** Collects garbage, and what the machine tells then. */
  afterCollection(): XsReport {
    if (this.#worker === undefined) throw new Error("nothing was booted");
    return this.#worker.command(new Uint8Array(0));
  }

  /** Computrons of one HAL call without operands, as the firmware makes it. */
  costOfCall(): number {
    if (this.#worker === undefined) throw new Error("nothing was booted");
    const cost = (source: string) => this.#worker!.evaluate(source).computrons;
    return cost("hal.mains.present(); hal.mains.present()") - cost("hal.mains.present()");
  }

  close(): void {
    this.#worker?.kill();
    this.#chosen?.kill();
    this.#worker = undefined;
    this.#machines.close();
  }
}
