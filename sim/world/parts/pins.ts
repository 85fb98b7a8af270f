/**
 * One pin of the processor as the board has it: what the board puts on it, and what the processor drives while it does. A pin
 * that nobody drives has the level of its resistor.
 */
export class Pin {
  readonly #resting: number;
  #outside: number | undefined;
  #driven: number | undefined;
  readonly #watchers = new Set<(level: number) => void>();

  /** `resting`: level of the pull-up or pull-down. */
  constructor(resting: 0 | 1) {
    this.#resting = resting;
  }

  get level(): number {
    return this.#driven ?? this.#outside ?? this.#resting;
  }

  /** Called after each change of the level. Returns what ends it. */
  watch(watcher: (level: number) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** What a part on the board puts on the pin. */
  set outside(level: number | undefined) {
    this.#change(() => {
      this.#outside = level;
    });
  }

  /** What the processor drives; undefined: an input, or the processor is in reset. */
  set driven(level: number | undefined) {
    this.#change(() => {
      this.#driven = level;
    });
  }

  #change(change: () => void): void {
    const before = this.level;
    change();
    if (this.level === before) return;
    for (const watcher of this.#watchers) watcher(this.level);
  }
}
