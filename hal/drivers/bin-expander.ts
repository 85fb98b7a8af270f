import { IoError } from "../io/io-error.js";
import type { DoorState } from "../ports/bins.js";
import type { MCP23017 } from "./mcp23017.js";
import { outcome, retry } from "./retry.js";

const TRIES = 3;
/** Samples in a row that must differ from what is known before a door counts as moved. */
const STEADY_SAMPLES = 3;
/** Good samples in a row before one that was lost counts again: on a bad cable its doors would come and go all the time. */
const BACK_SAMPLES = 10;

/** Locks and door contacts of up to seven bins on one expander: GPA0 to GPA6 drive the locks, GPB0 to GPB6 sense the doors. */
export class BinExpander {
  readonly count: number;
  readonly #part: MCP23017;
  readonly #differs: Uint8Array;
  #doors: number | undefined;
  #samplesToCome = 0;
  /** No output can be on: read back as off, or reset by the reset line. */
  #surelyOff = false;
  /** Why it does not work now. */
  fault: string | undefined = "not looked at yet";

  constructor(part: MCP23017, count: number) {
    this.#part = part;
    this.count = count;
    this.#differs = new Uint8Array(count);
  }

  /** Debounced. A contact that is pulled to ground is a closed door, so a broken wire reads as an open one. */
  door(index: number): DoorState {
    if (this.#doors === undefined) return "unknown";
    return (this.#doors >> index) & 1 ? "open" : "closed";
  }

  /** Some contact differs from what is known: sample again soon. */
  get isSettling(): boolean {
    return this.#differs.some((samples) => samples > 0);
  }

  /** The reset line was pulled: outputs are off, the set-up is forgotten. */
  wasReset(): void {
    this.#surelyOff = true;
  }

  /** Looks at the part, sets it up where it has forgotten, and samples the contacts. Gives the bins whose door changed. */
  sample(): readonly number[] {
    const levels = outcome(() =>
      retry(TRIES, () => {
        this.#ready();
        return this.#part.inputs;
      }),
    );
    if (levels instanceof IoError) return this.#lost(levels);
    if (this.#samplesToCome > 0 && --this.#samplesToCome > 0) return [];
    this.fault = undefined;
    return this.#debounce(levels);
  }

  /** The outputs as they read back; empty when they cannot be read. */
  get latch(): string {
    const bits = outcome(() => retry(TRIES, () => this.#part.outputs));
    return bits instanceof IoError ? "" : bits.toString(2);
  }

  /** Whether no lock is on for sure. False: only the reset line helps. */
  get isOff(): boolean {
    const { latch } = this;
    // Unreachable, but it was seen off since anything was written to it.
    if (latch !== "") this.#surelyOff = latch === "0";
    return this.#surelyOff;
  }

  /** Turns the output of one lock on and nothing else. Throws IoError; the output may be on all the same. */
  on(index: number): void {
    retry(TRIES, () => this.#ready());
    this.#surelyOff = false;
    retry(TRIES, () => {
      this.#part.outputs = 1 << index;
    });
  }

  /** Turns every lock off. False when the part does not confirm it. */
  off(): boolean {
    this.#surelyOff = !(outcome(() => retry(TRIES, () => (this.#part.outputs = 0))) instanceof IoError);
    return this.#surelyOff;
  }

  /** Between pulses every output is off: one that reads back as on is stuck, or turned on by itself, and is told before somebody needs it. */
  #ready(): void {
    if (this.#part.isSetUp && this.#part.outputs === 0) return;
    this.#part.setUp();
    this.#surelyOff = true;
  }

  #lost(error: IoError): readonly number[] {
    this.fault = error.message;
    this.#samplesToCome = BACK_SAMPLES;
    if (this.#doors === undefined) return [];
    this.#doors = undefined;
    this.#differs.fill(0);
    return all(this.count);
  }

  #debounce(levels: number): readonly number[] {
    if (this.#doors === undefined) {
      this.#doors = levels;
      return all(this.count);
    }
    const changed: number[] = [];
    for (let index = 0; index < this.count; index++) {
      const differs = ((levels ^ this.#doors) >> index) & 1;
      this.#differs[index] = differs ? this.#differs[index]! + 1 : 0;
      if (this.#differs[index]! < STEADY_SAMPLES) continue;
      this.#differs[index] = 0;
      this.#doors ^= 1 << index;
      changed.push(index);
    }
    return changed;
  }
}

function all(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
