import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CellOutcome, MatrixCell } from "./cell.js";

const SCENARIO = join(import.meta.dirname, "../../cli/scenario.ts");
const TSX = import.meta.resolve("tsx");
/** Groups of processes that run now, by their first. */
const running = new Set<number>();
/** What is kept of what a story says: its end tells why it failed. */
const MAX_SAID = 200_000;
/** A story that is stopped gets so long to clear up, ms. */
const GRACE_MS = 3_000;

export interface CellRun {
  /** Folder for what it leaves behind. */
  readonly dir: string;
  readonly limitSeconds: number;
  readonly parts: string;
  /** As of npm run scenario. */
  readonly relay?: string;
  /** The program that plays, with the arguments before the scenario's name; `npm run scenario` if absent. */
  readonly program?: readonly [string, ...string[]];
}

type Played = Pick<CellOutcome, "verdict" | "why" | "traceHash" | "computrons" | "peakSlots" | "peakChunkBytes">;

/** Plays one cell in a process of its own, so that neither a crash nor a hang takes the others along. */
export async function runCell(cell: MatrixCell, run: CellRun): Promise<Omit<CellOutcome, "again" | "artifacts">> {
  const { scenario, target, seed } = cell;
  const [command, ...before] = run.program ?? [process.execPath, "--import", TSX, SCENARIO];
  const options = ["--target", target, "--seed", String(seed), "--parts", run.parts, "--artifacts", run.dir];
  if (run.relay !== undefined) options.push("--relay", run.relay);
  const began = performance.now();
  // A group of its own: the workers and emulators that it starts end with it.
  const child = spawn(command, [...before, scenario, ...options], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid !== undefined) running.add(child.pid);
  let out = "";
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    out = (out + data.toString()).slice(-MAX_SAID);
  });
  child.stderr.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-MAX_SAID);
  });
  let isLate = false;
  const end = (signal: NodeJS.Signals) => killGroup(child.pid, signal);
  const timers = [
    setTimeout(() => {
      isLate = true;
      end("SIGTERM");
    }, run.limitSeconds * 1_000),
    setTimeout(() => end("SIGKILL"), run.limitSeconds * 1_000 + GRACE_MS),
  ];
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (status, signal) => resolve(status ?? signal ?? "no status"));
  });
  for (const timer of timers) clearTimeout(timer);
  end("SIGKILL");
  if (child.pid !== undefined) running.delete(child.pid);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const played = isLate
    ? ({ verdict: "failed", why: `it hung: stopped after ${run.limitSeconds} s` } as const)
    : readEnd(code, out, said);
  if (played.verdict === "failed") {
    mkdirSync(run.dir, { recursive: true });
    writeFileSync(join(run.dir, "output.txt"), said + out);
  }
  return { ...cell, ...played, seconds };
}

/** Ends all cells at once: whoever runs them is being ended, and they would not hear of it in groups of their own. */
export function killCells(): void {
  for (const pid of running) killGroup(pid, "SIGKILL");
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** `code`: the exit code, the signal that ended it, or why it did not even start. */
function readEnd(code: number | string, out: string, said: string): Played {
  const lastWords = said.trim().split("\n").at(-1) ?? "";
  if (code === 3) return { verdict: "notRun", why: lastWords };
  const line = out.trim().split("\n").at(-1) ?? "";
  const result = parsed(line);
  if (result === undefined) return { verdict: "failed", why: `it ended with ${code} and no result: ${lastWords}` };
  const { traceHash, computrons, peakSlots, peakChunkBytes, failure, problems } = result;
  const figures = {
    ...(traceHash !== undefined && { traceHash }),
    ...(computrons !== undefined && { computrons }),
    ...(peakSlots !== undefined && { peakSlots }),
    ...(peakChunkBytes !== undefined && { peakChunkBytes }),
  };
  if (code === 0) return { verdict: "passed", ...figures };
  return { verdict: "failed", why: failure ?? problems?.join("; ") ?? `it ended with ${code}`, ...figures };
}

/** A story that died while it wrote its last line has none. */
function parsed(line: string): Partial<Played & { failure: string; problems: string[] }> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
