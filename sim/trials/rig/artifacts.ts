import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "../stage/stage.js";

/** What a story leaves behind for whoever looks into it: files in one folder. */
export class Artifacts {
  readonly #dir: string;
  readonly #trace: number;
  readonly #console: number;
  #events = 0;

  /** Makes the folder. Files of an earlier run in it are written over. */
  constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    this.#dir = dir;
    this.#trace = openSync(join(dir, "trace.txt"), "w");
    this.#console = openSync(join(dir, "console.txt"), "w");
  }

  /** An event of the trace; its number counts from 1. */
  event(line: string): void {
    this.#events++;
    writeSync(this.#trace, `${this.#events} ${line}\n`);
  }

  /** A step of the story, with the number of the event that came last. */
  step(ms: number, text: string): void {
    writeSync(this.#console, `${ms} ms, after event ${this.#events}: ${text}\n`);
  }

  /** At the end, while the stage is open: what the box told, what is on its flash, what its screen shows. */
  end({ machine, rig }: Stage, failure: string | undefined): void {
    for (const { atMs, message, stack } of machine.crashes) this.step(atMs, `crash: ${message}\n${stack}`);
    if (failure !== undefined) this.step(rig.world.nowMs, `it went wrong: ${failure}`);
    writeFileSync(join(this.#dir, "journal.bin"), machine.flash.journal.image());
    writeFileSync(join(this.#dir, "snapshot.bin"), machine.flash.snapshot.image());
    writeFileSync(join(this.#dir, "screen.json"), `${JSON.stringify(machine.panel.view ?? null, null, 2)}\n`);
  }

  close(): void {
    closeSync(this.#trace);
    closeSync(this.#console);
  }
}
