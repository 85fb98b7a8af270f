import { MetadataStore } from "../../../hal/boot/metadata.js";
import { type BootStub, chooseImage, TRIES } from "../../../hal/boot/stub.js";
import type { CutPlan, FlashOperation, NorFlash } from "../../world/devices/nor-flash.js";
import { PowerCut } from "../../world/devices/power-cut.js";
import { Random } from "../../world/random.js";
import {
  type BoxFlash,
  clonesOf,
  FLASH_NAMES,
  factoryFlash,
  listOf,
  OLD_IMAGE,
  OLD_RELEASE,
  TrialBox,
  type UpdateRoute,
} from "./box.js";
import { ROUTES } from "./routes.js";

export interface UpdateSoakOptions {
  readonly seed: number;
  /** Ends once so many states that a cut left were tried. */
  readonly cuts: number;
  /** Goes through this state alone, as a failure names it. */
  readonly state?: number | undefined;
  /** Goes through one of so many; each, if absent. */
  readonly every?: number | undefined;
  /** Names of routes; all if absent. */
  readonly routes?: readonly string[];
  /** `chooseImage` if absent. */
  readonly stub?: BootStub | undefined;
  readonly progress: (result: UpdateSoakResult) => void;
}

export interface UpdateSoakResult {
  readonly seed: number;
  /** States that a power cut left, each gone through to the end. */
  readonly states: number;
  /** Ways of updating on flash of several alignments that were cut at each of their flash operations. */
  readonly routes: number;
  readonly bricked: number;
  /** Records that the journal had taken and that were not there at the end. */
  readonly lost: number;
  /** Boxes that ended with an image which was never confirmed. */
  readonly unconfirmedKept: number;
  /** Boxes that ended otherwise than they should: another release, an image with a wrong byte, the running slot written. */
  readonly wrong: number;
  /** The first that went wrong. */
  readonly failure: { readonly state: number; readonly what: string; readonly why: string } | undefined;
}

const ALIGNMENTS = [1, 8, 32];
const READS = ["by-chance", "as-1", "as-0"] as const;
/** Lives that a box may take to come to rest. */
const LIVES_MAX = 30;
const STATES_A_REPORT = 5_000;
const METADATA_RECORD_BYTES = 64;

type Verdict = "bricked" | "lost" | "unconfirmedKept" | "wrong";

class Fault extends Error {
  readonly verdict: Verdict;
  constructor(verdict: Verdict, message: string) {
    super(message);
    this.verdict = verdict;
  }
}

/**
 * Updates boxes, and cuts the power inside each flash operation of each update: what is left is gone through to the end, at times with
 * another cut on the way. Round after round, with other chances, until there were so many states.
 */
export function soakUpdate(options: UpdateSoakOptions): UpdateSoakResult {
  const soak = new Soak(options);
  const routes = ROUTES.filter(({ name }) => options.routes?.includes(name) ?? true);
  for (let round = 0; !soak.isOver; round++) {
    for (const route of routes) {
      for (const alignBytes of ALIGNMENTS) if (!soak.isOver) soak.play(route, alignBytes, round);
    }
  }
  return soak.result;
}

class Soak {
  readonly #options: UpdateSoakOptions;
  readonly #random: Random;
  /** Number of the state that comes next, whether it is gone through or not. */
  #number = 0;
  #states = 0;
  #routes = 0;
  readonly #counts: Record<Verdict, number> = { bricked: 0, lost: 0, unconfirmedKept: 0, wrong: 0 };
  #failure: UpdateSoakResult["failure"];
  #isDone = false;

