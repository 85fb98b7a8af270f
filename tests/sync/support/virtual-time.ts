import { type ClockPort, ClockQuality, type TimerId, type TimersPort } from "../../../hal/ports/clock.js";

interface Due {
  readonly id: TimerId;
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that moves only when told, and its timers. */
export class VirtualTime implements ClockPort, TimersPort {
  nowMs = 0;
  wall: number | undefined = 1_700_000_000;
  #due: Due[] = [];
  #nextId = 1;

  monotonicMs(): number {
    return this.nowMs;
  }

  wallSeconds(): number | undefined {
    return this.wall === undefined ? undefined : this.wall + Math.floor(this.nowMs / 1000);
  }

  quality(): ClockQuality {
    return this.wall === undefined ? ClockQuality.unknown : ClockQuality.kept;
  }

  setWall(seconds: number): void {
    this.wall = seconds - Math.floor(this.nowMs / 1000);
  }

  set(delayMs: number, callback: () => void): TimerId {
    const id = this.#nextId++;
    this.#due.push({ id, atMs: this.nowMs + delayMs, callback });
    return id;
  }

  clear(id: TimerId): void {
    this.#due = this.#due.filter((due) => due.id !== id);
  }

  get pendingTimers(): number {
    return this.#due.length;
  }

  /** Fires what falls due in the next `forMs`, in order, and `each` after every one. */
  run(forMs: number, each?: () => void): void {
    const endMs = this.nowMs + forMs;
    for (let steps = 0; ; steps++) {
      if (steps > 1_000_000) throw new Error("timers never come to rest");
      let next: Due | undefined;
      for (const due of this.#due) if (next === undefined || due.atMs < next.atMs) next = due;
      if (next === undefined || next.atMs > endMs) break;
      const fired = next;
      this.#due = this.#due.filter((due) => due !== fired);
      this.nowMs = Math.max(this.nowMs, fired.atMs);
      fired.callback();
      each?.();
    }
    this.nowMs = endMs;
  }
}
