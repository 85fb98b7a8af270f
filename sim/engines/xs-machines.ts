import { join } from "node:path";
import type { Engine } from "./engine.js";
import type { MappedFlash } from "./mapped-flash.js";
import type { ImageFault } from "./node-image.js";
import { bundleScript } from "./xs/bundle.js";
import { compileXs } from "./xs/compile.js";
import { xsProgram } from "./xs/program.js";
import { XsHost, XsWorker } from "./xs-worker.js";

/** Answers what the machine asks, in place. */
export type Serve = (request: Uint8Array) => Uint8Array;

/** Where fresh XS machines with the firmware loaded come from. */
export interface XsMachines {
  /** Of the last evaluation of the firmware, its parsing included; 0: nobody counts. */
  readonly loadComputrons: number;
  /** What `start` takes in place of its own program. */
  readonly program: NonNullable<Engine["program"]>;
  /**
   * The one before must have been killed. `program`: as of `program`, to run in place of this tree's firmware. Throws what the machine throws
   * where it is no program.
   */
  start(serve: Serve, program?: Uint8Array): XsWorker;
  /** Absent: the simulator's boot stub stands in for one of the machine's own. */
  readonly stub?: StubMachines;
  /** Idempotent. */
  close(): void;
}

/** Machines that come up in a boot stub of their own, with the slots in their flash. */
export interface StubMachines {
  /** Of each slot. */
  readonly slotBytes: number;
  /** What the stub sees. */
  readonly flash: MappedFlash;
  /** As `start`; it waits in its stub until it is told to choose (`MappedFlash.choose`), and goes on with the image. */
  start(serve: Serve): XsWorker;
}

/** In processes of this computer. The program is parsed once; later machines begin from the heap that was there then. */
export class DesktopXs implements XsMachines {
  readonly program = async (fault: ImageFault, version: string) =>
    new Uint8Array(Buffer.from(await xsProgram(fault, version)));
  readonly #host: XsHost;
  readonly #source: string;
  #loadComputrons = 0;
  /** Heaps by program, evaluated. */
  readonly #images = new Map<string, string>();

  private constructor(binary: string, source: string) {
    this.#host = new XsHost([binary]);
    this.#source = source;
  }

  /** Throws NoXsError where XS cannot be had. */
  static async open(): Promise<DesktopXs> {
    const { worker } = compileXs();
    bundle ??= bundleScript("machine.ts").then(({ source }) => source);
    return new DesktopXs(worker, await bundle);
  }

  get loadComputrons(): number {
    return this.#loadComputrons;
  }

  start(serve: Serve, own?: Uint8Array): XsWorker {
    const program = own === undefined ? this.#source : Buffer.from(own).toString();
    // The first as all others, so that the first boot differs from no other.
    const image = this.#images.get(program) ?? this.#load(program);
    return new XsWorker(this.#host, serve, image);
  }

  #load(program: string): string {
    const worker = new XsWorker(this.#host, (request) => request);
    try {
      this.#loadComputrons = worker.evaluate(program).computrons;
      const image = join(this.#host.dir, `image${this.#images.size}`);
      worker.save(image);
      this.#images.set(program, image);
      return image;
    } finally {
      worker.kill();
    }
  }

  close(): void {
    this.#host.close();
  }
}

/** One for all of this process: the sources do not change under it. */
let bundle: Promise<string> | undefined;
