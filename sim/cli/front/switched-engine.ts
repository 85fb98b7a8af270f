import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Hal } from "../../../hal/ports/hal.js";
import { type Engine, NODE_ENGINE } from "../../engines/engine.js";
import { BUILD_DIR, ROOT } from "../../engines/xs/bundle.js";
import { NoXsError } from "../../engines/xs/compile.js";
import { XsEngine } from "../../engines/xs-engine.js";
import type { EngineNow, EngineSection } from "../../page/shared/state.js";
import type { RunningImage } from "../../world/devices/image-flash.js";
import { WorldError } from "../../world/devices/site.js";

/** What one box runs on: Node, or XS as on a board. The other one takes over at the next boot, and the world goes as it would have gone. */
export class SwitchedEngine implements Engine {
  #runs: EngineNow = "node";
  #wanted: EngineNow = "node";
  #isOpening = false;
  #isClosed = false;
  #xs: XsEngine | undefined;
  /** Of the engines before this one, less what this one had counted when it took over. */
  #openingsBefore = 0;
  /** Of XS machines before this one. */
  #computronsBefore = 0;

  boot(hal: Hal, image?: RunningImage): void {
    if (this.#runs !== this.#wanted) this.#takeOver();
    this.#current.boot(hal, image);
  }

  get openingComputrons(): number {
    return this.#openingsBefore + this.#current.openingComputrons;
  }

  get section(): EngineSection {
    const computrons = this.#xs === undefined ? undefined : this.#computronsBefore + this.#xs.computrons;
    const { peakSlots } = this.#xs?.spent ?? {};
    return {
      runs: this.#runs,
      wanted: this.#wanted,
      isOpening: this.#isOpening,
      computrons: computrons ?? null,
      peakSlots: peakSlots ?? null,
    };
  }

  /**
   * From the next boot on. XS is compiled first where it never was, which takes up to a minute. Rejects with WorldError where it cannot be
   * had, or is being made ready already.
   */
  async want(engine: EngineNow): Promise<void> {
    if (this.#isOpening) throw new WorldError("XS is being made ready: wait for it");
    if (engine === "xs" && this.#xs === undefined) {
      this.#isOpening = true;
      try {
        this.#xs = await openXs();
      } finally {
        this.#isOpening = false;
      }
      if (this.#isClosed) return this.close();
    }
    this.#wanted = engine;
  }

  close(): void {
    this.#isClosed = true;
    this.#xs?.close();
    this.#xs = undefined;
    this.#runs = "node";
  }

  get #current(): Engine {
    return this.#runs === "node" ? NODE_ENGINE : this.#xs!;
  }

  #takeOver(): void {
    const openings = this.openingComputrons;
    if (this.#runs === "xs") {
      this.#computronsBefore += this.#xs!.computrons;
      this.#xs!.close();
      this.#xs = undefined;
    }
    this.#runs = this.#wanted;
    this.#openingsBefore = openings - this.#current.openingComputrons;
  }
}

async function openXs(): Promise<XsEngine> {
  try {
    // The compiler in a process of its own: the world goes on meanwhile.
    if (!existsSync(join(BUILD_DIR, "engine", "stamp"))) {
      await promisify(execFile)("npm", ["run", "--silent", "build:xs"], { cwd: ROOT }).catch(() => {});
    }
    return await XsEngine.open();
  } catch (error) {
    if (error instanceof NoXsError) throw new WorldError(error.message);
    throw error;
  }
}
