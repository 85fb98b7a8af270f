import { type Defines, randomRun } from "./spin.js";

/** Model and code differ. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
  /** Of the run. */
  readonly seed: number;

  constructor(seed: number, message: string) {
    super(message);
    this.seed = seed;
  }
}

/**
 * Does with `play` what each line of a random run tells; it answers the line as the code has it, or nothing. Answers how many lines
 * there were. Throws ReplayError at the first that differs.
 */
export function compareRun(
  model: string,
  defines: Defines,
  seed: number,
  play: (line: string) => string | undefined,
): number {
  const lines = randomRun(model, defines, seed);
  for (const [index, line] of lines.entries()) {
    const was = play(line);
    if (was !== undefined && was !== line) {
      throw new ReplayError(seed, `seed ${seed}, line ${index + 1}: the model says "${line}", the code "${was}"`);
    }
  }
  return lines.length;
}
