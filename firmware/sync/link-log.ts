import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import { Deadline } from "../wiring/deadline.js";

/** Changes that are recorded at once, and how soon another one may be, ms. */
const BURST = 16;
const REFILL_MS = 300_000;

/** A session with the cloud that began, or ended for a reason. */
export interface LinkChange {
  readonly isUp: boolean;
  readonly link: string;
  /** Of an end. */
  readonly reason?: string;
  /** Of an end: s since the cloud was last heard. */
  readonly synced?: number;
}

export interface LinkLogHost {
  /** Puts on record that a session began or ended. */
  recordLink(change: LinkChange): void;
}

/**
 * Puts beginnings and ends of sessions on record, but not each of a link that flaps: after a burst, only what it came to, once in five
 * minutes. A broker that ended each session after 30 s would otherwise write 5,254 records a day.
 */
export class LinkLog {
  readonly #clock: ClockPort;
  readonly #host: LinkLogHost;
  readonly #nextDeadline: Deadline;
  #tokens = BURST;
  #refilledMs: number;
  #isRecordedUp = false;
  #latest: LinkChange | undefined;
  #changedAtMs = 0;

  constructor({ clock, timers, host }: { clock: ClockPort; timers: TimersPort; host: LinkLogHost }) {
    this.#clock = clock;
    this.#host = host;
    this.#nextDeadline = new Deadline(timers);
    this.#refilledMs = clock.monotonicMs();
  }

  changed(change: LinkChange): void {
    this.#latest = change;
    this.#changedAtMs = this.#clock.monotonicMs();
    this.#settle();
  }

  #settle(): void {
    this.#nextDeadline.clear();
    const latest = this.#latest;
    if (latest === undefined || latest.isUp === this.#isRecordedUp) return;
    this.#refill();
    if (this.#tokens > 0) {
      this.#tokens--;
      this.#isRecordedUp = latest.isUp;
      // A record tells of the moment at which it is written.
      const sinceSeconds = Math.floor((this.#clock.monotonicMs() - this.#changedAtMs) / 1000);
      const { synced } = latest;
      this.#host.recordLink(synced === undefined ? latest : { ...latest, synced: synced + sinceSeconds });
    } else {
      const waitMs = this.#refilledMs + REFILL_MS - this.#clock.monotonicMs();
      this.#nextDeadline.set(Math.max(1, waitMs), () => this.#settle());
    }
  }

  #refill(): void {
    const now = this.#clock.monotonicMs();
    const due = Math.floor((now - this.#refilledMs) / REFILL_MS);
    this.#refilledMs += due * REFILL_MS;
    this.#tokens = Math.min(BURST, this.#tokens + due);
  }
}
