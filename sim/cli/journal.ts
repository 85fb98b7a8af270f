import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { describeJournal } from "../trials/journal-reader/describe.js";
import { JournalImageError, readJournalImage } from "../trials/journal-reader/reader.js";
import { whole } from "./shared/numbers.js";

interface DumpOptions {
  readonly sectorBytes?: number;
  readonly align?: number;
}

const program = new Command("journal")
  .description("Looks into the image of a journal partition. Never writes.")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command("dump")
  .description(
    "Prints every sector, checkpoint, record and skipped place as JSON lines, a summary last. " +
      "Exit code 0: sound (cuts may have left torn places), 1: records are missing, places are damaged, or there is content but no journal, 2: no image that could be a journal's.",
  )
  .argument("<image>", "bytes of the partition; the simulator keeps its own as journal.N.bin in its data directory")
  .option("--sector-bytes <n>", "bytes of an erase block; without it, found from the content", whole)
  .option("--align <n>", "program granularity in bytes; without it, found from the headers", whole)
  .action(async (file: string, { sectorBytes, align }: DumpOptions) => {
    const image = new Uint8Array(await readFile(file));
    const dump = readJournalImage(image, {
      ...(sectorBytes !== undefined && { sectorBytes }),
      ...(align !== undefined && { alignBytes: align }),
    });
    let isSound = true;
    for (const line of describeJournal(dump)) {
      if (line.sound === false) isSound = false;
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
    process.exitCode = isSound ? 0 : 1;
  });

// A pager that was closed early is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode);
});

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof JournalImageError || (error instanceof Error && "code" in error);
  if (!isExpected) throw error;
  console.error((error as Error).message);
  process.exitCode = 2;
}
