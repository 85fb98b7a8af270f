/** What `at`, `after` and `post` return, for `cancel`. */
export interface ScheduledEvent {
  readonly atMs: number;
}

interface Entry extends ScheduledEvent {
  readonly order: number;
  callback: (() => void) | undefined;
}

/**
 * The one clock of a simulated world: events in order of time, then in the order in which they were set. It runs nothing by
 * itself; a `Driver` decides when.
 */
export class Scheduler {
  #nowMs = 0;
  #order = 0;
  #cancelled = 0;
  #ranNow = 0;
  #heap: Entry[] = [];
  /** Called by `post`, for a driver that sleeps. */
  onPost: (() => void) | undefined;

  /** Virtual milliseconds since the world began; never goes back. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that have run at this very millisecond: with `nowMs`, a point between two events that a second run of the world has as well. */
  get ranNow(): number {
    return this.#ranNow;
  }

  /** Events that are still to come. */
  get pending(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** Time of the next event, or undefined when there is none. */
  get nextAtMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.atMs;
  }

  /** Calls `callback` at `atMs`, or next when that is past. Throws RangeError on a time that is not a number. */
  at(atMs: number, callback: () => void): ScheduledEvent {
    if (Number.isNaN(atMs)) throw new RangeError("scheduled at NaN");
    const entry: Entry = { atMs: Math.max(this.#nowMs, Math.ceil(atMs)), order: this.#order++, callback };
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
    return entry;
  }

  after(delayMs: number, callback: () => void): ScheduledEvent {
    return this.at(this.#nowMs + delayMs, callback);
  }

  /** For what happens outside virtual time (a real socket): runs `callback` next, and wakes the driver. */
  post(callback: () => void): ScheduledEvent {
    const event = this.after(0, callback);
    this.onPost?.();
    return event;
  }

  /** Idempotent; an event that has run is ignored. */
  cancel(event: ScheduledEvent | undefined): void {
    const entry = event as Entry | undefined;
    if (entry?.callback === undefined) return;
    entry.callback = undefined;
    this.#cancelled++;
    // Timers that are set again and again (watchdog, keep-alive) would otherwise fill the heap with dead entries.
    if (this.#cancelled > 64 && this.#cancelled > this.#heap.length / 2) this.#compact();
  }

  /** Moves the clock to the next event and runs it. False when there is none. */
  runNext(): boolean {
    this.#dropCancelled();
    const entry = this.#heap[0];
    if (entry === undefined) return false;
    this.#popHead();
    this.#ranNow = entry.atMs === this.#nowMs ? this.#ranNow + 1 : 1;
    this.#nowMs = entry.atMs;
    const callback = entry.callback!;
    entry.callback = undefined;
    callback();
    return true;
  }

  /** Moves the clock forward to `ms`, at most to the next event; a time that is past is ignored. */
  idleTo(ms: number): void {
    const next = this.nextAtMs;
    const target = Math.floor(next === undefined ? ms : Math.min(ms, next));
    if (target <= this.#nowMs) return;
    this.#nowMs = target;
    this.#ranNow = 0;
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.callback === undefined) {
      this.#popHead();
      this.#cancelled--;
    }
  }

  #compact(): void {
    this.#heap = this.#heap.filter((entry) => entry.callback !== undefined).sort((a, b) => (before(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  #popHead(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown();
  }

  #siftUp(from: number): void {
    const heap = this.#heap;
    const entry = heap[from]!;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (before(heap[parent]!, entry)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  #siftDown(): void {
    const heap = this.#heap;
    const entry = heap[0]!;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(entry, heap[child]!)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = entry;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
