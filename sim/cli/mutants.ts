import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { ROOT } from "../engines/xs/bundle.js";
import { Changer, type Mutant } from "../trials/mutants/changer.js";
import { explained, outdated, parseExplanations } from "../trials/mutants/explained.js";
import { FOLDERS, partsOf, sourcesIn, testsOf } from "../trials/mutants/folders.js";
import { sampled } from "../trials/mutants/sample.js";
import { survivors as survivorsOf } from "../trials/mutants/trial.js";
import { whole } from "./shared/numbers.js";

const program = new Command("mutants")
  .description(
    "Changes one expression or line at a time, and runs the tests that come by it: a change that no test notices has survived. " +
      "Survivors that somebody has read stand in sim/trials/mutants/explained.json with the reason. The last line is JSON; exit code 1: " +
      "a survivor is not explained, or an explanation is out of date, 2: bad usage.",
  )
  .option("--folder <name...>", `of firmware/, or a path (default: ${FOLDERS.join(", ")})`)
  .option("--file <path...>", "these files alone")
  .option("--sample <n>", "try so many of them, chosen by chance", whole)
  .option("--seed <n>", "the chance of --sample follows from it", whole, 1)
  .option("--own", "ask the tests of the folder's mirror alone, not those of others for what these do not see", false)
  .option("--workers <n>", "processes at a time", whole, availableParallelism())
  .option("--list", "print the changes and try none", false)
  .option("--explained <file>", "the explanations", "sim/trials/mutants/explained.json")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

interface Options {
  readonly folder?: readonly string[];
  readonly file?: readonly string[];
  readonly sample?: number;
  readonly seed: number;
  readonly own: boolean;
  readonly workers: number;
  readonly list: boolean;
  readonly explained: string;
}

const options = program.parse().opts<Options>();
const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 1000);
const explanations = parseExplanations(readFileSync(join(ROOT, options.explained), "utf8"));
const files = options.file ?? (options.folder ?? FOLDERS).map(inRepository).flatMap(sourcesIn);
for (const file of files) if (!existsSync(join(ROOT, file))) program.error(`error: there is no file ${file}`);

const changed = await (await Changer.open()).change(files);
const all = changed.mutants;
const chosen = options.sample === undefined ? all : sampled(all, options.sample, options.seed);
if (options.list) for (const mutant of chosen) console.log(inWords(mutant));
const survivors = options.list ? [] : await tryAll();
const unexplained = survivors.filter((mutant) => explained(mutant, explanations) === undefined);
const killed = options.list ? [] : chosen.filter((mutant) => !survivors.includes(mutant));
const stale = outdated(explanations, all, killed);
for (const mutant of unexplained) console.error(`${pc.red("survived")} ${inWords(mutant)}`);
for (const text of stale) console.error(`${pc.yellow("explanation out of date")} ${text}`);
console.log(
  JSON.stringify({
    mutants: chosen.length,
    killed: killed.length,
    survived: survivors.length,
    explained: survivors.length - unexplained.length,
    unexplained: unexplained.length,
    unread: unexplained.map(({ file, place, from, to, nth }) => ({
      file,
      place,
      from,
      to,
      ...(nth > 1 && { nth }),
    })),
    outdated: stale.length,
    seconds: seconds(),
  }),
);
process.exitCode = unexplained.length + stale.length > 0 ? 1 : 0;

/** Part by part, the largest first, several at a time. */
async function tryAll(): Promise<readonly Mutant[]> {
  const parts = partsOf(chosen).sort((a, b) => b.length - a.length);
  const results: Mutant[] = [];
  const work = async () => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) results.push(...(await tryPart(part)));
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  return chosen.filter((mutant) => results.includes(mutant));
}

/** Changes to one folder, with its own tests; and what these do not see, with those of others. */
async function tryPart(part: readonly Mutant[]): Promise<readonly Mutant[]> {
  const folder = dirname(part[0]!.file);
  let left = part;
  for (const tests of testsOf(part[0]!.file).slice(0, options.own ? 1 : undefined)) {
    if (left.length === 0) break;
    console.error(pc.cyan(`${left.length} changes to ${folder}, held by ${tests.join(", ")}`));
    left = await survivorsOf(changed, left, tests, (text) =>
      console.error(pc.cyan(`${seconds()} s: ${folder}: ${text}`)),
    );
  }
  return left;
}

function inRepository(folder: string): string {
  return folder.includes("/") ? folder.replace(/\/$/, "") : `firmware/${folder}`;
}

function inWords({ file, line, place, from, to, nth }: Mutant): string {
  return `${file}:${line} ${place}: ${from} -> ${to}${nth > 1 ? ` (${nth})` : ""}`;
}
