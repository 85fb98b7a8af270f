import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { whyNoBrowser } from "./page/browser.js";
import { clickAround, isSound } from "./page/clicker.js";
import { whole } from "./shared/numbers.js";

const program = new Command("soak:page")
  .description(
    "Somebody clicks on whatever the page has, without a plan; then the world is played again with a judge beside each box. The last line is JSON; exit code 1: an invariant is broken, or the browser's console has an error, 2: bad usage, 3: there is no Chromium.",
  )
  .option("--seed <n>", "what is clicked on follows from it", whole, 1)
  .option("--minutes <n>", "for so long, in real time", minutes, 10)
  .option(
    "--save <file>",
    "where the world goes when something is broken, for `npm run scenario -- --file`",
    "build/soak-page.json",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** 0.1 to 600. */
function minutes(text: string): number {
  const number = Number(text);
  if (number >= 0.1 && number <= 600) return number;
  throw new InvalidArgumentError("0.1 to 600 minutes");
}

const options = program.parse().opts<{ seed: number; minutes: number; save: string }>();
if (whyNoBrowser() !== undefined) process.exit(3);
const { file, ...result } = await clickAround(options.seed, 60 * options.minutes, (text) =>
  console.error(pc.cyan(text)),
);
for (const text of [...result.problems, ...result.consoleErrors, ...result.crashes]) console.error(pc.red(text));
if (!isSound(result)) {
  writeFileSync(options.save, file);
  console.error(
    `Run again: npm run scenario -- --file ${options.save}, or click again: npm run soak:page -- --seed ${options.seed} --minutes ${options.minutes}`,
  );
}
console.log(JSON.stringify(result));
process.exitCode = isSound(result) ? 0 : 1;
