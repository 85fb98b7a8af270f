import type { Alert } from "./state.js";
import type { CloudStore } from "./store.js";

/**
 * What whoever runs the cloud has to know and can do something about, until it is over: on the page, in the terminal, and told
 * once when it begins. Kept in the database, so that "since when" outlives a restart; the next commit makes a change durable.
 */
export class Alerts {
  readonly #store: CloudStore;
  readonly #now: () => number;
  readonly #onRaised: (message: string) => void;

  /** `now` in seconds since 1970 UTC; `onRaised` is told of each alert that was not there yet. */
  constructor(store: CloudStore, now: () => number, onRaised: (message: string) => void = () => {}) {
    this.#store = store;
    this.#now = now;
    this.#onRaised = onRaised;
  }

  /**
   * Raised again under the same `id`, an alert keeps its beginning and takes the new words. An `id` is one in the whole cloud: put
   * the box into it, as in `snapshot/MS5-PARIS`. `what` is what is wrong, `wayOut` what to do, each a sentence without its stop.
   */
  raise({ id, box, what, wayOut }: Omit<Alert, "since">): void {
    const before = this.#all[id];
    if (before !== undefined && before.what === what && before.wayOut === wayOut) return;
    this.#all[id] = { id, box, what, wayOut, since: before?.since ?? Math.floor(this.#now()) };
    this.#store.changed(`alerts/${id}`);
    if (before === undefined) this.#onRaised(`box ${box}: ${what}: ${wayOut}`);
  }

  /** It is over. Does nothing when there is no such alert. */
  clear(id: string): void {
    if (this.#all[id] === undefined) return;
    delete this.#all[id];
    this.#store.changed(`alerts/${id}`);
  }

  /** Of one box, the oldest first. */
  of(box: string): readonly Alert[] {
    return Object.values(this.#all)
      .filter((alert) => alert.box === box)
      .sort((a, b) => a.since - b.since);
  }

  get #all(): Record<string, Alert> {
    return this.#store.document.alerts;
  }
}