  constructor(options: UpdateSoakOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  get isOver(): boolean {
    return this.#isDone || (this.#options.state === undefined && this.#states >= this.#options.cuts);
  }

  get result(): UpdateSoakResult {
    return {
      seed: this.#options.seed,
      states: this.#states,
      routes: this.#routes,
      ...this.#counts,
      failure: this.#failure,
    };
  }

  /** One update without a cut; before each of its flash operations, what a cut there would leave. */
  play(route: UpdateRoute, alignBytes: number, round: number): void {
    this.#routes++;
    const flash = factoryFlash(alignBytes);
    const box = new WatchedBox(flash, route, this.#options.stub ?? chooseImage);
    box.onOperation = (device, operation) => this.#cutAt(box, device, operation, round);
    for (const [at, device] of listOf(flash).entries()) box.watch(device, at);
    box.toTheEnd();
  }

  /** Every way in which a cut can fall into this operation. */
  #cutAt(box: WatchedBox, device: number, operation: FlashOperation, round: number): void {
    const isMetadata = device === 0 && operation.kind === "program" && operation.byteLength === METADATA_RECORD_BYTES;
    const bytes = isMetadata ? operation.byteLength : 0;
    const cuts: CutPlan["at"][] = round === 0 ? ["before", "after"] : [];
    for (let byte = 0; byte < bytes; byte++) cuts.push(byte);
    if (bytes === 0) cuts.push(this.#random.int(operation.byteLength), this.#random.int(operation.byteLength));
    cuts.push("scattered", "scattered");
    for (const at of cuts) {
      for (const reads of at === "before" || at === "after" ? [READS[0]] : READS) {
        if (this.isOver) return;
        this.#goThrough(box, device, operation, at, reads);
      }
    }
  }

  #goThrough(
    box: WatchedBox,
    device: number,
    operation: FlashOperation,
    at: CutPlan["at"],
    reads: NorFlash["unstableReads"],
  ): void {
    const state = ++this.#number;
    // Drawn whether it is gone through or not, so that a state alone finds the same chances.
    const seed = this.#random.int(2 ** 31);
    const again = this.#random.int(4) === 0 ? 1 + this.#random.int(40) : undefined;
    const { state: only, every = 1 } = this.#options;
    if (only === undefined ? state % every !== 0 : only !== state) return;
    this.#states++;
    this.#isDone = only === state;
    const place = `${FLASH_NAMES[device]} ${operation.kind} ${operation.offset}+${operation.byteLength}`;
    const what = `${box.route.name}: cut ${at} at ${place}, weak bits read ${reads}`;
    try {
      const after = box.afterCut(device, operation, { operation: 1, at }, seed);
      for (const flash of listOf(after.flash)) flash.unstableReads = reads;
      after.toTheEnd(again === undefined ? undefined : { operation: again, at: "scattered" });
      after.mustBeWell();
    } catch (error) {
      const verdict = error instanceof Fault ? error.verdict : "wrong";
      this.#counts[verdict]++;
      this.#failure ??= { state, what, why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    if (this.#states % STATES_A_REPORT === 0) this.#options.progress(this.result);
  }
}

/** A box that is held to what must never happen. */
class WatchedBox {
  readonly flash: BoxFlash;
  readonly route: UpdateRoute;
  readonly #box: TrialBox;
  readonly #stub: BootStub;
  #trialStarts: number;
  onOperation: ((device: number, operation: FlashOperation) => void) | undefined;
  /** Of the cut that is planned. */
  #operationsLeft = 0;
  #plan: CutPlan | undefined;

  constructor(
    flash: BoxFlash,
    route: UpdateRoute,
    stub: BootStub,
    promised: readonly Uint8Array[] = [],
    trialStarts = 0,
  ) {
    this.flash = flash;
    this.route = route;
    this.#stub = stub;
    this.#box = new TrialBox(flash, route, stub);
    this.#box.promised.push(...promised);
    this.#trialStarts = trialStarts;
  }

  watch(flash: NorFlash, device: number): void {
    flash.onOperation = (operation) => {
      if (operation.kind === "read") return;
      const running = this.#box.choice?.slot;
      if (running !== undefined && device === 1 + running) throw new Fault("wrong", "the running slot is written");
      this.onOperation?.(device, operation);
      if (this.#plan !== undefined && --this.#operationsLeft === 0) {
        flash.planCut({ operation: 1, at: this.#plan.at });
        this.#plan = undefined;
      }
    };
  }

  /** The box as a cut in this operation leaves it. */
  afterCut(device: number, operation: FlashOperation, plan: CutPlan, seed: number): WatchedBox {
    const flash = clonesOf(this.flash, seed);
    const struck = listOf(flash)[device]!;
    struck.planCut(plan);
    try {
      if (operation.kind === "erase") struck.erase(operation.offset);
      else struck.program(operation.offset, operation.bytes!);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    const box = new WatchedBox(flash, this.route, this.#stub, this.#box.promised, this.#trialStarts);
    for (const [at, part] of listOf(flash).entries()) {
      part.powerOn();
      box.watch(part, at);
    }
    return box;
  }

  /** Life after life until nothing is left to do; `plan`: another cut on the way. */
  toTheEnd(plan?: CutPlan): void {
    this.#plan = plan;
    this.#operationsLeft = plan?.operation ?? 0;
    for (let lives = 0; lives < LIVES_MAX; lives++) {
      this.#box.choice = undefined;
      try {
        const ending = this.#box.live();
        if (ending === undefined) throw new Fault("bricked", "no image boots");
        this.#look();
        if (ending === "settled") {
          // Whoever looks at it now is not to be cut off.
          this.#plan = undefined;
          return;
        }
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        for (const flash of listOf(this.flash)) flash.powerOn();
      }
    }
    throw new Fault("wrong", `did not come to rest in ${LIVES_MAX} lives`);
  }

  #look(): void {
    const { choice } = this.#box;
    if (choice === undefined) return;
    if (choice.isTrial && ++this.#trialStarts > TRIES)
      throw new Fault("unconfirmedKept", "tried more than three times");
    const wanted = choice.image.release === OLD_RELEASE ? OLD_IMAGE : this.route.next.image;
    const found = new Uint8Array(wanted.length);
    this.flash.slots[choice.slot].read(0, found);
    if (!found.every((byte, i) => byte === wanted[i])) throw new Fault("wrong", "an image with a wrong byte ran");
  }

  mustBeWell(): void {
    const { update } = this.flash;
    const metadata = new MetadataStore(update).read();
    const { choice } = this.#box;
    if (metadata === undefined || choice === undefined) throw new Fault("bricked", "no boot metadata");
    if (metadata.trial !== undefined || choice.isTrial) {
      // The trial that was confirmed in this very life is the confirmed one.
      if (metadata.trial !== undefined) throw new Fault("unconfirmedKept", "a trial is not over");
    }
    if (metadata.confirmed !== choice.slot) throw new Fault("wrong", "another slot runs than the confirmed one");
    if (metadata.release !== this.route.endsWith) throw new Fault("wrong", `release ${metadata.release} is confirmed`);
    const lost = this.#box.lost();
    if (lost > 0) throw new Fault("lost", `${lost} records are lost`);
    for (const [at, { overProgrammed, overUnstable }] of listOf(this.flash).entries()) {
      if (overProgrammed + overUnstable > 0)
        throw new Fault("wrong", `${FLASH_NAMES[at]} is programmed over what is there`);
    }
  }
}
