import type { TimerId, TimersPort } from "../../../hal/ports/clock.js";

/** The host's timers. They keep no program running. */
export class RealTimers implements TimersPort {
  #next = 1;
  readonly #timers = new Map<TimerId, NodeJS.Timeout>();

  set(delayMs: number, callback: () => void): TimerId {
    const id = this.#next++;
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      callback();
    }, delayMs);
    timer.unref();
    this.#timers.set(id, timer);
    return id;
  }

  clear(id: TimerId): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
