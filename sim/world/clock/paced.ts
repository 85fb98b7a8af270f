import type { Driver } from "./driver.js";
import type { Scheduler } from "./scheduler.js";

/** The host's time; tests put their own in its place. */
export interface HostClock {
  nowMs(): number;
  /** Resolves after `ms`, or as soon as `wake` is called. At least one turn of the host's event loop passes. */
  sleep(ms: number): { readonly done: Promise<void>; readonly wake: () => void };
}

export interface PacedOptions {
  /** Virtual milliseconds per real millisecond while `external` holds; above 0. Asked before each event where it may change. */
  readonly rate: number | (() => number);
  /** Whether something of the real world takes part (a real socket is open or connecting, somebody watches). */
  readonly external: () => boolean;
  readonly host?: HostClock;
}

/** Longest rest between two looks at what the sockets brought, ms of real time. */
const STRIDE_MS = 20;
/** Of a longer pause of the host only this much counts, so that time-outs do not run out before waiting data is seen. */
const COUNTED_MS = 100;
/** Events in a row without a turn of the host's event loop. */
const BURST_EVENTS = 200;

/**
 * Keeps virtual time at `rate` times real time while something external takes part, and jumps from event to event while not.
 * A slow host slows virtual time down: time-outs of the firmware never run out because the host was busy.
 */
export class PacedDriver implements Driver {
  readonly #scheduler: Scheduler;
  readonly #options: PacedOptions;
  readonly #host: HostClock;
  readonly #rate: () => number;
  #wake: (() => void) | undefined;
  #skipToMs = 0;
  #busy = false;

  constructor(scheduler: Scheduler, options: PacedOptions) {
    const { rate } = options;
    this.#rate = typeof rate === "number" ? () => rate : rate;
    if (!(this.#rate() > 0)) throw new RangeError(`rate ${this.#rate()} is not above 0`);
    this.#scheduler = scheduler;
    this.#options = options;
    this.#host = options.host ?? realHost;
    scheduler.onPost = () => this.#wake?.();
  }

  async advance(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }

  /** One run at a time: throws when another is under way. */
  async until(reached: () => boolean, limitMs: number): Promise<boolean> {
    if (this.#busy) throw new Error("the clock is already being run");
    this.#busy = true;
    try {
      return await this.#run(reached, this.#scheduler.nowMs + limitMs);
    } finally {
      this.#busy = false;
    }
  }

  /** Makes a run that is under way jump `ms` of virtual time ahead, from event to event. */
  skip(ms: number): void {
    this.#skipToMs = this.#scheduler.nowMs + ms;
    this.#wake?.();
  }

  /** Makes a sleeping run look at its `reached` again. */
  poke(): void {
    this.#wake?.();
  }

  async #run(reached: () => boolean, limit: number): Promise<boolean> {
    let allowed = this.#scheduler.nowMs;
    let seenReal = this.#host.nowMs();
    let burst = 0;
    let lastRate = this.#rate();
    for (;;) {
      if (reached()) return true;
      const rate = this.#rate();
      // What was granted at a faster pace is taken back: a time-out within it would come before the answer.
      if (rate < lastRate) allowed = Math.min(allowed, this.#scheduler.nowMs);
      lastRate = rate;
      const next = Math.min(this.#scheduler.nextAtMs ?? Number.POSITIVE_INFINITY, limit);
      const paced = this.#options.external() && this.#scheduler.nowMs >= this.#skipToMs;
      const jumpTo = this.#scheduler.nowMs < this.#skipToMs ? Math.min(next, this.#skipToMs) : next;
      if (!paced && jumpTo === Number.POSITIVE_INFINITY) throw new Error("nothing will ever happen: no event is due");
      const target = paced ? next : jumpTo;
      if (!paced) {
        allowed = target;
        seenReal = this.#host.nowMs();
      }
      if (target <= allowed && ++burst <= BURST_EVENTS) {
        if (!this.#step(target, limit)) return false;
        continue;
      }
      burst = 0;
      await this.#rest(paced ? Math.min(STRIDE_MS, (target - allowed) / rate) : 0);
      const real = this.#host.nowMs();
      if (paced) allowed += Math.min(real - seenReal, COUNTED_MS) * rate;
      seenReal = real;
      this.#scheduler.idleTo(Math.min(allowed, limit));
    }
  }

  /** Runs the event at `target`, or ends the run at `limit` (false). */
  #step(target: number, limit: number): boolean {
    if (this.#scheduler.nextAtMs === target) {
      this.#scheduler.runNext();
      return true;
    }
    this.#scheduler.idleTo(target);
    return target < limit;
  }

  async #rest(ms: number): Promise<void> {
    const { done, wake } = this.#host.sleep(Math.max(0, ms));
    this.#wake = wake;
    await done;
    this.#wake = undefined;
  }
}

export const realHost: HostClock = {
  nowMs: () => performance.now(),
  sleep(ms) {
    let wake = () => {};
    const done = new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      // Through the loop even when woken, so that waiting sockets are served.
      const end = () => {
        clearTimeout(timer);
        setImmediate(resolve);
      };
      wake = end;
      if (ms === 0) end();
      else timer = setTimeout(end, Math.ceil(ms));
    });
    return { done, wake };
  },
};
