import type { TimerId, TimersPort } from "../../hal/ports/clock.js";

/** One thing that is to happen later, at most once: setting it again forgets what was set before. */
export class Deadline {
  readonly #timers: TimersPort;
  #timer: TimerId | undefined;

  constructor(timers: TimersPort) {
    this.#timers = timers;
  }

  /** Whether something is to happen still; no longer from the moment on at which `due` is called. */
  get pending(): boolean {
    return this.#timer !== undefined;
  }

  /** Calls `due` once, `delayMs` from now (0 to 2^31-1), never from inside `set`. */
  set(delayMs: number, due: () => void): void {
    this.clear();
    this.#timer = this.#timers.set(delayMs, () => {
      this.#timer = undefined;
      due();
    });
  }

  /** As `set`, unless something is pending: that keeps its time. */
  setOnce(delayMs: number, due: () => void): void {
    if (this.#timer === undefined) this.set(delayMs, due);
  }

  /** Nothing happens any more. Idempotent. */
  clear(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = undefined;
  }
}
