/** Which part of a soak is played; all of it where nothing is said. */
export interface Plan {
  /** Numbers of the steps that are played, ascending; the others are passed over. Undefined: all. */
  readonly steps?: readonly number[];
  /** What does not happen: `mishap/torn-write`, or all of a sort, `mishap`. */
  readonly without?: readonly string[];
}

/** `3,17-19` for 3, 17, 18 and 19. */
export function stepsText(steps: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === step - 1) last[1] = step;
    else runs.push([step, step]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

/** The numbers of `stepsText`. Undefined: it is no such text. */
export function readSteps(text: string): number[] | undefined {
  const steps = new Set<number>();
  for (const run of text.split(",")) {
    const [, from, to] = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(run) ?? [];
    if (from === undefined || Number(to ?? from) < Number(from)) return undefined;
    for (let step = Number(from); step <= Number(to ?? from); step++) steps.add(step);
  }
  return [...steps].sort((a, b) => a - b);
}

/** The options of `npm run soak` that play this part. */
export function planOptions({ steps, without = [] }: Plan): string {
  const left = without.length === 0 ? "" : ` --without ${without.join(",")}`;
  return `${left}${steps === undefined ? "" : ` --steps ${stepsText(steps)}`}`;
}
