import { Command } from "commander";
import pc from "picocolors";
import { addToCorpus, CORPUS, CorpusError, checkCorpus, readCorpus } from "../trials/fuzz/corpus.js";
import type { Searched } from "../trials/fuzz/search.js";
import { TARGETS } from "../trials/fuzz/targets.js";
import { searchWatched } from "../trials/fuzz/watched.js";
import { whole } from "./shared/numbers.js";

interface Options {
  readonly target?: readonly string[];
  readonly seconds: number;
  readonly seed: number;
  readonly corpus: string;
  readonly keep: boolean;
}

const program = new Command("fuzz")
  .description(
    "Gives parsers inputs that are changed by chance, and goes on from those that reach new places in the code. An input that a parser\n" +
      "throws at, hangs at, or answers wrongly is made short and told. The last line is JSON.",
  )
  .option("--target <name...>", "only these; absent: all, one after another")
  .option("--seconds <n>", "for each target", whole, 20)
  .option("--seed <n>", "all chance follows from it", whole, 1)
  .option("--corpus <folder>", "inputs to begin with, a file for each target", CORPUS)
  .option("--keep", "add to the corpus a few inputs that reached something new, and what broke a parser", false)
  .addHelpText(
    "after",
    `\nTargets:\n${TARGETS.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join("\n")}\n\n` +
      "Exit code 1: a parser broke; 2: called wrongly, or a corpus that cannot be used.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** Nobody can call it as it was called. */
class UsageError extends Error {}

async function main(): Promise<number> {
  const { target: wanted, seconds, seed, corpus, keep } = program.parse().opts<Options>();
  const names = TARGETS.map(({ name }) => name);
  const unknown = wanted?.find((one) => !names.includes(one));
  if (unknown !== undefined)
    throw new UsageError(`--target ${unknown}: there is no such target: choose among ${names.join(", ")}`);
  checkCorpus(names, corpus);
  const targets = wanted ?? names;
  const inputs = targets.map((name) => readCorpus(name, corpus));
  const all: Searched[] = [];
  for (const [i, target] of targets.entries()) {
    const searched = await searchWatched({ target, seed, seconds, corpus: inputs[i]! });
    tell(searched, seconds);
    if (keep) {
      const { worthKeeping, found } = searched;
      addToCorpus(target, found === undefined ? worthKeeping : [...worthKeeping, found.input], corpus);
    }
    all.push(searched);
  }
  const broken = all.filter(({ found }) => found !== undefined);
  console.log(JSON.stringify({ seed, seconds, targets: all.map(figuresOf), broken: broken.length }));
  return broken.length > 0 ? 1 : 0;
}

const figuresOf = ({ target, inputs, places, reached, found }: Searched) => ({
  target,
  inputs,
  places,
  reached,
  ...(found && { found: found.what, input: Buffer.from(found.input).toString("hex") }),
});

function tell({ target, inputs, places, reached, found, seed }: Searched, seconds: number): void {
  console.error(`${target.padEnd(10)} ${inputs} inputs, ${places} places, ${reached} that came to new ones`);
  if (found === undefined) return;
  console.error(pc.red(`${target}: ${found.what}`));
  console.error(pc.red(`  by ${Buffer.from(found.input).toString("hex") || "an empty input"}`));
  console.error(`Run again: npm run fuzz -- --target ${target} --seed ${seed} --seconds ${seconds}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof CorpusError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = 2;
}
