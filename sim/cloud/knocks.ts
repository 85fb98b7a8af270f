import type { TimerId, TimersPort } from "../../hal/ports/clock.js";

/** Looks at one box in so many at a time: ten thousand that a cloud missed must not answer at once. */
const TURNS = 5;
/** A box that has not answered by then would have spoken by itself. */
const MINUTES_MOST = 120;
/** A box hears a knock once something of it has waited for a second: so long after what came of a session that is not known, ms. */
const STRAYED_MS = 1_500;

/**
 * A box with which nothing happens may say nothing for an hour, and a cloud that was restarted has forgotten its session: until the box
 * says hello, nothing can be sealed for it. Anything on its topics makes a box that rests ask, and an empty message one whose records wait
 * (PROTOCOL.md sections 3 and 4). So an empty message goes to those that were there: at once where this cloud takes over from one that is
 * gone, every few minutes until they are heard, and to whoever sends something of a session that is not known here.
 */
export class Knocks {
  readonly #missing: Set<string>;
  readonly #timers: TimersPort;
  readonly #knock: (box: string) => void;
  readonly #strayed = new Map<string, TimerId>();
  #turn = 0;

  /** `there`: boxes that were there when the cloud was last heard of. `knock` sends the empty message. */
  constructor(there: Iterable<string>, timers: TimersPort, knock: (box: string) => void) {
    this.#missing = new Set(there);
    this.#timers = timers;
    this.#knock = knock;
  }

  /** Whether somebody is still to be knocked at. */
  get pending(): boolean {
    return this.#missing.size > 0 && this.#turn < MINUTES_MOST;
  }

  /** It is in a session that is known here. */
  heard(box: string): void {
    this.#missing.delete(box);
    const timer = this.#strayed.get(box);
    if (timer !== undefined) this.#timers.clear(timer);
    this.#strayed.delete(box);
  }

  /** The cloud before this one is gone, and whoever waits for it need not find out. */
  all(): void {
    for (const box of this.#missing) this.#knock(box);
  }

  /** Something of a session that is not known here came from the box. */
  strayed(box: string): void {
    if (this.#strayed.has(box)) return;
    const knock = () => {
      this.#strayed.delete(box);
      this.#knock(box);
    };
    this.#strayed.set(box, this.#timers.set(STRAYED_MS, knock));
  }

  /** Knocks at some; to be called every minute. */
  next(): void {
    if (!this.pending) return;
    const turn = this.#turn++ % TURNS;
    for (const box of [...this.#missing].filter((_, i) => i % TURNS === turn)) this.#knock(box);
  }

  close(): void {
    for (const timer of this.#strayed.values()) this.#timers.clear(timer);
    this.#strayed.clear();
  }
}
