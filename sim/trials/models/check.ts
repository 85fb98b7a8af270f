import { MODELS, type Model } from "./models.js";
import { type Failure, search } from "./spin.js";

export interface CheckOptions {
  /** One model's name; undefined: all. */
  readonly model: string | undefined;
  /** Things that happen, in place of the model's own bound. */
  readonly steps: number | undefined;
  /** Random runs against the code, for models that have a second end there. */
  readonly runs: number;
  /** The first run's seed. */
  readonly seed: number;
  readonly tell: (line: string) => void;
}

/** What goes on the last line. */
export interface Checked {
  readonly models: number;
  readonly states: number;
  /** Faults built into the models, and how many of them the search found. */
  readonly bugs: number;
  readonly found: number;
  /** Random runs of models, and the lines of them that model and code agree on. */
  readonly runs: number;
  readonly lines: number;
  readonly failure: string | undefined;
}

/** Throws RangeError for a model that is not there, SpinError where Spin is not or a search is not whole, ReplayError. */
export function checkModels({ model, steps, runs, seed, tell }: CheckOptions): Checked {
  const chosen = MODELS.filter(({ name }) => model === undefined || name === model);
  if (chosen.length === 0) {
    throw new RangeError(`there is no model "${model}"; there are ${MODELS.map(({ name }) => name).join(", ")}`);
  }
  const sum = { models: chosen.length, states: 0, bugs: 0, found: 0, runs: 0, lines: 0 };
  for (const one of chosen) {
    const bounds = steps === undefined ? one.bounds : { ...one.bounds, STEPS: steps };
    tell(`${one.name}: everything that can happen in ${bounds.STEPS} steps`);
    const { states, failure } = search(one.path, bounds);
    sum.states += states;
    if (failure !== undefined) return { ...sum, failure: explained(one, failure) };
    for (const [bug, within] of Object.entries(one.bugs)) {
      sum.bugs++;
      const found = search(one.path, { ...within, [bug]: true }).failure;
      if (found === undefined) return { ...sum, failure: `${one.name} does not find ${bug}` };
      sum.found++;
      tell(`${one.name}: ${bug} found after ${found.told.length} lines, ${found.assertion}`);
    }
    for (let run = 0; run < runs && one.replay !== undefined; run++) {
      sum.lines += one.replay(seed + run);
      sum.runs++;
    }
    tell(
      `${one.name}: ${states.toLocaleString("en")} states, ${sum.lines.toLocaleString("en")} lines as the code has them`,
    );
  }
  return { ...sum, failure: undefined };
}

function explained({ name }: Model, { assertion, told }: Failure): string {
  return `${name}: ${assertion} is false after\n${told.map((line) => `  ${line}`).join("\n")}`;
}
