/** Runs the tests for the plan in its folder. A process of its own, as a change may make it hang. */
import { createVitest } from "vitest/node";
import { FOLDER, type Line, ROUNDS_MS, readLog, readPlan, roundOf, setEarlyChange, tell } from "./plan.js";

/** All the tests that read a changed constant take no longer than this, ms. */
const EARLY_MS_MAX = 120_000;

const folder = process.env[FOLDER]!;
const vitest = await createVitest(
  "test",
  { config: "sim/trials/mutants/vitest.config.ts", watch: false, bail: 1, reporters: [{}], onConsoleLog: () => false },
  { clearScreen: false, logLevel: "silent" },
);

setEarlyChange(folder, undefined);
for (let round = roundOf(readLog(folder)); round < ROUNDS_MS.length; round++) {
  vitest.state.filesMap.clear();
  await vitest.start();
  tell(folder, { finished: round });
}
for (const [id, files] of earlyOnes(readLog(folder))) await tryEarly(id, files);
tell(folder, { finished: "all" });
await vitest.close();
process.exit(0);

/** Changes that are made once, when a module is read; and kills by a test that was out of order afterwards are tried anew. */
function earlyOnes(log: readonly Line[]): Map<string, readonly string[]> {
  const { chosen } = readPlan(folder);
  const broken = new Set(log.flatMap((line) => ("broken" in line && line.at === "end" ? [line.broken] : [])));
  const doubtful = new Map<string, string>();
  const killed = new Set<string>();
  const done = new Set<string>();
  for (const line of log) {
    if ("lived" in line && line.test === "") done.add(line.lived);
    if (!("killed" in line)) continue;
    if (broken.has(line.test)) doubtful.set(line.killed, line.test.split(" > ")[0]!);
    else killed.add(line.killed);
  }
  const files = new Map<string, readonly string[]>();
  for (const id of chosen) {
    if (killed.has(id) || done.has(id)) continue;
    const early = log.flatMap((line) => ("early" in line && line.early.includes(id) ? [line.of] : []));
    const all = [...new Set([...early, ...(doubtful.has(id) ? [doubtful.get(id)!] : [])])];
    if (all.length > 0) files.set(id, all);
  }
  return files;
}

async function tryEarly(id: string, files: readonly string[]): Promise<void> {
  tell(folder, { begun: id, test: "", msMax: EARLY_MS_MAX });
  setEarlyChange(folder, id);
  vitest.state.filesMap.clear();
  vitest.state.errorsSet.clear();
  await vitest.start([...files]);
  const failed =
    vitest.state.errorsSet.size > 0 ||
    vitest.state.getFiles().some((file) => file.result?.state === "fail" || file.tasks.length === 0);
  tell(folder, failed ? { killed: id, test: "" } : { lived: id, test: "" });
}
