import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** Spin, or the compiler that it needs, is not there, or does not take a model. */
export class SpinError extends Error {
  override readonly name = "SpinError";
}

/** What is defined for a model, as the C preprocessor takes it. */
export type Defines = Readonly<Record<string, number | true>>;

export interface Failure {
  readonly assertion: string;
  /** The lines that the model tells on the way there. */
  readonly told: readonly string[];
}

export interface Searched {
  readonly states: number;
  /** Longest path, in steps of Spin. */
  readonly depth: number;
  /** Undefined: nothing that the model asserts is ever false. */
  readonly failure: Failure | undefined;
}

/** Steps of Spin that a path may have; a search that would need more is not whole. */
const MAX_DEPTH = 1_000_000;
/** Memory that a search may take. */
const MEMORY_MB = 4_000;
const COMPILED = ["-O2", "-DSAFETY", "-DCOLLAPSE", "-DVECTORSZ=4096", `-DMEMLIM=${MEMORY_MB}`];

/** Tries everything that can happen. Throws SpinError, also where the search is not whole. */
export function search(modelPath: string, defines: Defines): Searched {
  return inScratch((folder) => {
    run("spin", ["-a", ...flags(defines), modelPath], folder);
    run("cc", [...COMPILED, "-o", "pan", "pan.c"], folder);
    const { stdout } = run(join(folder, "pan"), [`-m${MAX_DEPTH}`, "-w22"], folder);
    const counted = /depth reached (\d+), errors: (\d+)[\s\S]*?(\d+) states, stored/.exec(stdout);
    const isCut = /max search depth too small|memory limit/.test(stdout);
    if (counted === null || isCut) throw new SpinError(`the search is not whole: ${lastLine(stdout)}`);
    const [, depth, errors, states] = counted;
    const assertion = /assertion violated (.*) \(at depth/.exec(stdout)?.[1] ?? "an end that is none";
    const failure = errors === "0" ? undefined : { assertion, told: wayThere(modelPath, defines, folder) };
    return { states: Number(states), depth: Number(depth), failure };
  });
}

/** The lines of one run in which chance decides; the same `seed`, the same run. Throws SpinError. */
export function randomRun(modelPath: string, defines: Defines, seed: number): readonly string[] {
  return inScratch((folder) => {
    const { stdout } = run("spin", [`-n${seed}`, "-T", ...flags(defines), modelPath], folder);
    return told(stdout);
  });
}

function wayThere(modelPath: string, defines: Defines, folder: string): readonly string[] {
  const trail = join(folder, `${basename(modelPath)}.trail`);
  return told(run("spin", ["-T", "-k", trail, ...flags(defines), modelPath], folder).stdout);
}

function told(stdout: string): readonly string[] {
  return stdout.split("\n").flatMap((line) => (line.trimStart().startsWith("@ ") ? [line.trim().slice(2)] : []));
}

function flags(defines: Defines): readonly string[] {
  return Object.entries(defines).map(([name, value]) => (value === true ? `-D${name}` : `-D${name}=${value}`));
}

function inScratch<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "smartbox-model-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const ended = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  if (ended.error !== undefined) {
    const isMissing = (ended.error as NodeJS.ErrnoException).code === "ENOENT";
    const why = isMissing ? "is not there: install the Debian packages spin and gcc" : ended.error.message;
    throw new SpinError(`${command} ${why}`);
  }
  if (ended.status !== 0) {
    throw new SpinError(`${command} ended with ${ended.status}: ${lastLine(ended.stdout + ended.stderr)}`);
  }
  return ended;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
