import type { OpeningEvents } from "../bins/bin-control.js";
import { type Exchange, Outcome } from "../records/records.js";

/** The opening that an intent allows. */
export interface BegunExchange {
  readonly exchange: Exchange;
  readonly bin: number;
  /** Of the intent. */
  readonly seq: number;
  /** Called when the bin did not open, after that is on record. Undefined: the person is told. */
  readonly notOpened: (() => void) | undefined;
}

export interface ExchangeOpeningHost {
  opened(begun: BegunExchange): void;
  /** The bin did not open, its door stands open still, or it was closed: that is how the exchange ends. */
  ended(begun: BegunExchange, result: Outcome): void;
}

/** What the door of an exchange does, and which outcome that is. */
export class ExchangeOpening implements OpeningEvents {
  readonly #begun: BegunExchange;
  readonly #host: ExchangeOpeningHost;

  constructor(begun: BegunExchange, host: ExchangeOpeningHost) {
    this.#begun = begun;
    this.#host = host;
  }

  opened(): void {
    this.#host.opened(this.#begun);
  }

  failed(): void {
    this.#host.ended(this.#begun, Outcome.notOpened);
  }

  heldOpen(): void {
    this.#host.ended(this.#begun, Outcome.leftOpen);
  }

  closed(seen: boolean): void {
    this.#host.ended(this.#begun, seen ? Outcome.done : Outcome.unconfirmed);
  }
}
