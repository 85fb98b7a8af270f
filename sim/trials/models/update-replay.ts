import { join } from "node:path";
import { MetadataBootControl } from "../../../hal/boot/boot-control.js";
import { MetadataStore } from "../../../hal/boot/metadata.js";
import { chooseImage } from "../../../hal/boot/stub.js";
import { GiveUp, type Slot } from "../../../hal/ports/update.js";
import { ROOT } from "../../engines/xs/bundle.js";
import { NorFlash } from "../../world/devices/nor-flash.js";
import { PowerCut } from "../../world/devices/power-cut.js";
import { trialImage } from "../update-trial/releases.js";
import { compareRun } from "./replay.js";
import type { Defines } from "./spin.js";

const MODEL = join(ROOT, "firmware/update/update.pml");
/** Whole operations only: what a torn one reads as is chance, and chance is not the same here and there. */
const AS_BUILT: Defines = { STEPS: 120, RELEASES: 40, CUTS: 60, PLAIN: true };
const SECTOR_BYTES = 4_096;
const IMAGE_BYTES = 300;

/** Plays a random run of the model with boot stub and boot control. Answers how many lines. Throws ReplayError. */
export function replayUpdate(seed: number): number {
  const board = new Board();
  return compareRun(MODEL, AS_BUILT, seed, (line) => board.play(line));
}

/** Two slots, the boot metadata, and what runs. */
class Board {
  readonly #update = part(6);
  readonly #slots = [part(1), part(1)] as const;
  #running: Slot = 0;

  constructor() {
    this.#fill(0, 1);
    new MetadataStore(this.#update).write({
      confirmed: 0,
      release: 1,
      trial: undefined,
      floor: 0,
      returned: undefined,
    });
  }

  /** Does what a line of the model tells, with its cut. Answers the line as the code has it; undefined: it answers nothing. */
  play(line: string): string | undefined {
    const words = line.split(" ");
    const [what] = words;
    const at = words.indexOf("cut");
    if (at >= 0) this.#update.planCut({ operation: Number(words[at + 1]), at: words[at + 2] as "before" | "after" });
    switch (what) {
      case "boot":
        return this.#cutOr(line, () => this.#boot());
      case "offer":
        return this.#cutOr(line, () => this.#offer(Number(words[1])));
      case "confirm":
        return this.#cutOr(line, () => {
          this.#control.confirm();
          return "confirm done";
        });
      case "giveup":
        return this.#cutOr(line, () => {
          this.#control.giveUp(GiveUp.selfTest);
          return "giveup done";
        });
      case "reset":
      case "rest":
        return undefined;
      default:
        throw new RangeError(`the model tells "${line}", which nobody here knows`);
    }
  }

  get #control(): MetadataBootControl {
    return new MetadataBootControl({ metadata: this.#update, slots: this.#slots, running: this.#running });
  }

  /** What a cut ends has no outcome but the cut. */
  #cutOr(line: string, work: () => string): string {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.#update.powerOn();
      return line;
    }
  }

  #boot(): string {
    const choice = chooseImage(this.#update, this.#slots);
    if (choice === undefined) return "boot nothing";
    this.#running = choice.slot;
    const present = new MetadataStore(this.#update).read();
    const [trial, tries] = [choice.isTrial ? 1 : 0, present?.trial?.tries ?? 0];
    return `boot slot ${choice.slot} trial ${trial} tries ${tries} returned ${present?.returned?.release ?? 0}`;
  }

  #offer(release: number): string {
    this.#fill(this.#running === 0 ? 1 : 0, release);
    this.#control.tryOther(release);
    return `offer ${release} done`;
  }

  #fill(slot: Slot, release: number): void {
    const image = new Uint8Array(SECTOR_BYTES).fill(0xff);
    image.set(trialImage(release, IMAGE_BYTES));
    this.#slots[slot].load(image);
  }
}

function part(sectors: number): NorFlash {
  return new NorFlash({ sizeBytes: sectors * SECTOR_BYTES, sectorBytes: SECTOR_BYTES, alignBytes: 1 });
}
