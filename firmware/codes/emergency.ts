import { BinError } from "../../hal/ports/bins.js";
import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import type { BinControl } from "../bins/bin-control.js";
import { EmergencyTarget, Kind, Outcome } from "../records/records.js";
import { ALL_BINS_TARGET, type OpenAll } from "../state/box-state.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import type { RefusalReason } from "../state/refusal.js";
import { type EmergencyOpeningHost, RunOpening, SingleOpening, type SingleOpeningEvents } from "./emergency-opening.js";

/** What an emergency opening tells the panel. */
export interface EmergencyEvents extends SingleOpeningEvents {
  /** The run has dealt with `bin`, whether or not it opened. */
  progress(bin: number): void;
  /** The run of record `of` is over; `notOpened` lists the bins that stayed shut, or were cut off while they were being opened. */
  allDone(notOpened: readonly number[], of: number): void;
  /** The run stopped after `bin` (-1: before the first): no record can be written for the next one, or its sheet was closed. */
  stopped(reason: RefusalReason, bin: number): void;
  /** A power cut stopped the run after `bin`. How long ago is not known, so the run goes on only when its code is typed again. */
  interrupted(bin: number): void;
}

/** Between two bins of a run: the supply recovers, and people see which door springs open next. */
const BETWEEN_BINS_MS = 1_000;
/** A run that a power cut stopped goes on by itself within this time of its code, s. */
const RESUME_WITHIN_SECONDS = 7_200;

/** Carries out what an accepted offline code allows. Every opening has its own record before the lock moves. */
export class EmergencyTask implements EmergencyOpeningHost {
  readonly #ledger: Ledger;
  readonly #control: BinControl;
  readonly #timers: TimersPort;
  readonly #clock: ClockPort;
  /** The run under way, as it was when its last bin was begun. */
  #run: { readonly seq: number; readonly bin: number; readonly events: EmergencyEvents } | undefined;

  constructor(needs: { ledger: Ledger; control: BinControl; timers: TimersPort; clock: ClockPort }) {
    this.#ledger = needs.ledger;
    this.#control = needs.control;
    this.#timers = needs.timers;
    this.#clock = needs.clock;
  }

  /** An open-all run is under way. */
  get running(): boolean {
    return this.#run !== undefined;
  }

  /** `authority`: the record that burnt the code for this bin. */
  openBin(bin: number, authority: number, events: EmergencyEvents): void {
    this.#whenFree(() => this.#control.open(bin, authority, new SingleOpening(bin, authority, this, events)));
  }

  /** A stock-take: record `authority` accepted the code for all bins. No bin opens yet; `openToLook` opens them one by one. */
  beginStockTake(authority: number): void {
    this.settle(authority, undefined, Outcome.done);
  }

  /** One bin of a stock-take. Returns why it is not opened; undefined: it is. */
  openToLook(
    bin: number,
    code: { readonly of: number; readonly sheet: number; readonly number: number },
  ): RefusalReason | undefined {
    if (this.#control.busy) return "busy";
    if (code.sheet < this.#ledger.state.codes.sheet) return "sheet-closed";
    const body = { kind: Kind.emergency, target: EmergencyTarget.all, bin, stockTake: 1, ...code } as const;
    let authority: number;
    try {
      authority = this.#ledger.write(body, "vital");
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return error.reason;
    }
    this.#control.open(bin, authority, new SingleOpening(bin, authority, this));
    return undefined;
  }

  /**
   * Starts the run that the journal holds, or goes on with it. It opens every bin, one after another, disabled and faulty ones
   * too. A run that is under way is not started again: it goes on by the new record.
   */
  openAll(events: EmergencyEvents): void {
    const run = this.#ledger.state.openAll;
    if (run === undefined || this.running) return;
    this.#run = { seq: run.seq, bin: run.bin, events };
    this.#nextBin();
  }

  /**
   * What a power cut interrupted: settles a single opening, and goes on with an open-all run, where its code was
   * accepted not long ago: days later, nobody may be there when the doors spring open. The run ends then. Where no clock tells how long ago it
   * was, the same code goes on with it.
   */
  resume(events: EmergencyEvents): void {
    const { opening, openAll } = this.#ledger.state;
    if (opening !== undefined) {
      const isOpen = this.#control.door(opening.bin) === "open";
      this.settle(opening.seq, opening.bin, isOpen ? Outcome.done : Outcome.unconfirmed);
    }
    if (openAll === undefined) return;
    const ageSeconds = this.#age(openAll.at);
    if (ageSeconds === undefined && this.#codeWorksAgain(openAll)) {
      if (openAll.bin >= 0) events.interrupted(openAll.bin);
    } else if (ageSeconds !== undefined && ageSeconds < RESUME_WITHIN_SECONDS) {
      this.openAll(events);
    } else {
      this.settle(openAll.seq, undefined, Outcome.unconfirmed);
    }
  }

  /** Seconds; undefined where a clock was unknown, or went back. */
  #age(at: number | undefined): number | undefined {
    const now = this.#clock.wallSeconds();
    return now === undefined || at === undefined || now < at ? undefined : now - at;
  }

  #codeWorksAgain({ sheet, number }: OpenAll): boolean {
    const { grace } = this.#ledger.state.codes;
    return grace?.target === ALL_BINS_TARGET && grace.sheet === sheet && grace.number === number;
  }

