import type { OpeningEvents } from "../bins/bin-control.js";
import { Outcome } from "../records/records.js";

export interface EmergencyOpeningHost {
  /** Puts on record how the opening by record `authority` ended. */
  settle(authority: number, bin: number, result: Outcome): void;
  /** `bin` of a run opened, or stayed shut: the next one's turn. */
  runWentOn(bin: number): void;
}

/** Who is told of the door of a bin that is opened for itself. */
export interface SingleOpeningEvents {
  /** `heldOpen` and `closed` follow. */
  opened(bin: number): void;
  failed(bin: number): void;
  /** That door still stands open. */
  heldOpen(bin: number): void;
  closed(bin: number): void;
}

/** One bin of a run. All of them may stand open at once, so each is small: functions of its own would take four times as much. */
export class RunOpening implements OpeningEvents {
  readonly #bin: number;
  readonly #authority: number;
  readonly #host: EmergencyOpeningHost;

  /** `authority`: the record that allows it. */
  constructor(bin: number, authority: number, host: EmergencyOpeningHost) {
    this.#bin = bin;
    this.#authority = authority;
    this.#host = host;
  }

  opened(): void {
    this.#ended(Outcome.done);
  }

  failed(): void {
    this.#ended(Outcome.notOpened);
  }

  heldOpen(): void {}

  closed(): void {}

  #ended(result: Outcome): void {
    this.#host.settle(this.#authority, this.#bin, result);
    this.#host.runWentOn(this.#bin);
  }
}

/** A bin that is opened for itself: by its own code, or to look what hangs in it. */
export class SingleOpening implements OpeningEvents {
  readonly #bin: number;
  readonly #authority: number;
  readonly #host: EmergencyOpeningHost;
  /** Undefined: nobody asked to be told. */
  readonly #events: SingleOpeningEvents | undefined;

  /** `authority`: the record that allows it. */
  constructor(bin: number, authority: number, host: EmergencyOpeningHost, events?: SingleOpeningEvents) {
    this.#bin = bin;
    this.#authority = authority;
    this.#host = host;
    this.#events = events;
  }

  opened(): void {
    this.#host.settle(this.#authority, this.#bin, Outcome.done);
    this.#events?.opened(this.#bin);
  }

  failed(): void {
    this.#host.settle(this.#authority, this.#bin, Outcome.notOpened);
    this.#events?.failed(this.#bin);
  }

  heldOpen(): void {
    this.#events?.heldOpen(this.#bin);
  }

  closed(): void {
    this.#events?.closed(this.#bin);
  }
}
