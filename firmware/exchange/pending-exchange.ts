import type { BinControl } from "../bins/bin-control.js";
import type { Rank } from "../journal/contract.js";
import { type Exchange, Kind, Outcome } from "../records/records.js";
import type { BinsSource } from "../snapshot/contract.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import { type Answer, refused } from "./answer.js";
import { type BegunExchange, ExchangeOpening, type ExchangeOpeningHost } from "./exchange-opening.js";
import type { Refusal } from "./rights.js";

/** How an exchange that was begun goes on; shown on the panel. */
export interface ExchangeEvents {
  /** A lock is about to move. A drop-off may come to this more than once, with another bin each time. */
  opening(exchange: Exchange, bin: number): void;
  opened(exchange: Exchange, bin: number): void;
  heldOpen(exchange: Exchange, bin: number): void;
  closed(exchange: Exchange, bin: number): void;
  /** Nothing was exchanged. */
  failed(refusal: Refusal): void;
}

/** The record that explains an opening. */
type Intent = Extract<Parameters<Ledger["write"]>[0], { kind: typeof Kind.intent }>;

/** An exchange under way: a durable intent, then the lock, then the outcome (README.md, "Two records"). */
export class PendingExchange implements ExchangeOpeningHost {
  readonly #ledger: Ledger;
  readonly #control: BinControl;
  readonly #snapshot: BinsSource;
  readonly #events: ExchangeEvents;
  /** The exchange that a reset interrupted while its door was open. */
  #resumed: number | undefined;
  /** How the exchange ended, while that cannot be written. */
  #owed: { readonly seq: number; readonly result: Outcome } | undefined;

  constructor(needs: { ledger: Ledger; control: BinControl; snapshot: BinsSource; events: ExchangeEvents }) {
    this.#ledger = needs.ledger;
    this.#control = needs.control;
    this.#snapshot = needs.snapshot;
    this.#events = needs.events;
  }

  get active(): boolean {
    return this.#ledger.state.exchange !== undefined;
  }

  /**
   * Before anybody looks at what is where: ends what the person before left, and sees to it that rows which have rotted count for
   * nothing. False: a lock is moving, and the person has to wait.
   */
  makeWay(): boolean {
    if (this.#control.busy) return false;
    this.endLeft();
    this.#snapshot.lookAtBins();
    return true;
  }

  /** Whoever comes next ends an exchange whose door still stands open. */
  endLeft(): void {
    const left = this.#ledger.state.exchange;
    if (left !== undefined)
      this.#end(left.seq, this.#control.isOpen(left.bin) ? Outcome.leftOpen : Outcome.unconfirmed);
  }

  /** Writes the intent and works the lock. `notOpened`: the outcome of a bin that did not open is on record; without it, that is told. */
  begin(rank: Rank, intent: Intent, notOpened?: () => void): Answer {
    const { exchange, bin } = intent;
    let seq: number;
    try {
      seq = this.#ledger.write(intent, rank);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return refused(error.reason);
    }
    this.#events.opening(exchange, bin);
    this.#control.open(bin, seq, new ExchangeOpening({ exchange, bin, seq, notOpened }, this));
    return { kind: "started" };
  }

  /** Writes the outcome that could not be written when it was due. */
  settle(): void {
    if (this.#owed !== undefined) this.#end(this.#owed.seq, this.#owed.result);
  }

  /** Settles what a power cut or a reset interrupted. */
  resume(): void {
    const left = this.#ledger.state.exchange;
    if (left === undefined) return;
    if (this.#control.door(left.bin) !== "open") {
      this.#end(left.seq, Outcome.unconfirmed);
      return;
    }
    this.#resumed = left.seq;
    const { exchange, bin, seq } = left;
    this.#control.adopt(bin, new ExchangeOpening({ exchange, bin, seq, notOpened: () => {} }, this));
  }

  /** `ExchangeOpeningHost`. */
  opened({ exchange, bin }: BegunExchange): void {
    this.#events.opened(exchange, bin);
  }

  /** `ExchangeOpeningHost`: on record first, and only then told. */
  ended(begun: BegunExchange, result: Outcome): void {
    const { exchange, bin, seq } = begun;
    this.#end(seq, result);
    if (result === Outcome.notOpened) this.#notOpened(begun);
    else if (result === Outcome.leftOpen) this.#events.heldOpen(exchange, bin);
    else this.#events.closed(exchange, bin);
  }

  #notOpened({ bin, notOpened }: BegunExchange): void {
    if (notOpened === undefined)
      this.#events.failed({ reason: "bin-wont-open", params: { bin: this.#control.label(bin) } });
    else notOpened();
  }

  /** Once per intent: later calls find the exchange ended, and what could not be written stays what it was. */
  #end(authority: number, result: Outcome): void {
    if (this.#ledger.state.exchange?.seq !== authority) return;
    // The person may have found the box dark and walked off before it asked for anything.
    const isDoubtful = result === Outcome.leftOpen && this.#resumed === authority;
    const outcome = isDoubtful ? Outcome.unconfirmed : result;
    const ended = this.#owed?.seq === authority ? this.#owed : { seq: authority, result: outcome };
    this.#owed = undefined;
    try {
      this.#ledger.write({ kind: Kind.outcome, of: authority, result: ended.result }, "vital");
    } catch (error) {
      // The intent is on record. Where this boot ends before the outcome can be written, the next one settles it.
      if (!(error instanceof WriteRefused)) throw error;
      this.#owed = ended;
    }
  }
}
