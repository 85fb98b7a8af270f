import { Command } from "commander";
import pc from "picocolors";
import { batteryBench } from "../bench/battery.js";
import { type Bench, NoToolError } from "../bench/bench.js";
import { codesBench } from "../bench/codes.js";
import { herdBench } from "../bench/herd.js";
import { journalBench } from "../bench/journal.js";
import { mcuBench } from "../bench/mcu.js";
import { panelBench } from "../bench/panel.js";
import { quietBench } from "../bench/quiet.js";
import { recoveryBench } from "../bench/recovery.js";
import { replayBench } from "../bench/replay.js";
import { simBench } from "../bench/sim.js";
import { storeBench } from "../bench/store.js";
import { updateBench } from "../bench/update.js";
import { xsBench } from "../bench/xs.js";
import { NoXsError } from "../engines/xs/compile.js";
import { pageBench } from "./page/bench.js";

const BENCHES: readonly Bench[] = [
  batteryBench,
  codesBench,
  herdBench,
  journalBench,
  mcuBench,
  pageBench,
  panelBench,
  quietBench,
  recoveryBench,
  replayBench,
  simBench,
  storeBench,
  updateBench,
  xsBench,
];

function helpOf({ name, summary, figures }: Bench): string {
  const lines = Object.entries(figures).map(([figure, meaning]) => `    ${figure}: ${meaning}`);
  return [`  ${name}: ${summary}`, ...lines].join("\n");
}

const program = new Command("bench")
  .description(
    "Measures. The last line is JSON: the bench's name, its figures, and the seconds it took. Exit code 2: bad usage, 3: an engine or a tool that it needs is not there.",
  )
  .argument("<name>", `one of: ${BENCHES.map((one) => one.name).join(", ")}`)
  .addHelpText("after", `\nBenches and their figures:\n${BENCHES.map(helpOf).join("\n")}`)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<number> {
  const [name] = program.parse().args;
  const bench = BENCHES.find((one) => one.name === name);
  if (bench === undefined) {
    console.error(`There is no bench ${name}: choose one of ${BENCHES.map((one) => one.name).join(", ")}.`);
    return 2;
  }
  const began = performance.now();
  const figures = await bench.run((text) => console.error(pc.cyan(text)));
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  for (const [figure, value] of Object.entries(figures)) console.log(`${figure.padEnd(28)} ${value}`);
  console.log(JSON.stringify({ bench: name, ...figures, seconds }));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof NoXsError || error instanceof NoToolError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = 3;
}
