/** What a soak can come by: `mishap`, `refusal`, `screen`, `record` and so on, each with its names, and how often it came. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Counts what happened in a soak, by what sort of thing it is and its name. */
export class Coverage {
  readonly #counts: Record<string, Record<string, number>> = {};

  /** Names what there could be, so that what never comes shows with a nought. */
  expect(sort: string, names: readonly string[]): void {
    for (const name of names) this.count(sort, name, 0);
  }

  count(sort: string, name: string, times = 1): void {
    const of = this.#counts[sort] ?? {};
    this.#counts[sort] = of;
    of[name] = (of[name] ?? 0) + times;
  }

  get counts(): Counts {
    return this.#counts;
  }
}

/** The counts of several soaks together. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum = new Coverage();
  for (const counts of all) {
    for (const [sort, of] of Object.entries(counts)) {
      for (const [name, times] of Object.entries(of)) sum.count(sort, name, times);
    }
  }
  return sum.counts;
}

/** What never came, as `sort/name`. */
export function neverCame(counts: Counts): string[] {
  return Object.entries(counts).flatMap(([sort, of]) =>
    Object.entries(of).flatMap(([name, times]) => (times === 0 ? [`${sort}/${name}`] : [])),
  );
}
