import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { type EngineTarget, openEngine, TARGETS } from "../engines/targets.js";
import { NoXsError } from "../engines/xs/compile.js";
import { type CellOutcome, type MatrixCell, totalsOf, withEqualTraces } from "../trials/hil/cell.js";
import { playAll } from "../trials/hil/matrix.js";
import { junitOf, pageOf } from "../trials/hil/report.js";
import { killCells, runCell } from "../trials/hil/run-cell.js";
import { SCENARIOS } from "../trials/scenarios/play.js";
import { PARTS_LEVELS, type PartsLevel } from "../world/machine/parts-level.js";
import { commit } from "./shared/commit.js";
import { whole } from "./shared/numbers.js";
import { parseTarget, RELAY_HELP } from "./shared/target.js";

interface Options {
  readonly targets: readonly EngineTarget[];
  readonly relay?: string;
  readonly scenarios: readonly string[];
  readonly seed: number;
  readonly parts: PartsLevel;
  readonly jobs: number;
  readonly limit: number;
  readonly out: string;
}

/** Cells are compared by their traces, which only virtual time repeats. */
const NAMES = SCENARIOS.filter(({ onlyWith }) => onlyWith?.brokers.includes("virtual") ?? true).map(({ name }) => name);

const program = new Command("hil")
  .description(
    "Plays scenarios on targets, each in a process of its own, and goes on when one fails. Writes matrix.json, junit.xml, index.html " +
      "and what each story that failed left behind. The last line is JSON: cells, passed, failed, notRun. Exit code 0: all passed, 1: some failed, " +
      "2: bad usage, 3: none failed and some were not run, since a target is not there or lacks what they need.",
  )
  .option("--targets <list>", `some of ${TARGETS.join(",")},serial:PATH`, targets, [...TARGETS])
  .option("--relay <command>", RELAY_HELP)
  .option("--scenarios <list>", `some of ${NAMES.join(",")}`, listOf(NAMES), NAMES)
  .option("--seed <n>", "all chance follows from it", whole, 1)
  .addOption(new Option("--parts <level>", "as of npm run scenario").choices(PARTS_LEVELS).default("ports"))
  .option("--jobs <n>", "cells at a time", whole, availableParallelism())
  .option("--limit <s>", "a cell that takes longer hangs, and is stopped", whole, 900)
  .option("--out <folder>", "for the report; what an earlier run left there is deleted", "build/hil")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** For commander: targets between commas. */
function targets(text: string): EngineTarget[] {
  return text.split(",").map(parseTarget);
}

/** For commander: names between commas, each a known one. */
function listOf<T extends string>(known: readonly T[]): (text: string) => T[] {
  return (text) =>
    text.split(",").map((name) => {
      const found = known.find((one) => one === name);
      if (found === undefined) throw new InvalidArgumentError(`there is no ${name}: choose some of ${known.join(",")}`);
      return found;
    });
}

/** Builds what a target needs, once and before its cells. Answers why it cannot be had; undefined: it can. */
async function prepare(target: EngineTarget, relay?: string): Promise<string | undefined> {
  try {
    const engine = await openEngine(target, relay);
    engine.close();
    return undefined;
  } catch (error) {
    if (!(error instanceof NoXsError)) throw error;
    console.error(pc.yellow(`${target}: ${error.message}`));
    return error.message;
  }
}

/** The end of what plays last on each board. */
const onBoards = new Map<string, Promise<unknown>>();

/** A board plays one story at a time; of the others there are as many as are wanted. */
async function alone<T>(target: string, work: () => Promise<T>): Promise<T> {
  if (!target.startsWith("serial:")) return await work();
  const playing = (onBoards.get(target) ?? Promise.resolve()).then(work);
  onBoards.set(
    target,
    playing.catch(() => {}),
  );
  return await playing;
}

async function main(): Promise<number> {
  const { targets, relay, scenarios, seed, parts, jobs, limit, out } = program.parse().opts<Options>();
  const began = new Date().toISOString();
  const head = { commit: commit(), began, parts };
  rmSync(join(out, "cells"), { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const absent = new Map<string, string>();
  for (const target of targets) {
    const why = await prepare(target, relay);
    if (why !== undefined) absent.set(target, why);
  }
  const playOne = async (cell: MatrixCell): Promise<CellOutcome> => {
    const { scenario, target } = cell;
    const again = `npm run scenario -- ${scenario} --target ${target} --seed ${seed} --parts ${parts} --artifacts DIR # at ${head.commit}`;
    const why = absent.get(target);
    if (why !== undefined) return { ...cell, verdict: "notRun", why, seconds: 0, again };
    const artifacts = `cells/${scenario}-${target.replaceAll(/[^a-z0-9]+/gi, "-")}`;
    const run = { dir: resolve(out, artifacts), limitSeconds: limit, parts, ...(relay !== undefined && { relay }) };
    const outcome = await alone(target, () => runCell(cell, run));
    const colour = { passed: pc.green, failed: pc.red, notRun: pc.yellow }[outcome.verdict];
    console.error(`${colour(outcome.verdict.padEnd(6))} ${scenario} on ${target}, ${outcome.seconds} s`);
    if (outcome.verdict !== "failed") rmSync(join(out, artifacts), { recursive: true, force: true });
    return { ...outcome, again, ...(existsSync(join(out, artifacts)) && { artifacts }) };
  };
  const cells = scenarios.flatMap((scenario) => targets.map((target) => ({ scenario, target, seed })));
  const outcomes = withEqualTraces(await playAll(cells, jobs, playOne));
  writeFileSync(join(out, "matrix.json"), `${JSON.stringify({ ...head, outcomes }, null, 2)}\n`);
  writeFileSync(join(out, "junit.xml"), junitOf(outcomes, head));
  writeFileSync(join(out, "index.html"), pageOf(outcomes, head));
  for (const { scenario, target, why, again } of outcomes.filter(({ verdict }) => verdict === "failed")) {
    console.error(pc.red(`${scenario} on ${target}: ${why}\n  again: ${again}`));
  }
  console.error(`The report: ${join(out, "index.html")}`);
  const totals = totalsOf(outcomes);
  console.log(JSON.stringify(totals));
  return totals.failed > 0 ? 1 : totals.notRun > 0 ? 3 : 0;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    killCells();
    process.exit(1);
  });
}
process.exitCode = await main();
