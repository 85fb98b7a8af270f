import { BinError, type BinsPort } from "../../hal/ports/bins.js";
import type { TimersPort } from "../../hal/ports/clock.js";
import type { BinControl } from "../bins/bin-control.js";
import type { RefusalReason } from "../panel/texts/catalogue.js";
import { EmergencyTarget, Kind, Outcome } from "../records/records.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";

/** What an emergency opening tells the panel. */
export interface EmergencyEvents {
  opened(bin: number): void;
  failed(bin: number): void;
  /** The run is over; `notOpened` lists the bins that stayed shut in this boot. */
  allDone(notOpened: readonly number[]): void;
  /** The run stopped: no record can be written for the next bin . */
  stopped(reason: RefusalReason): void;
}

/** Between two bins of a run: the supply recovers, and people see which door springs open next. */
const BETWEEN_BINS_MS = 1_000;

/** Carries out what an accepted offline code allows. Every opening has its own record before the lock moves. */
export class EmergencyTask {
  readonly #ledger: Ledger;
  readonly #control: BinControl;
  readonly #bins: BinsPort;
  readonly #timers: TimersPort;
  #events: EmergencyEvents | undefined;
  #notOpened: number[] = [];

  constructor(parts: { ledger: Ledger; control: BinControl; bins: BinsPort; timers: TimersPort }) {
    this.#ledger = parts.ledger;
    this.#control = parts.control;
    this.#bins = parts.bins;
    this.#timers = parts.timers;
  }

  /** An open-all run is under way. */
  get running(): boolean {
    return this.#ledger.state.openAll !== undefined;
  }

  /** `authority`: the record that burnt the code for this bin. */
  openBin(bin: number, authority: number, events: EmergencyEvents): void {
    this.#events = events;
    this.#whenFree(() => this.#open(bin, authority, () => {}));
  }

  /** Starts, or goes on with, the run that the journal holds: every bin, disabled and faulty ones too, one after another. */
  openAll(events: EmergencyEvents): void {
    this.#events = events;
    this.#notOpened = [];
    this.#nextBin();
  }

  /** What a power cut interrupted: settles a single opening, and goes on with an open-all run. */
  resume(events: EmergencyEvents): void {
    const opening = this.#ledger.state.opening;
    if (opening !== undefined) {
      const isOpen = this.#control.door(opening.bin) === "open";
      this.#settle(opening.seq, opening.bin, isOpen ? Outcome.done : Outcome.unconfirmed);
    }
    if (this.running) this.openAll(events);
  }

  /** `authority`: the record that burnt the code. Returns why it was not released, or undefined. */
  releaseMount(authority: number): RefusalReason | undefined {
    try {
      this.#bins.releaseMount();
    } catch (error) {
      if (!(error instanceof BinError)) throw error;
      this.#settle(authority, undefined, Outcome.notOpened);
      return "mount-fault";
    }
    this.#settle(authority, undefined, Outcome.done);
    return undefined;
  }

  #nextBin(): void {
    const run = this.#ledger.state.openAll;
    if (run === undefined) return;
    const bin = run.bin + 1;
    if (bin >= this.#bins.count) {
      this.#settle(run.seq, undefined, Outcome.done);
      this.#events?.allDone(this.#notOpened);
      return;
    }
    this.#whenFree(() => this.#openNext(bin));
  }

  /** An exchange may be working a lock when the code is accepted. */
  #whenFree(go: () => void): void {
    if (this.#control.busy) this.#timers.set(BETWEEN_BINS_MS, () => this.#whenFree(go));
    else go();
  }

  #openNext(bin: number): void {
    const run = this.#ledger.state.openAll;
    if (run === undefined) return;
    const { seq: of, sheet, number } = run;
    const body = { kind: Kind.emergency, target: EmergencyTarget.all, sheet, number, bin, of } as const;
    let authority: number;
    try {
      authority = this.#ledger.write(body, "vital");
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      this.#events?.stopped(error.reason);
      return;
    }
    this.#open(bin, authority, () => this.#timers.set(BETWEEN_BINS_MS, () => this.#nextBin()));
  }

  #open(bin: number, authority: number, next: () => void): void {
    this.#control.open(bin, authority, {
      opened: () => {
        this.#settle(authority, bin, Outcome.done);
        this.#events?.opened(bin);
        next();
      },
      failed: () => {
        this.#settle(authority, bin, Outcome.notOpened);
        this.#notOpened.push(bin);
        this.#events?.failed(bin);
        next();
      },
      heldOpen: () => {},
      closed: () => {},
    });
  }

  #settle(of: number, bin: number | undefined, result: Outcome): void {
    try {
      this.#ledger.write({ kind: Kind.emergencyOutcome, of, bin, result }, "vital");
    } catch (error) {
      // The opening itself is on record; how it ended stays open, and the next boot settles it.
      if (!(error instanceof WriteRefused)) throw error;
    }
  }
}
