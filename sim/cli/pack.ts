import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { formatText } from "../../firmware/panel/texts/catalogue.js";
import { counted } from "../cloud/counted.js";
import { CloudError, LANGUAGES } from "../cloud/domain.js";
import { makePack, type Pack } from "../cloud/pack/pack.js";
import type { PaperSize } from "../cloud/pack/pdf/pdf.js";
import { parseLanguage, type Words, wordsFor } from "../cloud/pack/texts/texts.js";
import { writeAll, writePack } from "../cloud/pack/write.js";
import { DEFAULT_DIRECTORY, openSource } from "./shared/pack-source.js";

function sheetNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 999)
    throw new InvalidArgumentError("a number from 1 to 999 is needed");
  return value;
}

interface Options {
  readonly box?: string;
  readonly all?: boolean;
  readonly out: string;
  readonly data?: string;
  readonly sheet?: number;
  readonly paper: "a4" | "letter";
  readonly language?: string;
}

const program = new Command("pack")
  .description(
    "Writes the emergency pack of a box, or of all: a PDF to print, CSV lists, and a page for the phone that needs no network. " +
      "For models without an offline mode, the fallback steps. Exit code 2: bad usage or unknown box, 1: it could not be read or written.",
  )
  .addOption(new Option("--box <id>", "one box").conflicts("all"))
  .option("--all", "every box, and lists of all of them")
  .requiredOption("--out <dir>", "folder for the files; made if need be, readable by its owner only")
  .option(
    "--data <dir>",
    `folder with the cloud's database; without it, ${DEFAULT_DIRECTORY} where there is one, and else the sample organisation`,
  )
  .addOption(new Option("--sheet <n>", "an older sheet than the one in force").argParser(sheetNumber).conflicts("all"))
  .addOption(new Option("--paper <size>", "paper").choices(["a4", "letter"]).default("a4"))
  .addOption(new Option("--language <language>", "instead of the language of the box's location").choices(LANGUAGES))
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** The user named something that is not there. */
class UsageError extends CloudError {}

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  if (options.box === undefined && options.all !== true) {
    throw new UsageError("which box? Name one with --box ID, or take them all with --all");
  }
  const source = openSource(options.data, Math.floor(Date.now() / 1_000));
  if (source.isSample) {
    console.error(pc.yellow("No --data and no simulator's data here: this is the sample, whose codes open no box."));
  }
  const { boxes } = source.store.organisation;
  const ids = options.all === true ? boxes.map((box) => box.id) : [options.box!];
  if (ids.length === 0) throw new UsageError("the cloud has no box yet: add one first");
  const entries = ids.map((id) => entryOf(make(source, id, options.sheet), options.language));
  for (const [i, { pack, words }] of entries.entries()) {
    console.error(`${pc.cyan(`${i + 1}/${entries.length}`)} ${pack.box}: ${summary(pack)}`);
    const size: PaperSize = options.paper === "a4" ? "A4" : "LETTER";
    const { files, pages, missing } = await writePack(pack, words, size, options.out);
    if (missing.length > 0) {
      console.error(
        pc.yellow(
          `  the font has no ${missing.join(" ")}: the number of each is printed in brackets; check those names`,
        ),
      );
    }
    for (const file of files) console.log(file.endsWith(".pdf") ? `${file} (${pages} pages)` : file);
  }
  if (options.all === true) for (const file of await writeAll(entries, options.out)) console.log(file);
  if (!source.isSample) console.error("These files open every bin. Print them, lock the paper up, and delete them.");
}

function make(source: ReturnType<typeof openSource>, id: string, sheet: number | undefined): Pack {
  try {
    return makePack(source, id, sheet);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    throw new UsageError(error.message);
  }
}

function entryOf(pack: Pack, language: string | undefined): { pack: Pack; words: Words } {
  return { pack, words: wordsFor(pack, parseLanguage(language ?? pack.location.language), formatText) };
}

function summary({ model, sheet }: Pack): string {
  if (sheet === undefined) return `${model} has no offline mode and takes no codes: the fallback steps instead`;
  const codes = sheet.targets.flatMap((target) => target.codes);
  const gone = codes.filter((code) => code.state !== "good").length;
  if (sheet.standing !== "inForce") return `sheet ${sheet.sheet}, superseded by sheet ${sheet.inForce}`;
  return `sheet ${sheet.sheet}, ${counted(codes.length - gone, "good code")}, ${gone} used or passed`;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CloudError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
