import { fileURLToPath } from "node:url";
import { Command } from "commander";
import pc from "picocolors";
import { CloudError } from "../cloud/domain.js";
import { Fleet } from "../trials/fleet/fleet.js";
import { whole } from "./shared/numbers.js";

interface Options {
  readonly boxes: number;
  readonly services: number;
  readonly rate: number;
  readonly seconds: number;
  readonly kill: boolean;
}

const COMMAND = fileURLToPath(new URL("cloud.ts", import.meta.url));

const program = new Command("fleet")
  .description(
    "Boxes by the thousand (the firmware's own sync task on real sockets, without devices) against a mosquitto, a PostgreSQL and services\n" +
      "that it starts on this machine. The last line is JSON: boxes, records, recordsPerSecond, lost, duplicated, unavailableSeconds (the longest\n" +
      "that a record waited for its acknowledgement), connectSeconds, bytesARecord (of the database, with its indexes), costs (processor time and memory).",
  )
  .option("--boxes <n>", "boxes", whole, 200)
  .option("--services <n>", "processes of the cloud", whole, 2)
  .option("--rate <n>", "records that all boxes write in a second", whole, 1_000)
  .option("--seconds <n>", "how long the rate is measured", whole, 10)
  .option("--kill", "SIGKILL for a service, the broker and the database, one after the other, while boxes write", false)
  .addHelpText(
    "after",
    "\nExit code 0: nothing lost, nothing doubled, and no record waited longer than 30 s; 1: otherwise; 2: called wrongly, or a program is missing.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** The longest that a record may wait while something is killed, s. */
const UNAVAILABLE_MAX_SECONDS = 30;

async function main(): Promise<number> {
  const options = program.parse().opts<Options>();
  if (options.boxes < 1 || options.services < 1) throw new CloudError("--boxes and --services are 1 or more");
  const result = await Fleet.run({ ...options, command: COMMAND, progress: (text) => console.error(pc.cyan(text)) });
  console.log(JSON.stringify(result));
  const { lost, duplicated, unavailableSeconds } = result;
  return lost === 0 && duplicated === 0 && unavailableSeconds <= UNAVAILABLE_MAX_SECONDS ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof CloudError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = 2;
}
