import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BUILD_DIR, ROOT } from "./bundle.js";
import { NoXsError } from "./compile.js";

const SOURCES = join(ROOT, "hal", "mcu", "boot");
/** Taken from the folder above. */
const SHARED = ["netstring.c", "netstring.h", "semihosting.c", "semihosting.h"].map((name) =>
  join(ROOT, "hal/mcu", name),
);

/** As `hal/mcu/boot/boot-flash.h` has them. */
export const BOARD_SLOT_BYTES = 2 * 1024 * 1024;
/** As its Makefile has them. */
export const HOST_SLOT_BYTES = 16_384;

/**
 * Builds the boot stub of the emulated microcontroller, in a second: `board`, an image for QEMU; `host`, a program of this computer, which the
 * sanitizers of its compiler watch. Returns its path. Throws NoXsError with what the compiler says.
 */
export function bootStub(kind: "board" | "host"): string {
  const hash = createHash("sha256");
  const own = readdirSync(SOURCES).sort();
  for (const path of [...own.map((name) => join(SOURCES, name)), ...SHARED]) hash.update(readFileSync(path));
  const out = join(BUILD_DIR, "boot");
  const name = kind === "board" ? "boot.elf" : "boot-host";
  const built = join(out, `${name}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(built)) return built;
  mkdirSync(out, { recursive: true });
  // Under its own name only when it is whole: others may build it at the same time.
  const place = mkdtempSync(join(out, "making-"));
  try {
    const args = ["-s", "-C", SOURCES, `OUT=${place}`, ...(kind === "host" ? ["host"] : [])];
    const { status, stderr } = spawnSync("make", args, { encoding: "utf8" });
    if (status !== 0)
      throw new NoXsError(`the boot stub does not compile: make ${args.join(" ")}\n${stderr.slice(-2_000)}`);
    renameSync(join(place, name), built);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  return built;
}
