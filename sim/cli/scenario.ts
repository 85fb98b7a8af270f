import { Command, Option } from "commander";
import pc from "picocolors";
import { CloudError } from "../cloud/domain.js";
import { openEngine, TARGETS, type Target } from "../engines/targets.js";
import { NoXsError } from "../engines/xs/compile.js";
import { Artifacts } from "../trials/rig/artifacts.js";
import { NoCapabilityError } from "../trials/rig/rig.js";
import { isGood, play, SCENARIOS } from "../trials/scenarios/play.js";
import { whyNotWith } from "../trials/scenarios/scenario.js";
import { BROKER_KINDS, type BrokerKind } from "../trials/stage/broker-side.js";
import type { Stage } from "../trials/stage/stage.js";
import { PARTS_LEVELS, type PartsLevel } from "../world/machine/parts-level.js";
import { commit } from "./shared/commit.js";
import { whole } from "./shared/numbers.js";

interface Options {
  readonly seed: number;
  readonly broker: BrokerKind;
  readonly exchanges: number;
  readonly killBroker: boolean;
  readonly target: Target;
  readonly parts: PartsLevel;
  readonly trace: boolean;
  readonly artifacts?: string;
}

const program = new Command("scenario")
  .description(
    "Plays one scenario headless. The last line is JSON; exit code 1: an invariant is broken or the story went wrong, 2: bad usage, 3: not played, the target lacks what the story needs.",
  )
  .argument("<name>", `one of: ${SCENARIOS.map((one) => one.name).join(", ")}`)
  .option("--seed <n>", "all chance follows from it", whole, 1)
  .addOption(new Option("--target <target>", "engine that runs the firmware").choices(TARGETS).default("node"))
  .addOption(
    new Option("--broker <kind>", "virtual: deterministic, in virtual time; the others are real")
      .choices(BROKER_KINDS)
      .default("virtual"),
  )
  .addOption(
    new Option("--parts <level>", "ports: direct; registers: through the board's drivers and simulated parts")
      .choices(PARTS_LEVELS)
      .default("ports"),
  )
  .option("--exchanges <n>", "random exchanges while offline", whole, 40)
  .option("--kill-broker", "kill the broker in the middle of the replay", false)
  .option("--trace", "print every event to stderr", false)
  .option("--artifacts <folder>", "leave console, numbered trace, flash images and the last screen there")
  .addHelpText("after", `\nScenarios:\n${SCENARIOS.map((one) => `  ${one.name}: ${one.summary}`).join("\n")}`)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<number> {
  program.parse();
  const name = program.args[0];
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) {
    console.error(`There is no scenario ${name}: choose one of ${SCENARIOS.map((one) => one.name).join(", ")}.`);
    return 2;
  }
  const { seed, broker, parts, target, trace, artifacts: folder, ...options } = program.opts<Options>();
  const whyNot = whyNotWith(scenario, broker, options);
  if (whyNot !== undefined) {
    console.error(whyNot);
    return 2;
  }
  const artifacts = folder === undefined ? undefined : new Artifacts(folder);
  const sink = (line: string) => {
    artifacts?.event(line);
    if (trace) console.error(pc.dim(line));
  };
  const engine = await openEngine(target);
  const stage = { seed, broker, parts, engine, sink };
  const step = (text: string, { world }: Stage) => {
    artifacts?.step(world.nowMs, text);
    console.error(`${pc.cyan(clock(world.nowMs))} ${text}`);
  };
  const result = await play(scenario, stage, options, step, (at, failure) => artifacts?.end(at, failure));
  artifacts?.close();
  for (const problem of result.problems) console.error(pc.red(problem));
  if (result.failure !== undefined) console.error(pc.red(result.failure));
  if (!isGood(result))
    console.error(`Run again: npm run scenario -- ${process.argv.slice(2).join(" ")} # at ${commit()}`);
  console.log(JSON.stringify({ ...result, target, ...engine.spent }));
  return isGood(result) ? 0 : 1;
}

/** Virtual time as h:mm:ss. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof NoCapabilityError) {
    console.error(error.message);
    process.exit(3);
  }
  if (!(error instanceof CloudError || error instanceof NoXsError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = 2;
}
