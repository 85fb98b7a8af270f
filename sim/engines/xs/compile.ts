import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, platform } from "node:os";
import { dirname, join } from "node:path";
import { BUILD_DIR, ROOT } from "./bundle.js";
import { withLock } from "./lock.js";

/** Real XS cannot be had on this machine; the message says what is missing and how to get it. */
export class NoXsError extends Error {}

/** The worker and the figure tool, compiled. */
export interface XsTools {
  /** XS with a command loop on two pipes. */
  readonly worker: string;
  /** Prints the bytecode size of the scripts that it is given. */
  readonly bytecode: string;
}

const HOW = "npm ci && sudo apt-get install gcc make (Debian, Ubuntu) or xcode-select --install (macOS)";

/**
 * Compiles XS from the sources that the npm package `@agoric/xsnap` ships, once per version and machine: about 40 s, later
 * nothing. Throws NoXsError without compiler, package, or on a system that XS is not built for here.
 */
export function compileXs(buildDir = BUILD_DIR): XsTools {
  const system = { linux: "lin", darwin: "mac" }[platform() as string];
  if (system === undefined) throw new NoXsError(`XS runs here on Linux and macOS, not on ${platform()}`);
  const { home, version } = findXsSources();
  const outDir = join(buildDir, "engine");
  const tools = { worker: join(outDir, "xsnap-worker"), bytecode: join(outDir, "bytecode") };
  const stamp = join(outDir, "stamp");
  const tool = join(ROOT, "sim", "engines", "xs", "bytecode.c");
  const wanted = `xsnap ${version} ${system} ${process.arch}\n${readFileSync(tool, "utf8")}`;
  const isThere = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(tools.worker);
  if (isThere()) return tools;
  for (const command of ["cc", "make"]) {
    if (spawnSync(command, ["--version"]).error !== undefined) {
      throw new NoXsError(
        `the firmware runs on real XS only with a C compiler: there is no ${command}. To get it: ${HOW}`,
      );
    }
  }
  mkdirSync(outDir, { recursive: true });
  withLock(join(outDir, "lock"), isThere, () => {
    compile({ home, version, system, outDir, tools, tool });
    writeFileSync(stamp, wanted);
  });
  return tools;
}

/** Whether real XS can be had, without compiling it: undefined, or why not. */
export function whyNoXs(): string | undefined {
  try {
    compileXs();
    return undefined;
  } catch (error) {
    if (!(error instanceof NoXsError)) throw error;
    return error.message;
  }
}

/** Where the package stands that has the sources of XS, and its version. Throws NoXsError where it is not installed. */
export function findXsSources(): { home: string; version: string } {
  const require = createRequire(import.meta.url);
  let home: string;
  try {
    home = dirname(dirname(require.resolve("@agoric/xsnap")));
  } catch {
    throw new NoXsError(`the npm package @agoric/xsnap, which has the sources of XS, is not installed: ${HOW}`);
  }
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { version: string };
  return { home, version };
}

function compile(options: {
  home: string;
  version: string;
  system: string;
  outDir: string;
  tools: XsTools;
  tool: string;
}): void {
  const { home, version, system, outDir, tools, tool } = options;
  const moddable = join(home, "moddable");
  const native = join(home, "xsnap-native", "xsnap");
  const make = join(outDir, "make");
  run("make", [
    "-s",
    `-j${availableParallelism()}`,
    "-C",
    join(native, "makefiles", system),
    "-f",
    "xsnap-worker.mk",
    "GOAL=release",
    `MODDABLE=${moddable}`,
    `XSNAP_VERSION=${version}`,
    `BUILD_DIR=${make}`,
  ]);
  const objects = join(make, "tmp", system, "release", "xsnap-worker");
  run("sh", [
    "-c",
    `cc -O2 -w -DINCLUDE_XSPLATFORM -DXSPLATFORM='"xsnapPlatform.h"' -DmxMetering=1 -DmxLockdown=1 -DmxNoConsole=1 -DmxDebug=1 -DmxParse=1 -DmxRun=1 -DmxSloppy=1 -DmxSnapshot=1 -DmxBoundsCheck=1 -DmxRegExpUnicodePropertyEscapes=1 -DmxStringNormalize=1 -DmxMinusZero=1 -I"$1/xs/includes" -I"$1/xs/platforms" -I"$1/xs/sources" -I"$2/sources" "$3" $(ls "$4"/*.o | grep -v xsnap-worker.o) -ldl -lm -lpthread -o "$5"`,
    "sh",
    moddable,
    native,
    tool,
    objects,
    `${tools.bytecode}.new`,
  ]);
  renameSync(`${tools.bytecode}.new`, tools.bytecode);
  renameSync(join(make, "bin", system, "release", "xsnap-worker"), tools.worker);
  rmSync(make, { recursive: true, force: true });
}

function run(command: string, args: readonly string[]): void {
  const result = spawnSync(command, args, { encoding: "utf8" });
  if (result.status !== 0) {
    throw new NoXsError(`XS does not compile: ${command} ${args.join(" ")}\n${(result.stderr ?? "").slice(-2_000)}`);
  }
}
