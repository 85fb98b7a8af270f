import type { Alerts } from "./alerts.js";
import type { CloudStore } from "./store.js";

/** What does not come while the box is there for so long is held up by somebody, s. */
const HELD_UP_SECONDS = 300;
/** For which a box with which nothing happens may say nothing, s. */
export const QUIET_SECONDS = 3_600;
/** A box says in its status how long it may say nothing, s; an older one says hello this often. */
const HELLO_SECONDS = 300;
/** One that was not heard for so long beyond that is not there, whatever its last word was, s. */
const SILENT_BEYOND_SECONDS = 100;

/** What a box said that it has, in a hello or a status. */
export interface Told {
  /** Epoch of its journal, hexadecimal; undefined: nothing was ever written. */
  readonly epoch: string | undefined;
  /** Sequence number of the record that it writes next. */
  readonly next: number;
  /** Of the snapshot that it goes by; undefined: an older box, which does not say. */
  readonly version: number | undefined;
}

interface Watched {
  told: Told;
  /** What was missing when that was first seen, and for how many seconds the box has been there since then. */
  records: { readonly through: number; seconds: number } | undefined;
  permissions: { seconds: number } | undefined;
  /** When `seconds` were counted last, s since 1970 UTC. */
  countedAt: number;
}

export interface HeldUpNeeds {
  readonly store: CloudStore;
  readonly alerts: Alerts;
  /** s since 1970 UTC. */
  readonly now: () => number;
  /** Version of the newest snapshot that was made for a box; undefined: none. */
  readonly newest: (box: string) => number | undefined;
  /** Whether anything can reach the cloud now. */
  readonly hears: () => boolean;
  /** Whether time runs ahead of the messages: what has not come yet may be on its way, and nobody is accused. */
  readonly lags: () => boolean;
}

/**
 * Compares what each box says that it has with what this cloud has got from it and made for it. A broker that hands on all but the
 * records, or all but the permissions, looks like a box that is well: neither presence nor acknowledgements show it.
 */
export class HeldUp {
  readonly #needs: HeldUpNeeds;
  readonly #boxes = new Map<string, Watched>();
  /** When the cloud itself was last seen to be cut off, s since 1970 UTC. */
  #deafAt = 0;

  constructor(needs: HeldUpNeeds) {
    this.#needs = needs;
  }

  /** A box said what it has. */
  told(box: string, told: Told): void {
    const watched = this.#boxes.get(box);
    if (watched === undefined) {
      this.#boxes.set(box, { told, records: undefined, permissions: undefined, countedAt: this.#needs.now() });
    } else {
      watched.told = { ...told, version: told.version ?? watched.told.version };
    }
    this.look(box);
  }

  /** To be called before a box is there or gone, when something of it has come, and every minute while it is there. */
  look(box: string): void {
    const watched = this.#boxes.get(box);
    if (watched === undefined) return;
    const { store, alerts, now, hears } = this.#needs;
    const state = store.boxState(box);
    const passed = Math.max(0, now() - watched.countedAt);
    watched.countedAt = now();
    if (!hears()) {
      // Nobody is held up but the cloud: it would blame the broker for its own silence.
      this.#deafAt = now();
      return;
    }
    this.#lookAtRecords(box, watched, state.online ? passed : 0);
    this.#lookAtPermissions(box, watched, state.online ? passed : 0);
    const silentFor = now() - Math.max(state.lastSeen ?? 0, this.#deafAt);
    const bearable = (state.status?.quiet ?? HELLO_SECONDS) + SILENT_BEYOND_SECONDS;
    if (!state.online || silentFor < bearable) alerts.clear(`silent/${box}`);
    else {
      this.#raise({
        id: `silent/${box}`,
        box,
        what: "it says nothing any more, and nobody said that it is gone",
        wayOut:
          "look at its panel; if it says that it is online, ask whoever runs the broker what became of its messages",
      });
    }
  }

  /** Records that the box says it has written, and that are not here; 0 of a box that has said nothing since the start. */
  missing(box: string): number {
    const { epoch, next } = this.#boxes.get(box)?.told ?? { epoch: undefined, next: 0 };
    if (epoch === undefined) return 0;
    return Math.max(0, next - 1 - (this.#needs.store.boxState(box).epochs[epoch]?.through ?? 0));
  }

  #raise(alert: Parameters<Alerts["raise"]>[0]): void {
    if (!this.#needs.lags()) this.#needs.alerts.raise(alert);
  }

  #lookAtRecords(box: string, watched: Watched, passed: number): void {
    const { epoch, next } = watched.told;
    const through = epoch === undefined ? 0 : (this.#needs.store.boxState(box).epochs[epoch]?.through ?? 0);
    if (epoch === undefined || through >= next - 1) watched.records = undefined;
    // What was missing has come; what is missing now was written after it.
    else if (watched.records === undefined || through >= watched.records.through) {
      watched.records = { through: next - 1, seconds: 0 };
    } else watched.records.seconds += passed;
    if (watched.records === undefined) this.#needs.alerts.clear(`records/${box}`);
    else if (watched.records.seconds >= HELD_UP_SECONDS) {
      this.#raise({
        id: `records/${box}`,
        box,
        what: `its records do not come: it has written ${next - 1}, and ${through} of them are here`,
        wayOut: `they are kept in the box; ask whoever runs the broker what became of smartbox/${box}/up/records`,
      });
    }
  }

  #lookAtPermissions(box: string, watched: Watched, passed: number): void {
    const made = this.#needs.newest(box) ?? 0;
    const { version } = watched.told;
    if (version === undefined || version >= made) watched.permissions = undefined;
    else if (watched.permissions === undefined) watched.permissions = { seconds: 0 };
    else watched.permissions.seconds += passed;
    if (watched.permissions === undefined) this.#needs.alerts.clear(`outdated/${box}`);
    else if (watched.permissions.seconds >= HELD_UP_SECONDS) {
      this.#raise({
        id: `outdated/${box}`,
        box,
        what: `it goes by permissions version ${version}, and ${made} is the newest: what was taken away since still opens there`,
        wayOut: `ask whoever runs the broker what became of smartbox/${box}/down/snapshot`,
      });
    }
  }
}
