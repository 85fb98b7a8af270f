import { Command } from "commander";
import pc from "picocolors";
import { soakJournal } from "../trials/journal-trial/soak.js";
import { whole } from "./shared/numbers.js";

const program = new Command("soak:journal")
  .description(
    "Uses journals on simulated flash and cuts the power, until so many cuts were tried; every boot is held against a list of what " +
      "was promised. The last line is JSON; exit code 1: something promised was lost, doubled or altered, 2: bad usage.",
  )
  .option("--seed <n>", "all chance follows from it", whole, 1)
  .option("--cuts <n>", "power cuts to try", whole, 100_000)
  .option("--round <n>", "this round alone, as a failure names it", whole)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const { seed, cuts, round } = program.parse().opts<{ seed: number; cuts: number; round?: number }>();
const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 100) / 10;
console.error(pc.cyan(`seed ${seed}, ${cuts.toLocaleString("en")} power cuts`));
const result = soakJournal({
  seed,
  cuts,
  round,
  progress: ({ rounds, powerCuts, records }) => {
    const numbers = [powerCuts, records, rounds].map((value) => value.toLocaleString("en"));
    console.error(pc.cyan(`${numbers[0]} power cuts, ${numbers[1]} records, ${numbers[2]} rounds, ${seconds()} s`));
  },
});
if (result.failure !== undefined) {
  console.error(pc.red(`${result.failure.what}: ${result.failure.why}`));
  console.error(`Run again: npm run soak:journal -- --seed ${seed} --round ${result.failure.round}`);
}
console.log(JSON.stringify({ ...result, seconds: seconds() }));
process.exitCode = result.failure === undefined ? 0 : 1;
