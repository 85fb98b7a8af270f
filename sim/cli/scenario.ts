import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import pc from "picocolors";
import { CloudError } from "../cloud/domain.js";
import { type EngineTarget, openEngine } from "../engines/targets.js";
import { NoXsError } from "../engines/xs/compile.js";
import { Artifacts } from "../trials/rig/artifacts.js";
import { NoCapabilityError } from "../trials/rig/rig.js";
import { isGood, play, SCENARIOS } from "../trials/scenarios/play.js";
import { whyNotWith } from "../trials/scenarios/scenario.js";
import { BROKER_KINDS, type BrokerKind } from "../trials/stage/broker-side.js";
import type { Stage } from "../trials/stage/stage.js";
import { PARTS_LEVELS, type PartsLevel } from "../world/machine/parts-level.js";
import { judged } from "./front/record/judged.js";
import type { WorldRecord } from "./front/record/world-record.js";
import { readWorld, WorldTextError } from "./front/record/world-text.js";
import { commit } from "./shared/commit.js";
import { whole } from "./shared/numbers.js";
import { parseTarget, RELAY_HELP, TARGET_HELP } from "./shared/target.js";

interface Options {
  readonly seed: number;
  readonly broker: BrokerKind;
  readonly exchanges: number;
  readonly killBroker: boolean;
  readonly target: EngineTarget;
  readonly relay?: string;
  readonly parts: PartsLevel;
  readonly trace: boolean;
  readonly artifacts?: string;
  readonly file?: string;
}

const program = new Command("scenario")
  .description(
    "Plays one scenario headless. The last line is JSON; exit code 1: an invariant is broken or the story went wrong, 2: bad usage, 3: not played, the target lacks what the story needs.",
  )
  .argument("[name]", `one of: ${SCENARIOS.map((one) => one.name).join(", ")}`)
  .option(
    "--file <file>",
    "in place of a name: a world that somebody played and saved on the page, or a file with its link in it",
  )
  .option("--seed <n>", "all chance follows from it", whole, 1)
  .option("--target <target>", TARGET_HELP, parseTarget, "node" as const)
  .option("--relay <command>", RELAY_HELP)
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
  const { file } = program.opts<Options>();
  if (file !== undefined) return await playFile(name, file);
  if (name === undefined) {
    console.error("Which scenario? Give a name, or a world's file with --file; --help lists the names.");
    return 2;
  }
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) {
    console.error(`There is no scenario ${name}: choose one of ${SCENARIOS.map((one) => one.name).join(", ")}.`);
    return 2;
  }
  const { seed, broker, parts, target, relay, trace, artifacts: folder, file: _, ...options } = program.opts<Options>();
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
  const engine = await openEngine(target, relay);
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

/** With a judge beside each box. What else may be asked for is a part of the file. */
async function playFile(name: string | undefined, file: string): Promise<number> {
  if (name !== undefined) {
    console.error(`A scenario's name (${name}) or --file: one of them.`);
    return 2;
  }
  const told = Object.keys(program.opts()).filter((key) => program.getOptionValueSource(key) === "cli");
  const other = told.find((key) => !["file", "trace"].includes(key));
  if (other !== undefined) {
    console.error(
      `--${other} goes with a scenario's name: a world's file has in it how it is played. Only --trace goes with --file.`,
    );
    return 2;
  }
  const record = worldIn(file);
  const { trace } = program.opts<Options>();
  console.error(
    `${record.done.length} things were done in ${clock(record.end.at)} of that world's time, seed ${record.seed}`,
  );
  const result = await judged(record, {
    ...(trace && { sink: (line: string) => console.error(pc.dim(line)) }),
    told: (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(100 * done)} % `);
    },
  });
  for (const problem of result.problems) console.error(pc.red(problem));
  if (!result.isSame) console.error(pc.yellow("It did not go as when it was saved: that was with another version."));
  console.log(JSON.stringify({ file, seed: record.seed, ...result }));
  return result.problems.length === 0 ? 0 : 1;
}

/** Throws WorldTextError. */
function worldIn(file: string): WorldRecord {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new WorldTextError(`it cannot be read: ${(error as Error).message}`);
  }
  return readWorld(text);
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
  if (!(error instanceof CloudError || error instanceof NoXsError || error instanceof WorldTextError)) throw error;
  const { file } = program.opts<Options>();
  console.error(pc.red(file === undefined ? error.message : `--file ${file}: ${error.message}`));
  process.exitCode = 2;
}
