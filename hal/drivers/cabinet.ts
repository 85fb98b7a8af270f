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
const MOUNT_MS = 5_000;
/** Between samples of contacts that are moving: three of them make 30 ms of debounce. */
const SAMPLE_MS = 10;
/** Every expander is looked at so often, for lost interrupts, brown-outs and parts that come back. */
const LOOK_MS = 1_000;

export interface CabinetParts {
  readonly io: DigitalConstructor;
  readonly timers: TimersPort;
  readonly supply: LockSupply;
  /** In the order of the bins. */
  readonly expanders: readonly BinExpander[];
  /** One a bin. */
  readonly labels: readonly string[];
  /** RESET of all expanders, active low; their INT, open-drain; the coil of the wall latch. */
  readonly pins: { readonly reset: number; readonly interrupt: number; readonly mount: number };
}

/** Locks and doors on expanders. */
export class Cabinet implements BinsPort {
  readonly #parts: CabinetParts;
  readonly #places: readonly { readonly expander: BinExpander; readonly index: number }[];
  readonly #reset: Digital;
  readonly #mount: Digital;
  #isSampling = false;
  onDoor: ((bin: number, state: DoorState) => void) | undefined;

  constructor(parts: CabinetParts) {
    this.#parts = parts;
    const { io, pins, expanders } = parts;
    this.#places = expanders.flatMap((expander) =>
      Array.from({ length: expander.count }, (_, index) => ({ expander, index })),
    );
    this.#mount = new io({ pin: pins.mount, mode: io.Output });
    this.#mount.write(0);
    this.#reset = new io({ pin: pins.reset, mode: io.Output });
    // The boot before may have ended in the middle of a pulse.
    this.#resetExpanders();
    for (const expander of expanders) expander.sample();
    new io({ pin: pins.interrupt, mode: io.InputPullUp, edge: io.Falling, onReadable: () => this.#sampleSoon() });
    parts.timers.set(LOOK_MS, () => this.#look());
  }

  get count(): number {
    return this.#places.length;
  }

  label(bin: number): string {
    this.#place(bin);
    return this.#parts.labels[bin]!;
  }

  door(bin: number): DoorState {
    const { expander, index } = this.#place(bin);
    return expander.door(index);
  }

  unlock(bin: number): void {
    const { expander, index } = this.#place(bin);
    this.#prepare(`bin ${this.label(bin)}`);
    const failure = outcome(() => expander.on(index));
    if (failure instanceof IoError) {
      if (!expander.off()) this.#resetExpanders();
      throw new BinError(`bin ${this.label(bin)}: ${failure.message}`);
    }
    this.#parts.supply.pulse(PULSE_MS, () => {
      if (!expander.off()) this.#resetExpanders();
    });
  }

  releaseMount(): void {
    this.#prepare("the wall latch");
    this.#mount.write(1);
    this.#parts.supply.pulse(MOUNT_MS, () => this.#mount.write(0));
  }

  faults(): readonly PartFault[] {
    let first = 0;
    return this.#parts.expanders.flatMap((expander) => {
      const labels = this.#parts.labels.slice(first, first + expander.count);
      first += expander.count;
      if (expander.fault === undefined) return [];
      return [{ name: `bins ${labels[0]} to ${labels[labels.length - 1]}`, reason: expander.fault.slice(0, 64) }];
    });
  }

  /** The supply feeds whatever output is on: none may be, or somebody else's bin opens. */
  #prepare(what: string): void {
    const { supply, expanders } = this.#parts;
    if (supply.isOn) throw new BinError(`${what}: another lock is being driven`);
    if (!expanders.every((expander) => expander.isOff)) this.#resetExpanders();
  }

  /** RESET low for at least 1 us (DS20001952, table 2-2): outputs become inputs, and pull-downs turn the drivers off. */
  #resetExpanders(): void {
    this.#reset.write(0);
    this.#reset.write(1);
    for (const expander of this.#parts.expanders) expander.wasReset();
  }

  #look(): void {
    this.#sample();
    // One that holds the bus silences the others: a reset makes it let go.
    if (!this.#parts.supply.isOn && this.#parts.expanders.every((expander) => expander.fault !== undefined)) {
      this.#resetExpanders();
      this.#sample();
    }
    this.#parts.timers.set(LOOK_MS, () => this.#look());
  }

  #sampleSoon(): void {
    if (this.#isSampling) return;
    this.#isSampling = true;
    this.#parts.timers.set(SAMPLE_MS, () => {
      this.#isSampling = false;
      this.#sample();
    });
  }

  #sample(): void {
    let first = 0;
    for (const expander of this.#parts.expanders) {
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
