import type { Driver } from "./driver.js";
import type { Scheduler } from "./scheduler.js";

/** Runs events as fast as the host can, with nothing from outside: deterministic. */
export class VirtualDriver implements Driver {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  async advance(ms: number): Promise<void> {
    this.runUntil(() => false, ms);
  }

  async until(reached: () => boolean, limitMs: number): Promise<boolean> {
    return this.runUntil(reached, limitMs);
  }

  /** `until` without the promise. */
  runUntil(reached: () => boolean, limitMs: number): boolean {
    const limit = this.#scheduler.nowMs + limitMs;
    for (;;) {
      if (reached()) return true;
      const next = this.#scheduler.nextAtMs;
      if (next === undefined || next > limit) break;
      this.#scheduler.runNext();
    }
    this.#scheduler.idleTo(limit);
    return false;
  }
}
