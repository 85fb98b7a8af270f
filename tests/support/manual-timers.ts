import type { TimerId, TimersPort } from "../../hal/ports/clock.js";

interface Due {
  readonly id: TimerId;
  readonly atMs: number;
  readonly callback: () => void;
}

/** Timers on a time that moves only when told: the one way in which tests without a simulated box make something fall due. */
export class ManualTimers implements TimersPort {
  nowMs = 0;
  #due: Due[] = [];
  #nextId = 1;

  set(delayMs: number, callback: () => void): TimerId {
    const id = this.#nextId++;
    this.#due.push({ id, atMs: this.nowMs + delayMs, callback });
    return id;
  }

  clear(id: TimerId): void {
    this.#due = this.#due.filter((due) => due.id !== id);
  }

  get pending(): number {
    return this.#due.length;
  }

  /** How long each of them has yet to wait, ms, in the order in which they were set. */
  get waitsMs(): readonly number[] {
    return this.#due.map(({ atMs }) => atMs - this.nowMs);
  }

  /** Fires what falls due in the next `ms`, in order, and `each` after every one. */
  advance(ms: number, each?: () => void): void {
    const endMs = this.nowMs + ms;
    for (let steps = 0; ; steps++) {
      if (steps > 1_000_000) throw new Error("timers never come to rest");
      let next: Due | undefined;
      for (const due of this.#due) if (next === undefined || due.atMs < next.atMs) next = due;
      if (next === undefined || next.atMs > endMs) break;
      this.clear(next.id);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.callback();
      each?.();
    }
    this.nowMs = endMs;
  }
}
