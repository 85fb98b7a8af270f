/** Runs the tests for the plan in its folder. A process of its own, as a change may make it hang. */
import { join } from "node:path";
import { createVitest } from "vitest/node";
import { ROOT } from "../../engines/xs/bundle.js";
import { FOLDER, filesSeen, killsIn, ROUNDS_MS, readLog, readPlan, roundOf, setEarlyChanges, tell } from "./plan.js";

/** With a change that was made before a file was read, a test or all of them take no longer than this times as long, and this. */
const MS_FACTOR = 20;
const TEST_MS_MORE = 5_000;
const MS_MORE = 20_000;

const folder = process.env[FOLDER]!;
const chosen = readPlan(folder).chosen;
const vitest = await createVitest(
  "test",
  { config: "sim/trials/mutants/vitest.config.ts", watch: false, bail: 1, reporters: [{}], onConsoleLog: () => false },
  { clearScreen: false, logLevel: "silent" },
);

setEarlyChanges(folder, undefined);
for (let round = roundOf(readLog(folder)); round < ROUNDS_MS.length; round++) {
  await run(filesOf(round));
  tell(folder, { finished: round });
}
for (const { of } of quickestFirst()) await tryEarly(of);
for (const [id, file] of killsIn(readLog(folder)).doubtful) await tryEarly(file, id);
tell(folder, { finished: "all" });
await vitest.close();
process.exit(0);

async function run(files?: readonly string[]): Promise<void> {
  if (files?.length === 0) return;
  vitest.state.filesMap.clear();
  await vitest.start(files?.map((file) => join(ROOT, file)));
}

/** Those with slow tests of what no quick one has seen; undefined: all, as nothing is known yet. */
function filesOf(round: number): readonly string[] | undefined {
  if (round === 0) return undefined;
  const { killed } = killsIn(readLog(folder));
  return quickestFirst()
    .filter(({ leftOut }) => leftOut.some((id) => !killed.has(id)))
    .map(({ of }) => of);
}

function quickestFirst() {
  return [...filesSeen(readLog(folder)).values()].sort((a, b) => a.ms - b.ms);
}

/** The changes that are made before `file` is read and that no test has seen; `alone`: this one, in a process of its own. */
async function tryEarly(file: string, alone?: string): Promise<void> {
  const log = readLog(folder);
  const { early, ms, longestMs } = filesSeen(log).get(file)!;
  const test = alone === undefined ? `${file} > all` : `${file} > alone`;
  const done = new Set(log.flatMap((line) => ("lived" in line && line.test === test ? [line.lived] : [])));
  const { killed } = killsIn(log);
  const ids = (alone === undefined ? chosen.filter((id) => early.includes(id)) : [alone]).filter(
    (id) => !killed.has(id) && !done.has(id),
  );
  if (ids.length === 0) return;
  const [msMax, testMsMax] = [MS_MORE + MS_FACTOR * ms, TEST_MS_MORE + MS_FACTOR * longestMs];
  setEarlyChanges(folder, { ids, test, msMax, testMsMax });
  await run([file]);
}
