import type { Alert, NoticeEntry } from "./state.js";
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
  raise({ id, box, what, wayOut }: Omit<Alert, "since" | "acknowledged">): void {
    const before = this.#all[id];
    if (before !== undefined && before.what === what && before.wayOut === wayOut) return;
    const alert: Alert = { since: Math.floor(this.#now()), ...before, id, box, what, wayOut };
    this.#put(alert);
    if (before !== undefined) return;
    this.#notice("raised", alert);
    this.#onRaised(`box ${box}: ${what}: ${wayOut}`);
  }

  /** Somebody has taken it on: nobody is reminded of it any more. Answers it; undefined: there is no such alert. */
  acknowledge(id: string, by: string): Alert | undefined {
    const alert = this.#all[id];
    if (alert === undefined) return undefined;
    const taken: Alert = { ...alert, acknowledged: { by, at: Math.floor(this.#now()) } };
    this.#put(taken);
    this.#notice("acknowledged", taken);
    return taken;
  }

  /** It is over. Does nothing when there is no such alert. */
  clear(id: string): void {
    const alert = this.#all[id];
    if (alert === undefined) return;
    delete this.#all[id];
    this.#store.changed(`alerts/${id}`);
    this.#notice("cleared", alert);
  }

  find(id: string): Alert | undefined {
    return this.#all[id];
  }

  get all(): readonly Alert[] {
    return Object.values(this.#all);
  }

  /** Of one box, the oldest first. */
  of(box: string): readonly Alert[] {
    return Object.values(this.#all)
      .filter((alert) => alert.box === box)
      .sort((a, b) => a.since - b.since);
  }

  #put(alert: Alert): void {
    this.#all[alert.id] = alert;
    this.#store.changed(`alerts/${alert.id}`);
  }

  /** A line of its own in the order of all that happens: who is told of an alert is told of its end as well. */
  #notice(change: NoticeEntry["change"], alert: Alert): void {
    const { document } = this.#store;
    document.noticed = (document.noticed ?? 0) + 1;
    this.#store.changed("noticed");
    const source = { box: alert.box, epoch: "notices", seq: document.noticed };
    const entry: NoticeEntry = { ...source, change, alert, time: Math.floor(this.#now()) };
    this.#store.append({ source, part: 0, kind: "notice", entry });
  }

  get #all(): Record<string, Alert> {
    return this.#store.document.alerts;
  }
}
