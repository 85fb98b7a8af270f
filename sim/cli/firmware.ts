import { readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import { CloudError } from "../cloud/domain.js";
import { BUILD_DIR, ROOT } from "../engines/xs/bundle.js";
import { BOARDS, buildImage, type ImageBoard } from "./firmware/build.js";
import { readFigures } from "./firmware/figures.js";
import { imageSlotBytes, reservePercent } from "./firmware/reserve.js";
import { findSdk, strangeness } from "./firmware/sdk.js";
import { boardPartition } from "./shared/partition.js";

interface Options {
  readonly board: ImageBoard;
  readonly out?: string;
  readonly instruments: boolean;
}

const program = new Command("firmware")
  .description(
    "Builds the image of a board with the Moddable SDK at $MODDABLE. Without ESP-IDF at $IDF_PATH a board's image is linked but not compiled. The last line is JSON; exit code 1: the build failed, 2: bad usage, or no SDK.",
  )
  .addOption(new Option("--board <board>", "sim: the SDK's simulator on Linux").choices(BOARDS).makeOptionMandatory())
  .option("--out <folder>", "where it is built (default: build/moddable/BOARD)")
  .option("--instruments", "with instruments, to read what the heap holds", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<number> {
  program.parse();
  const { board, out, instruments } = program.opts<Options>();
  const sdk = findSdk(process.env);
  if ("missing" in sdk) {
    console.error(sdk.missing);
    return 2;
  }
  const strange = strangeness(sdk);
  if (strange !== undefined) console.error(pc.yellow(strange));
  const folder = resolve(out ?? join(BUILD_DIR, "..", "moddable", board));
  console.error(`Building ${board} with ${sdk.moddable}: a few minutes the first time.`);
  const built = await buildImage({ sdk, board, out: folder, instruments });
  const figures = readFigures(readFileSync(built.linked, "utf8"));
  if (built.image === undefined) {
    console.error(
      pc.yellow(
        "There is no ESP-IDF at $IDF_PATH: compiled to bytecode and linked (tsc, xsc, xsl); no native code, nothing to flash.",
      ),
    );
  } else {
    console.error(`Built ${relative(ROOT, built.image)}`);
  }
  for (const [name, value] of Object.entries(figures)) console.error(`${name.padEnd(18)}${value.toLocaleString("en")}`);
  const letters = relative(ROOT, built.letters);
  console.error(
    board === "sim"
      ? `Letters of names: ${letters}, as $SMARTBOX_DIR/letters`
      : `Letters of names: ${letters}, onto a board with esptool write_flash 0x${boardPartition("letters").offset.toString(16)}, or by npm run provision`,
  );
  const sizes = { lettersBytes: statSync(built.letters).size, ...sizeOf(board, built.image) };
  console.log(JSON.stringify({ board, image: built.image ?? null, letters, ...figures, ...sizes }));
  return 0;
}

/** Of an image that can be flashed. Throws CloudError when its slot is too full. */
function sizeOf(board: ImageBoard, image: string | undefined): { imageBytes?: number; reservePercent?: number } {
  if (board === "sim" || image === undefined) return {};
  const imageBytes = statSync(join(image, "xs_esp32.bin")).size;
  const slotBytes = imageSlotBytes(readFileSync(join(ROOT, "hal/moddable/esp32/partitions.csv"), "utf8"));
  return { imageBytes, reservePercent: reservePercent(imageBytes, slotBytes) };
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof CloudError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = 1;
}
