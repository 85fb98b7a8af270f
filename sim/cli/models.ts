import { Command } from "commander";
import pc from "picocolors";
import { checkModels } from "../trials/models/check.js";
import { ReplayError } from "../trials/models/replay.js";
import { SpinError } from "../trials/models/spin.js";
import { whole } from "./shared/numbers.js";

interface Options {
  readonly model: string | undefined;
  readonly steps: number | undefined;
  readonly runs: number;
  readonly seed: number;
}

const program = new Command("models")
  .description(
    "Searches the models beside the specifications with Spin: everything that can happen within their bounds, the faults that can be " +
      "built into them, and random runs of them against the code. The last line is JSON; exit code 1: something that a model asserts " +
      "is false, a fault is not found, or model and code differ; 2: bad usage, or Spin is not there.",
  )
  .option("--model <name>", "this one alone")
  .option(
    "--steps <n>",
    "things that happen, in place of the model's own bound; each more takes some four times as long",
    whole,
  )
  .option("--runs <n>", "random runs against the code", whole, 40)
  .option("--seed <n>", "of the first run", whole, 1)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const options = program.parse().opts<Options>();
try {
  const checked = checkModels({ ...options, tell: (line) => console.error(pc.cyan(line)) });
  if (checked.failure !== undefined) console.error(pc.red(checked.failure));
  console.log(JSON.stringify(checked));
  process.exitCode = checked.failure === undefined ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof SpinError || error instanceof RangeError;
  if (!isUsage && !(error instanceof ReplayError)) throw error;
  console.error(pc.red((error as Error).message));
  if (error instanceof ReplayError)
    console.error(`Run again: npm run models -- --model NAME --runs 1 --seed ${error.seed}, with the model's name`);
  process.exitCode = isUsage ? 2 : 1;
}
