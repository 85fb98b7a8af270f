import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../engines/xs/bundle.js";
import type { Changed, Mutant } from "./changer.js";
import { FOLDER, fileOf, killsIn, type Line, readLog, tell, writePlan } from "./plan.js";

/** How often it is looked whether the tests go on, and how often that is told, ms. */
const LOOK_MS = 500;
const TELL_MS = 10_000;
/** Reading all modules, and a test as it is, may take this long on a busy machine, ms. */
const QUIET_MS_MAX = 300_000;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Which of the changes `chosen` the tests in the folders `tests` do not see.
 * @throws {Error} a test fails without a change, or the tests do not run
 */
export async function survivors(
  { sources }: Changed,
  chosen: readonly Mutant[],
  tests: readonly string[],
  progress: (text: string) => void,
): Promise<readonly Mutant[]> {
  mkdirSync(join(ROOT, "build"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, "build", "mutants-"));
  try {
    writePlan(folder, { sources, chosen: chosen.map(({ id }) => id), tests });
    while (!readLog(folder).some((line) => "finished" in line && line.finished === "all")) {
      await runWorker(folder, chosen.length, progress);
    }
    const { killed } = killsIn(readLog(folder));
    return chosen.filter(({ id }) => !killed.has(id));
  } finally {
    // Tests of a worker that has ended may write a last line: what went wrong must not be lost for that.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Until the worker ends, or hangs: then what it was about to try has killed it, and the next one goes on from there. */
async function runWorker(folder: string, count: number, progress: (text: string) => void): Promise<void> {
  const worker = startWorker(folder);
  let [lines, sinceMs, toldMs] = [0, performance.now(), performance.now()];
  while (!worker.ended) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const log = readLog(folder);
    const now = performance.now();
    if (log.length !== lines) [lines, sinceMs] = [log.length, now];
    if (now - toldMs > TELL_MS) {
      toldMs = now;
      progress(`${killsIn(log).killed.size} of ${count} killed; ${lastTest(log)}`);
    }
    const last = log.at(-1);
    const begun = last !== undefined && "begun" in last ? last : undefined;
    if (worker.ended || now - sinceMs <= (begun?.msMax ?? QUIET_MS_MAX)) continue;
    worker.kill();
    if (begun === undefined) throw new Error("the tests hang without a change");
    tell(folder, { killed: begun.begun, test: begun.test });
    return;
  }
  const log = readLog(folder);
  const broken = log.find((line) => "broken" in line && line.at === "once");
  if (broken !== undefined) throw new Error(`fails without a change: ${JSON.stringify(broken)}`);
  if (!log.some((line) => "finished" in line && line.finished === "all")) throw new Error("the tests did not run");
}

/** In a group of its own, as it has children: it ends with this process, however that ends. */
function startWorker(folder: string) {
  const child = spawn("npx", ["tsx", "sim/trials/mutants/worker.ts"], {
    cwd: ROOT,
    env: { ...process.env, [FOLDER]: folder, NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  const worker = { ended: false, kill: () => process.kill(-child.pid!, "SIGKILL") };
  const leave = () => process.exit(2);
  const onExit = () => {
    if (!worker.ended) worker.kill();
  };
  process.on("exit", onExit);
  for (const signal of SIGNALS) process.on(signal, leave);
  child.on("exit", () => {
    worker.ended = true;
    process.off("exit", onExit);
    for (const signal of SIGNALS) process.off(signal, leave);
  });
  return worker;
}

function lastTest(log: readonly Line[]): string {
  const line = log.findLast((one) => "test" in one);
  return line !== undefined && "test" in line ? fileOf(line.test) : "";
}
