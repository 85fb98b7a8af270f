/** Looks at one box in so many at a time: ten thousand that a cloud missed must not answer at once. */
const TURNS = 5;
/** A box that has not answered by then would have spoken by itself. */
const MINUTES_MOST = 120;

/**
 * A box with which nothing happens may say nothing for an hour, and a cloud that was restarted has forgotten its session: until the box
 * says hello, nothing can be sealed for it. Anything on its topics makes a box that rests ask (PROTOCOL.md section 3), so an empty message
 * goes to those that were there, every few minutes until they are heard.
 */
export class Knocks {
  readonly #missing: Set<string>;
  #turn = 0;

  /** `there`: boxes that were there when the cloud was last heard of. */
  constructor(there: Iterable<string>) {
    this.#missing = new Set(there);
  }

  /** Whether somebody is still to be knocked at. */
  get pending(): boolean {
    return this.#missing.size > 0 && this.#turn < MINUTES_MOST;
  }

  heard(box: string): void {
    this.#missing.delete(box);
  }

  /** Whom to knock at now; to be called every minute. */
  next(): readonly string[] {
    if (!this.pending) return [];
    const turn = this.#turn++ % TURNS;
    return [...this.#missing].filter((_, i) => i % TURNS === turn);
  }
}
