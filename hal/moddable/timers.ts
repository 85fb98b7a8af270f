import Timer from "timer";
import type { TimerId, TimersPort } from "../ports/clock.js";
import { enter } from "./crash.js";
import { monotonicMs } from "./native.js";

const MAX_DELAY_MS = 2 ** 31 - 1;

interface Waiting {
  readonly id: TimerId;
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * Timers on one timer of the SDK, which does not promise an order for timers that are due together. The list is short: a
 * handful for each task of the firmware.
 */
export class BoardTimers implements TimersPort {
  /** Ascending by due time, then in the order of `set`. */
  readonly #waiting: Waiting[] = [];
  #lastId = 0;
  #timer: Timer | undefined;

  set(delayMs: number, callback: () => void): TimerId {
    if (!(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) throw new RangeError(`timer delay ${delayMs} ms is out of range`);
    const id = ++this.#lastId;
    const dueMs = monotonicMs() + Math.ceil(delayMs);
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.dueMs > dueMs) at--;
    this.#waiting.splice(at, 0, { id, dueMs, callback });
    if (at === 0) this.#schedule();
    return id;
  }

  clear(id: TimerId): void {
    const at = this.#waiting.findIndex((one) => one.id === id);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #schedule(): void {
    if (this.#timer !== undefined) Timer.clear(this.#timer);
    this.#timer = undefined;
    const next = this.#waiting[0];
    if (next === undefined) return;
    this.#timer = Timer.set(() => this.#fire(), Math.max(0, next.dueMs - monotonicMs()));
  }

  /** One callback a turn: what it sets is never overtaken by what was due after it. */
  #fire(): void {
    this.#timer = undefined;
    const next = this.#waiting[0];
    const isDue = next !== undefined && next.dueMs <= monotonicMs();
    if (isDue) this.#waiting.shift();
    this.#schedule();
    if (isDue) enter(next.callback);
  }
}
