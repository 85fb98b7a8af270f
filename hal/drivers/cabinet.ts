import type { Digital, DigitalConstructor } from "../io/digital.js";
import { IoError } from "../io/io-error.js";
import { BinError, type BinsPort, type DoorState } from "../ports/bins.js";
import type { TimersPort } from "../ports/clock.js";
import type { PartFault } from "../ports/parts.js";
import type { BinExpander } from "./bin-expander.js";
import type { LockSupply } from "./lock-supply.js";
import { outcome } from "./retry.js";

/** The latch lets go after about 60 ms; a solenoid of 0.6 A bears 300 ms at any duty that people cause. */
const PULSE_MS = 300;
/** Between samples of contacts that are moving: three of them make 30 ms of debounce. */
const SAMPLE_MS = 10;
/** Every expander is looked at so often, for lost interrupts, brown-outs and parts that come back. */
const LOOK_MS = 1_000;
/** While an expander is missing, all are reset so often, in looks. */
const RESET_EVERY_LOOKS = 10;

export interface CabinetNeeds {
  readonly io: DigitalConstructor;
  readonly timers: TimersPort;
  readonly supply: LockSupply;
  /** How long the wall latch is held back, ms. */
  readonly mountHoldMs: number;
  /** In the order of the bins. */
  readonly expanders: readonly BinExpander[];
  /** One a bin. */
  readonly labels: readonly string[];
  /** RESET of all expanders, active low; their INT, open-drain; the coil of the wall latch. */
  readonly pins: { readonly reset: number; readonly interrupt: number; readonly mount: number };
}

/** Locks and doors on expanders. */
export class Cabinet implements BinsPort {
  readonly #needs: CabinetNeeds;
  readonly #places: readonly { readonly expander: BinExpander; readonly index: number }[];
  readonly #reset: Digital;
  readonly #mount: Digital;
  #isSampling = false;
  /** Looks in a row that found an expander missing. */
  #looksMissing = 0;
  onDoor: ((bin: number, state: DoorState) => void) | undefined;

  constructor(needs: CabinetNeeds) {
    this.#needs = needs;
    const { io, pins, expanders } = needs;
    this.#places = expanders.flatMap((expander) =>
      Array.from({ length: expander.count }, (_, index) => ({ expander, index })),
    );
    this.#mount = new io({ pin: pins.mount, mode: io.Output });
    this.#mount.write(0);
    this.#reset = new io({ pin: pins.reset, mode: io.Output });
    // The boot before may have ended in the middle of a pulse.
    this.#resetExpanders();
    expanders.forEach((expander) => {
      expander.sample();
    });
    new io({ pin: pins.interrupt, mode: io.InputPullUp, edge: io.Falling, onReadable: () => this.#sampleSoon() });
    needs.timers.set(LOOK_MS, () => this.#look());
  }

  get count(): number {
    return this.#places.length;
  }

  label(bin: number): string {
    this.#place(bin);
    return this.#needs.labels[bin]!;
  }

  door(bin: number): DoorState {
    const { expander, index } = this.#place(bin);
    return expander.door(index);
  }

  unlock(bin: number): void {
    const { expander, index } = this.#place(bin);
    this.#prepare(`bin ${this.label(bin)}`);
    const others = this.#latches(expander);
    const failure = outcome(() => expander.on(index));
    if (failure instanceof IoError || this.#haveChanged(expander, others)) {
      if (!expander.off()) this.#resetExpanders();
      const why = failure instanceof IoError ? failure.message : "another output has changed";
      throw new BinError(`bin ${this.label(bin)}: ${why}`);
    }
    this.#needs.supply.pulse(PULSE_MS, () => {
      if (!expander.off()) this.#resetExpanders();
      this.#sampleSoon();
    });
  }

  releaseMount(): void {
    this.#prepare("the wall latch");
    this.#mount.write(1);
    this.#needs.supply.pulse(this.#needs.mountHoldMs, () => {
      this.#mount.write(0);
      this.#sampleSoon();
    });
  }

  faults(): readonly PartFault[] {
    let first = 0;
    return this.#needs.expanders.flatMap((expander) => {
      const labels = this.#needs.labels.slice(first, first + expander.count);
      first += expander.count;
      if (expander.fault === undefined) return [];
      return [{ name: `bins ${labels[0]} to ${labels[labels.length - 1]}`, reason: expander.fault.slice(0, 64) }];
    });
  }

  /** The supply feeds whatever output is on: none may be, or somebody else's bin opens. */
  #prepare(what: string): void {
    if (this.#needs.supply.isOn) throw new BinError(`${what}: another lock is being driven`);
    if (!this.#needs.expanders.every((expander) => expander.isOff)) this.#resetExpanders();
  }

  /** What the outputs of the other expanders are. */
  #latches(driven: BinExpander): readonly string[] {
    return this.#needs.expanders.map((expander) => (expander === driven ? "" : expander.latch));
  }

  /** A write that went to the wrong address shows in the others: each must be as it was, or off. */
  #haveChanged(driven: BinExpander, before: readonly string[]): boolean {
    return this.#latches(driven).some((latch, index) => latch !== before[index] && latch !== "0");
  }

  /** RESET low for at least 1 us (DS20001952, section 1 "Electrical characteristics"): outputs become inputs, and pull-downs turn the drivers off. */
  #resetExpanders(): void {
    this.#reset.write(0);
    this.#reset.write(1);
    this.#needs.expanders.forEach((expander) => {
      expander.wasReset();
    });
  }

  #look(): void {
    this.#needs.timers.set(LOOK_MS, () => this.#look());
    this.#sample();
    const isMissing = this.#needs.expanders.some((expander) => expander.fault !== undefined);
    this.#looksMissing = isMissing ? this.#looksMissing + 1 : 0;
    // One that holds the bus silences the others on it: a reset makes it let go.
    if (this.#looksMissing % RESET_EVERY_LOOKS !== 1 || this.#needs.supply.isOn) return;
    this.#resetExpanders();
    this.#sample();
  }

  #sampleSoon(): void {
    if (this.#isSampling) return;
    this.#isSampling = true;
    this.#needs.timers.set(SAMPLE_MS, () => {
      this.#isSampling = false;
      this.#sample();
    });
  }

  /** Not during a pulse: setting an expander up again writes to it, and a flipped bit in that opens another bin. */
  #sample(): void {
    if (this.#needs.supply.isOn) return;
    let first = 0;
    for (const expander of this.#needs.expanders) {
      for (const index of expander.sample()) this.onDoor?.(first + index, expander.door(index));
      if (expander.isSettling) this.#sampleSoon();
      first += expander.count;
    }
  }

  #place(bin: number): { readonly expander: BinExpander; readonly index: number } {
    const place = this.#places[bin];
    if (place === undefined) throw new RangeError(`no bin ${bin}: there are ${this.#places.length}`);
    return place;
  }
}
