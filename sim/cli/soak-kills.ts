import { Command } from "commander";
import pc from "picocolors";
import { NoXsError } from "../engines/xs/compile.js";
import { kills } from "../trials/kills/kills.js";
import { whole } from "./shared/numbers.js";

const program = new Command("soak:kills")
  .description(
    "Kills the emulated microcontroller with SIGKILL at random instants of exchanges and replay; its flash is a file, which the next emulator " +
      "goes on from. The last line is JSON; exit code 1: a record was lost or doubled, a journal unsound or an invariant broken, 2: bad usage, " +
      "3: there is no emulator.",
  )
  .option("--seed <n>", "who comes and how long each emulator lives; the instant of a kill is the computer's", whole, 1)
  .option("--kills <n>", "times", whole, 200)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const options = program.parse().opts<{ seed: number; kills: number }>();
const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 100) / 10;
console.error(pc.cyan(`seed ${options.seed}, ${options.kills} kills`));
let told = -1;
const result = await kills({
  ...options,
  progress: (done, exchanges) => {
    if (done === told) return;
    told = done;
    console.error(pc.cyan(`${done} kills, ${exchanges} exchanges, ${seconds()} s`));
  },
}).catch((error: unknown) => {
  if (!(error instanceof NoXsError)) throw error;
  console.error(pc.red(error.message));
  process.exit(3);
});
const { failure, problems } = result;
if (failure !== undefined) console.error(pc.red(failure));
for (const problem of problems) console.error(pc.red(problem));
const isWell = failure === undefined && problems.length === 0;
if (!isWell) console.error(`Run again: npm run soak:kills -- --seed ${options.seed} --kills ${options.kills}`);
console.log(JSON.stringify({ ...result, seconds: seconds() }));
process.exitCode = isWell ? 0 : 1;
