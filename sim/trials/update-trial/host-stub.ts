import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BootChoice, BootStub } from "../../../hal/boot/stub.js";
import { type BootPartitions, MappedFlash } from "../../engines/mapped-flash.js";
import { bootStub, HOST_SLOT_BYTES } from "../../engines/xs/boot-stub.js";
import { XsHost, XsWorker } from "../../engines/xs-worker.js";

/** Room for the partition `update` and two slots. */
const MEMORY_BYTES = 65_536;

/** The boot stub in C as a program of this computer, which sanitizers watch. It is for slots of four sectors. */
export class HostStub {
  readonly #folder = mkdtempSync(join(tmpdir(), "smartbox-stub-"));
  readonly #program = bootStub("host");
  readonly #all: Process[] = [];
  /** Trials look at what a cut would leave while an operation of the stub is under way: then another one chooses meanwhile. */
  readonly #idle: Process[] = [];

  readonly choose: BootStub = (metadata, slots) => {
    const one = this.#idle.pop() ?? this.#another();
    try {
      return one.choose([metadata, ...slots]);
    } finally {
      this.#idle.push(one);
    }
  };

  #another(): Process {
    const one = new Process(this.#program, join(this.#folder, `flash${this.#all.length}`));
    this.#all.push(one);
    return one;
  }

  close(): void {
    for (const one of this.#all) one.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

class Process {
  readonly #flash: MappedFlash;
  readonly #host: XsHost;
  /** It chooses again and again; a cut of the power ends it. */
  #worker: XsWorker | undefined;

  constructor(program: string, file: string) {
    this.#flash = new MappedFlash(file, MEMORY_BYTES, HOST_SLOT_BYTES);
    this.#host = new XsHost([program, file]);
  }

  choose(partitions: BootPartitions): BootChoice | undefined {
    this.#flash.powerOn(partitions);
    if (this.#worker?.alive !== true) this.#worker = new XsWorker(this.#host, (call) => this.#flash.serve(call));
    return this.#flash.choose(this.#worker);
  }

  close(): void {
    this.#worker?.kill();
    this.#host.close();
    this.#flash.close();
  }
}
