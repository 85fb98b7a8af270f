import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { ROOT } from "../engines/xs/bundle.js";
import { RECORDS_CDDL, recordsCddl } from "./firmware/records-cddl.js";

const program = new Command("cddl")
  .description(
    "Writes the document of journal records and checkpoints from their declarations. The last line is JSON; exit code 1 with --check: it is not as it would be written.",
  )
  .option("--check", "change nothing", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program.parse();
const { check } = program.opts<{ readonly check: boolean }>();
const path = join(ROOT, RECORDS_CDDL);
const text = await recordsCddl();
const isCurrent = existing() === text;
if (!isCurrent && !check) writeFileSync(path, text);
if (!isCurrent) console.error(check ? `${RECORDS_CDDL} is out of date: npm run cddl` : `${RECORDS_CDDL} written`);
console.log(JSON.stringify({ changed: !isCurrent }));
process.exitCode = check && !isCurrent ? 1 : 0;

function existing(): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