  /** `authority`: the record that burnt the code. Returns why it was not released, or undefined. */
  releaseMount(authority: number): RefusalReason | undefined {
    const refusal = this.#control.busy ? "busy" : (this.#ledger.refusal("vital") ?? this.#release(authority));
    this.settle(authority, undefined, refusal === undefined ? Outcome.done : Outcome.notOpened);
    return refusal;
  }

  /** Nobody pressed the button. */
  mountKept(authority: number): void {
    this.settle(authority, undefined, Outcome.notOpened);
  }

  #release(authority: number): RefusalReason | undefined {
    try {
      this.#control.releaseMount(authority);
    } catch (error) {
      if (!(error instanceof BinError)) throw error;
      return "mount-fault";
    }
    return undefined;
  }

  /** An exchange may be working a lock when the code is accepted, or at any moment of a run. */
  #whenFree(go: () => void): void {
    if (this.#control.busy) this.#timers.set(BETWEEN_BINS_MS, () => this.#whenFree(go));
    else go();
  }

  #nextBin(): void {
    this.#whenFree(() => {
      const run = this.#ledger.state.openAll;
      if (run === undefined) this.#endWithdrawn();
      else if (run.bin + 1 < this.#control.count) this.#openNext(run);
      else this.#endRun(run);
    });
  }

  /** The sheet was closed under the run: the state forgets it, and without a word here nobody else would. */
  #endWithdrawn(): void {
    const run = this.#run!;
    this.#run = undefined;
    this.settle(run.seq, undefined, Outcome.unconfirmed);
    run.events.stopped("sheet-closed", run.bin);
  }

  #endRun(run: OpenAll): void {
    const { events } = this.#run!;
    this.#run = undefined;
    this.settle(run.seq, undefined, Outcome.done);
    const { faulty } = this.#ledger.state;
    const notOpened: number[] = [];
    // Whichever opened is not faulty any more; those before a power cut are on record as well.
    for (let bin = 0; bin < this.#control.count; bin++) {
      if (faulty.has(bin) || run.cutOff.has(bin)) notOpened.push(bin);
    }
    events.allDone(notOpened, run.seq);
  }

  #openNext(run: OpenAll): void {
    const { events } = this.#run!;
    const { seq: of, sheet, number } = run;
    const bin = run.bin + 1;
    const body = { kind: Kind.emergency, target: EmergencyTarget.all, sheet, number, bin, of } as const;
    let authority: number;
    try {
      authority = this.#ledger.write(body, "vital");
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      this.#run = undefined;
      events.stopped(error.reason, bin - 1);
      return;
    }
    this.#run = { seq: of, bin, events };
    this.#control.open(bin, authority, new RunOpening(bin, authority, this));
  }

  /** `EmergencyOpeningHost`. */
  runWentOn(bin: number): void {
    this.#run!.events.progress(bin);
    this.#timers.set(BETWEEN_BINS_MS, () => this.#nextBin());
  }

  /** `EmergencyOpeningHost`; `bin` undefined: of a run, or of the release from the wall. */
  settle(of: number, bin: number | undefined, result: Outcome): void {
    try {
      this.#ledger.write({ kind: Kind.emergencyOutcome, of, bin, result }, "vital");
    } catch (error) {
      // The opening itself is on record; how it ended stays open, and the next boot settles it.
      if (!(error instanceof WriteRefused)) throw error;
    }
  }
}
