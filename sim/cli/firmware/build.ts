import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { MS4 } from "../../../hal/boards/ms4/profile.js";
import { MS5 } from "../../../hal/boards/ms5/profile.js";
import { CloudError } from "../../cloud/domain.js";
import { fontFile } from "../../engines/glyphs/font-file.js";
import { lettersFile } from "../../engines/glyphs/letters-file.js";
import { BUILD_DIR, bundlePackages, ROOT } from "../../engines/xs/bundle.js";
import { boardPartition } from "../shared/partition.js";
import { hasIdf, type Sdk, WRITTEN_FOR } from "./sdk.js";

export type ImageBoard = "ms5" | "ms4" | "sim";
export const BOARDS: readonly ImageBoard[] = ["ms5", "ms4", "sim"];

/** As the manifest has it; otherwise it is the name of the folder that this checkout is in. */
const NAME = "smartbox";

/** The packages' own types, beside their bundles for XS, where mcconfig's compiler looks. */
const TYPES: readonly (readonly [from: string, to: string])[] = [
  ["firmware/types/mqtt-packet.d.ts", "mqtt-packet.d.ts"],
  ["node_modules/cbor-x/index.d.ts", "cbor-x.d.ts"],
  ["node_modules/tweetnacl/nacl.d.ts", "tweetnacl.d.ts"],
];

export interface BuildOptions {
  readonly sdk: Sdk;
  readonly board: ImageBoard;
  /** Absolute. */
  readonly out: string;
  /** With instruments: what the heap holds can be read. */
  readonly instruments: boolean;
}

export interface Built {
  /** What xsl made: `mc.xs.c`. */
  readonly linked: string;
  /** What can be run or flashed; undefined: only linked, for want of ESP-IDF. */
  readonly image: string | undefined;
  /** Letters of names, for the partition of that name, or the simulator's folder. */
  readonly letters: string;
}

/** Builds the image of a board. Throws CloudError with the end of what the tools said. */
export async function buildImage({ sdk, board, out, instruments }: BuildOptions): Promise<Built> {
  await bundlePackages();
  for (const [from, to] of TYPES) copyFileSync(join(ROOT, from), join(BUILD_DIR, "modules", to));
  const letters = await writePanelFonts(board);
  mkdirSync(out, { recursive: true });
  const kind = instruments ? "instrument" : "release";
  const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    runTool(program, args, { ...toolEnv(sdk), ...env });
  const options = instruments ? ["-i"] : [];
  // Always `-t build`: the default target of a debug build ends other simulators on this machine.
  const finish = ["-t", "build", "manifest.json"];
  if (board === "sim") {
    await run("mcconfig", [...options, "-m", "-p", "lin", "-o", out, ...finish]);
    const place = join(out, "tmp", "lin", "mc", kind, NAME);
    return { linked: join(place, "mc.xs.c"), image: join(out, "bin", "lin", "mc", kind, NAME, "mc.so"), letters };
  }
  const linked = join(out, "tmp", "esp32", board, kind, NAME, "mc.xs.c");
  const platform = ["-p", `esp32:./hal/moddable/targets/${board}`];
  if (hasIdf(process.env)) {
    await run("mcconfig", [...options, "-m", ...platform, "-o", out, ...finish]);
    return { linked, image: join(out, "bin", "esp32", board, kind, NAME), letters };
  }
  const env = { IDF_PATH: out };
  await run("mcconfig", [...options, ...platform, "-o", out, ...finish], env);
  const makefile = linked.replace(/mc\.xs\.c$/, "makefile");
  await run("make", ["-f", makefile, `IDF_VERSION=v${WRITTEN_FOR.idf}`, "SDKCONFIG_H=", linked], env);
  return { linked, image: undefined, letters };
}

/**
 * Of the density of the board's panel; the manifest takes the first from there. Returns where the second is. Throws CloudError when that
 * has no room in its partition.
 */
async function writePanelFonts(board: ImageBoard): Promise<string> {
  const { pixelsPerMillimetre } = (board === "ms4" ? MS4 : MS5).panel;
  const folder = join(BUILD_DIR, "..", "panel");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "panel.bin"), fontFile(pixelsPerMillimetre));
  const letters = await lettersFile(pixelsPerMillimetre);
  const { sizeBytes } = boardPartition("letters");
  if (letters.length > sizeBytes)
    throw new CloudError(`letters of names take ${letters.length} bytes, their partition has ${sizeBytes}`);
  writeFileSync(join(folder, "letters.bin"), letters);
  return join(folder, "letters.bin");
}

function toolEnv(sdk: Sdk): NodeJS.ProcessEnv {
  const path = [join(ROOT, "node_modules", ".bin"), sdk.tools, process.env.PATH ?? ""].join(delimiter);
  return { ...process.env, MODDABLE: sdk.moddable, PATH: path };
}

/** Lines of a failing tool that are shown. */
const SHOWN_LINES = 40;

function runTool(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const keep = (text: Buffer) => {
      said = (said + text.toString()).slice(-65_536);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => reject(new CloudError(`${program} cannot be run: ${error.message}`)));
    child.once("close", (code) => {
      if (code === 0) return resolve();
      const lines = said.split("\n").filter((line) => !/^# (xsc|tsc|xsid|cc|copy) |^### warning/.test(line));
      reject(new CloudError(`${program} ${args.join(" ")} failed:\n${lines.slice(-SHOWN_LINES).join("\n")}`));
    });
  });
}
