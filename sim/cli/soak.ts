import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { type EngineTarget, openEngine } from "../engines/targets.js";
import { NoXsError } from "../engines/xs/compile.js";
import { pictureOf } from "../trials/soak/picture.js";
import { type Plan, planOptions, readSteps } from "../trials/soak/plan.js";
import { shrink } from "../trials/soak/shrink.js";
import { type SoakResult, soak } from "../trials/soak/soak.js";
import { PARTS_LEVELS, type PartsLevel } from "../world/machine/parts-level.js";
import { whole } from "./shared/numbers.js";
import { parseTarget, RELAY_HELP, TARGET_HELP } from "./shared/target.js";
import { readSeeds, soakSeeds } from "./soak/seeds.js";

interface Options {
  readonly seed: number;
  readonly exchanges: number;
  readonly target: EngineTarget;
  readonly relay?: string;
  readonly parts: PartsLevel;
  readonly hostile: boolean;
  readonly trace: boolean;
  readonly steps?: number[];
  readonly without?: string[];
  readonly shrinkSeconds: number;
  readonly seeds?: { readonly from: number; readonly to: number };
  readonly jobs: number;
  readonly cover: boolean;
}

const OUT = "build/soak";

const program = new Command("soak")
  .description(
    "Random use with random faults in virtual time, held to the invariants. What fails is made smaller, and the command for the smallest part is " +
      "printed. The last line is JSON; exit code 1: an invariant is broken, 2: bad usage, 130: interrupted.",
  )
  .option("--seed <n>", "all chance follows from it", whole, 1)
  .option("--exchanges <n>", "exchanges at the doors", whole, 500)
  .option("--target <target>", TARGET_HELP, parseTarget, "node" as const)
  .option("--relay <command>", RELAY_HELP)
  .addOption(
    new Option("--parts <level>", "registers: through drivers and simulated parts, which break as well")
      .choices(PARTS_LEVELS)
      .default("ports"),
  )
  .option("--hostile", "the broker drops, holds, drips, replays, reorders and makes up messages", false)
  .option("--steps <list>", "these steps alone, such as 3,17-19: of a soak that was made smaller", steps)
  .option("--without <list>", "what is left out, such as mishap/torn-write,office/bin", (text) => text.split(","))
  .option("--shrink-seconds <s>", "so long it looks for a smaller part that fails; 0: not at all", whole, 300)
  .option("--seeds <range>", "a soak for each, such as 1-12, several at a time; every fourth hostile", seeds)
  .option("--jobs <n>", "soaks at a time", whole, availableParallelism())
  .option("--cover", "fails where something that can happen never came in any of --seeds", false)
  .option("--trace", "print every event to stderr", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** For commander. */
function steps(text: string): number[] {
  const read = readSteps(text);
  if (read === undefined) throw new InvalidArgumentError("give numbers and runs of them, such as 3,17-19");
  return read;
}

/** For commander. */
function seeds(text: string): { readonly from: number; readonly to: number } {
  const read = readSeeds(text);
  if (read === undefined) throw new InvalidArgumentError("give one or a run, such as 1-12");
  return read;
}

const options = program.parse().opts<Options>();
const { exchanges, trace } = options;
if (options.seeds !== undefined) process.exit(await soakSeeds({ ...options, ...options.seeds, args: where() }));

const TOLD_EVERY_VISITS = 50;
/** On an emulated board one visit takes seconds, and minutes on a busy machine: what is slow must not look stuck. */
const TOLD_EVERY_MS = 10_000;
let toldAt = performance.now();

/** Whether it is time to tell how far it is. */
function isDue(visits: number): boolean {
  const now = performance.now();
  if (visits % TOLD_EVERY_VISITS !== 1 && now - toldAt < TOLD_EVERY_MS) return false;
  toldAt = now;
  return true;
}

/** `sink` gets each line of the trace. Undefined: nobody follows it. */
async function play(plan: Plan, isShown: boolean, sink?: (line: string) => void): Promise<SoakResult> {
  const { seed, target, relay, parts, hostile } = options;
  return soak({
    seed,
    exchanges,
    engine: await openEngine(target, relay),
    parts,
    hostile,
    plan,
    progress: (visits, done, { machine, world }) => {
      if (!isShown || !isDue(visits)) return;
      const days = (world.nowMs / 86_400_000).toFixed(1);
      console.error(
        pc.cyan(`${done} of ${exchanges} exchanges, ${visits} visits, day ${days}, ${machine.powerCuts} power cuts`),
      );
    },
    ...(sink && { sink }),
  });
}

/** The arguments that say on what it runs, and with what broker. */
function where(): string[] {
  const { target, parts, hostile } = options;
  return [
    ...(target === "node" ? [] : ["--target", target]),
    ...(parts === "ports" ? [] : ["--parts", parts]),
    ...(hostile ? ["--hostile"] : []),
  ];
}

function again(plan: Plan): string {
  const words = ["npm run soak --", `--seed ${options.seed}`, `--exchanges ${exchanges}`, ...where()];
  return `${words.join(" ")}${planOptions(plan)}`;
}

/** Looks for a smaller part that fails, and tells of each. */
async function makeSmaller(failed: SoakResult): Promise<Plan | undefined> {
  const until = performance.now() + options.shrinkSeconds * 1_000;
  console.error(pc.cyan(`Looking for a smaller part that fails so, for ${options.shrinkSeconds} s at most`));
  return shrink(failed, plan, {
    play: (smaller) => play(smaller, false),
    isOver: () => performance.now() > until,
    smaller: (smaller, count) => console.error(pc.cyan(`${count} steps fail so:${planOptions(smaller)}`)),
  });
}

const plan: Plan = {
  ...(options.steps && { steps: options.steps }),
  ...(options.without && { without: options.without }),
};
/** What happened in it, as text and as a picture. */
async function draw(part: Plan): Promise<void> {
  const lines: string[] = [];
  await play(part, false, (line) => lines.push(line));
  const file = join(OUT, `seed-${options.seed}`);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(`${file}.txt`, lines.join("\n"));
  writeFileSync(`${file}.svg`, pictureOf(lines));
  console.error(`What happens in it: ${file}.txt, and as a picture ${file}.svg`);
}

const shown = trace ? (line: string) => console.error(pc.dim(line)) : undefined;
const result = await play(plan, true, shown).catch((error: unknown) => {
  if (!(error instanceof NoXsError)) throw error;
  console.error(pc.red(error.message));
  process.exit(2);
});
for (const problem of result.problems) console.error(pc.red(problem));
if (result.failure !== undefined) console.error(pc.red(result.failure));
const isGood = result.problems.length === 0 && result.failure === undefined;
let smallest: Plan | undefined;
if (!isGood) {
  console.error(`Run again: ${again(plan)}`);
  if (options.shrinkSeconds > 0) {
    smallest = await makeSmaller(result);
    if (smallest !== undefined) await draw(smallest);
    console.error(smallest ? `Smallest: ${again(smallest)}` : "Played again step by step, it did not fail so.");
  }
}
console.log(JSON.stringify({ ...result, ...(smallest && { smallest: again(smallest) }) }));
process.exitCode = isGood ? 0 : 1;
