import { join } from "node:path";
import type { BareHal, IoBoard } from "../../hal/boards/board-ports.js";
import { Type } from "../../hal/bridge/codes.js";
import { BridgeWorld } from "../../hal/bridge/world.js";
import { withoutDrivers } from "../../hal/bridge/world-io.js";
import type { Hal } from "../../hal/ports/hal.js";
import { PowerCut } from "../devices/power-cut.js";
import { bundleScript } from "../xs/bundle.js";
import { compileXs } from "../xs/compile.js";
import type { Engine } from "./engine.js";
import { XsHost, XsWorker } from "./xs-worker.js";

export interface XsEngineOptions {
  /** False: the machine computes digests itself with tweetnacl, as a board without them in silicon; true if absent. */
  readonly hashOfBoard?: boolean;
}

/** The firmware in a real XS machine: a fresh process for every boot, on the machine's end of the bridge. */
export class XsEngine implements Engine {
  /** Told of each HAL call, as a bridge message, before it is served; true: the power went, and the turn ends there. */
  cutAt: ((call: Uint8Array) => boolean) | undefined;
  readonly #source: string;
  readonly #options: XsEngineOptions;
  readonly #host: XsHost;
  #worker: XsWorker | undefined;
  #serve: ((call: Uint8Array) => Uint8Array) | undefined;
  #isCut = false;
  #computrons = 0;
  #slots = 0;
  #calls = 0;
  #loadComputrons = 0;
  #image: string | undefined;

  private constructor(binary: string, source: string, options: XsEngineOptions) {
    this.#host = new XsHost(binary);
    this.#source = source;
    this.#options = options;
  }

  /** Throws NoXsError where XS cannot be had. */
  static async open(options: XsEngineOptions = {}): Promise<XsEngine> {
    const { worker } = compileXs();
    bundle ??= bundleScript("machine.ts").then(({ source }) => source);
    return new XsEngine(worker, await bundle, options);
  }

  /** Computrons of all turns so far, over all boots; the loading of the program is not among them. */
  get computrons(): number {
    return this.#computrons;
  }

  /** Slots in use after the last turn, garbage since the last collection included. */
  get slots(): number {
    return this.#slots;
  }

  /** HAL calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Computrons of the last evaluation of the whole bundle, its parsing included. */
  get loadComputrons(): number {
    return this.#loadComputrons;
  }

  boot(hal: Hal): void {
    this.#run(hal);
  }

  bootOnIo(hal: BareHal, board: IoBoard): void {
    this.#run(withoutDrivers(hal, board), board);
  }

  #run(hal: Hal, board?: IoBoard): void {
    this.#worker?.kill();
    const worker = this.#start();
    this.#worker = worker;
    this.#isCut = false;
    const world = new BridgeWorld({
      hal,
      ...(board && { board }),
      offerHash: this.#options.hashOfBoard ?? true,
      carry: (message, serve) => {
        this.#serve = serve;
        const { computrons, slots, result } = worker.command(message);
        this.#computrons += computrons;
        this.#slots = slots;
        if (this.#isCut) throw new PowerCut("cut at a HAL call");
        return result;
      },
    });
    world.boot();
  }

  /** A machine with the program loaded. It is parsed once; later machines begin from the heap that was there then. */
  #start(): XsWorker {
    const serve = (call: Uint8Array) => {
      this.#calls++;
      if (this.cutAt?.(call) === true) this.#isCut = true;
      return this.#isCut ? Uint8Array.of(Type.over) : this.#serve!(call);
    };
    if (this.#image !== undefined) return new XsWorker(this.#host, serve, this.#image);
    const worker = new XsWorker(this.#host, serve);
    this.#loadComputrons = worker.evaluate(this.#source).computrons;
    this.#image = join(this.#host.dir, "image");
    worker.save(this.#image);
    // From the image as all others, so that the first boot differs from no other.
    worker.kill();
    return new XsWorker(this.#host, serve, this.#image);
  }

  /** Collects garbage and counts the slots that are left in use. */
  slotsInUse(): number {
    if (this.#worker === undefined) throw new Error("nothing was booted");
    return this.#worker.command(new Uint8Array(0)).slots;
  }

  /** Computrons of one HAL call without operands, as the firmware makes it. */
  costOfCall(): number {
    if (this.#worker === undefined) throw new Error("nothing was booted");
    const cost = (source: string) => this.#worker!.evaluate(source).computrons;
    return cost("hal.mains.present(); hal.mains.present()") - cost("hal.mains.present()");
  }

  close(): void {
    this.#worker?.kill();
    this.#worker = undefined;
    this.#host.close();
  }
}

/** One for all engines of this process: the sources do not change under it. */
let bundle: Promise<string> | undefined;
