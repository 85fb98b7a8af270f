import { Command, Option } from "commander";
import pc from "picocolors";
import { openEngine, type Target } from "../engines/targets.js";
import { NoXsError } from "../engines/xs/compile.js";
import { soak } from "../trials/soak/soak.js";
import { PARTS_LEVELS, type PartsLevel } from "../world/machine/parts-level.js";
import { whole } from "./shared/numbers.js";
import { parseTarget, RELAY_HELP, TARGET_HELP } from "./shared/target.js";

const program = new Command("soak")
  .description(
    "Random use with random faults in virtual time, held to the invariants. The last line is JSON; exit code 1: an invariant is broken, 2: bad usage.",
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
  .option("--trace", "print every event to stderr", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program.parse();
const { seed, exchanges, target, relay, parts, hostile, trace } = program.opts<{
  seed: number;
  exchanges: number;
  target: Target;
  relay?: string;
  parts: PartsLevel;
  hostile: boolean;
  trace: boolean;
}>();
const engine = await openEngine(target, relay).catch((error: unknown) => {
  if (!(error instanceof NoXsError)) throw error;
  console.error(pc.red(error.message));
  process.exit(2);
});
const result = await soak({
  seed,
  exchanges,
  engine,
  parts,
  hostile,
  progress: (done, { machine, world }) => {
    const days = (world.nowMs / 86_400_000).toFixed(1);
    console.error(pc.cyan(`${done} of ${exchanges} exchanges, day ${days}, ${machine.powerCuts} power cuts`));
  },
  ...(trace && { sink: (line: string) => console.error(pc.dim(line)) }),
});
for (const problem of result.problems) console.error(pc.red(problem));
if (result.failure !== undefined) console.error(pc.red(result.failure));
const isGood = result.problems.length === 0 && result.failure === undefined;
const again = `npm run soak -- --seed ${seed} --exchanges ${exchanges}${parts === "ports" ? "" : ` --parts ${parts}`}${hostile ? " --hostile" : ""}`;
if (!isGood) console.error(`Run again: ${again}`);
console.log(JSON.stringify(result));
process.exitCode = isGood ? 0 : 1;
