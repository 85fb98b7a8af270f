import type { TimerId, TimersPort } from "../../hal/ports/clock.js";
import type { CloudSession } from "./session.js";
import type { CloudStore } from "./store.js";

/** After a failure to write the database, ms. */
const RETRY_MS = 5_000;

interface Owed {
  /** Hexadecimal. */
  readonly epoch: string;
  /** To be told. */
  readonly session: CloudSession;
}

interface AcksNeeds {
  readonly store: CloudStore;
  readonly timers: TimersPort;
  /** Last record of the epoch that is here without a break. */
  readonly through: (box: string, epoch: string) => number;
  /** Tells the box that everything up to `through` is durable. */
  readonly acknowledge: (box: string, owed: Owed, through: number) => void;
  readonly onProblem: (message: string) => void;
}

/** Commits what has come, and acknowledges it once it is durable, never before. */
export class Acks {
  readonly #needs: AcksNeeds;
  /** By box: what to acknowledge once it is durable. */
  readonly #owed = new Map<string, Owed>();
  #timer: TimerId | undefined;
  #isClosed = false;

  constructor(needs: AcksNeeds) {
    this.#needs = needs;
  }

  owe(box: string, owed: Owed): void {
    this.#owed.set(box, owed);
    this.soon();
  }

  /** Several batches share one write of the store. */
  soon(delayMs = 0): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = this.#needs.timers.set(delayMs, () => {
      this.#timer = undefined;
      this.#flush();
    });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#needs.timers.clear(this.#timer);
  }

  #flush(): void {
    const { store, through, acknowledge, onProblem } = this.#needs;
    // What comes while the commit is under way is not in it: the acks are of what is here now.
    const acks = [...this.#owed].map(([box, owed]) => ({ box, owed, through: through(box, owed.epoch) }));
    this.#owed.clear();
    store.durable(
      () => {
        for (const ack of acks) acknowledge(ack.box, ack.owed, ack.through);
      },
      (error) => {
        for (const { box, owed } of acks) if (!this.#owed.has(box)) this.#owed.set(box, owed);
        onProblem(`${error.message}; nothing is acknowledged until it can be`);
        this.soon(RETRY_MS);
      },
    );
  }
}
