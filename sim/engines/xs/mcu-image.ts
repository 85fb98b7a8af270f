import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { BUILD_DIR, bundleScript, ROOT } from "./bundle.js";
import { findXsSources, NoXsError } from "./compile.js";
import { withLock } from "./lock.js";
import { patchXs, XS_PATCHES } from "./mcu-patches.js";

/** What the image and its emulator need besides Node; each is asked for its version. */
const PROGRAMS = ["cc", "make", "arm-none-eabi-gcc", "qemu-system-arm"] as const;
const MCU_DIR = join(ROOT, "hal", "mcu");
const HOW = "sudo apt-get install gcc make gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm (Debian, Ubuntu)";

/** What is missing to have an emulated microcontroller, and how to get it; undefined: nothing. */
export function whyNoMcu(): string | undefined {
  const missing = PROGRAMS.find((program) => spawnSync(program, ["--version"]).error !== undefined);
  return missing && `there is no emulated microcontroller without ${missing}. To get it: ${HOW}`;
}

export interface McuImageOptions {
  /** Of this folder, what the image runs; the firmware if absent. */
  readonly program?: string | undefined;
  /** In place of `program`: what it is made into. */
  readonly source?: string | undefined;
  /** Whether XS counts computrons, which no board does; true if absent. */
  readonly metering?: boolean;
}

/**
 * Builds the firmware's image for the emulated microcontroller (hal/mcu): XS is compiled once, in about 40 s, the firmware each time.
 * Returns its path. Throws NoXsError, which says what is missing and how to get it, or what did not compile.
 */
export async function mcuImage(options: McuImageOptions = {}): Promise<string> {
  const { program = "mcu-machine.ts", metering = true } = options;
  const missing = whyNoMcu();
  if (missing !== undefined) throw new NoXsError(missing);
  const { home } = findXsSources();
  const source = options.source ?? (await bundleScript(program)).source;
  const out = join(BUILD_DIR, "mcu");
  mkdirSync(out, { recursive: true });
  const elf = join(out, `firmware-${fingerprint(source)}${metering ? "" : "-plain"}.elf`);
  withLock(
    join(out, "lock"),
    () => existsSync(elf),
    () => {
      const script = join(out, "firmware.js");
      writeFileSync(script, source);
      const xs = join(home, "moddable", "xs");
      const changed = join(out, "patched");
      patchXs(xs, changed);
      const meter = metering ? 1 : 0;
      make([`XS=${xs}`, `PATCHED=${changed}`, `OUT=${out}`, `SCRIPT=${script}`, `METERING=${meter}`]);
      // Under its own name only when it is whole; an older one may be running somewhere.
      renameSync(join(out, `image${meter}`, "firmware.elf"), elf);
    },
  );
  return elf;
}

/** What of an image lies in flash, without what only people read. Throws NoXsError. */
export function strippedImage(elf: string): Uint8Array {
  const stripped = `${elf}.stripped`;
  const { status, stderr } = spawnSync("arm-none-eabi-strip", [elf, "-o", stripped], { encoding: "utf8" });
  if (status !== 0) throw new NoXsError(`the image cannot be stripped: ${stderr}`);
  return new Uint8Array(readFileSync(stripped));
}

/** Of all that an image is made from but XS. */
function fingerprint(source: string): string {
  const hash = createHash("sha256").update(source);
  hash.update(JSON.stringify(XS_PATCHES.map(({ pattern, replacement }) => [pattern.source, replacement])));
  // The boot stub has a folder of its own.
  const own = readdirSync(MCU_DIR, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const name of own.map((entry) => entry.name).sort()) hash.update(readFileSync(join(MCU_DIR, name)));
  return hash.digest("hex").slice(0, 16);
}

function make(variables: readonly string[]): void {
  const args = ["-s", `-j${availableParallelism()}`, "-C", MCU_DIR, ...variables];
  const { status, stderr } = spawnSync("make", args, { encoding: "utf8" });
  if (status !== 0) throw new NoXsError(`the image does not compile: make ${args.join(" ")}\n${stderr.slice(-2_000)}`);
}
