import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { killCells, runCell } from "../../../sim/trials/hil/run-cell.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CELL = { scenario: "tale", target: "node", seed: 7 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/smartbox-cell-`);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A story that is this script. */
async function told(script: string, limitSeconds = 60) {
  const file = join(folder, "tale.cjs");
  writeFileSync(file, script);
  const dir = join(folder, "left");
  return await runCell(CELL, { dir, limitSeconds, parts: "ports", program: [process.execPath, file] });
}

test("a story that ends well has passed, with its trace and its figures", async () => {
  const outcome = await told(
    `console.log("a line before"); console.log('{"traceHash":"ab","computrons":12,"peakSlots":3,"problems":[]}')`,
  );
  expect(outcome).toMatchObject({ ...CELL, verdict: "passed", traceHash: "ab", computrons: 12, peakSlots: 3 });
  expect(outcome.why).toBeUndefined();
  expect(existsSync(join(folder, "left"))).toBe(false);
});

test("it is told scenario, target, seed, parts and where to leave things", async () => {
  const outcome = await told(`console.log(JSON.stringify({ traceHash: process.argv.slice(2).join(" ") }))`);
  expect(outcome.traceHash).toBe(`tale --target node --seed 7 --parts ports --artifacts ${join(folder, "left")}`);
});

test.each([
  [`{"failure":"waited 300 ms in vain for the door","problems":["lost one"]}`, "waited 300 ms in vain for the door"],
  [`{"problems":["lost one","lost two"]}`, "lost one; lost two"],
])("one that goes wrong has failed, and says why: %s", async (line, why) => {
  const outcome = await told(`console.log(${JSON.stringify(line)}); process.exitCode = 1`);
  expect(outcome).toMatchObject({ verdict: "failed", why });
});

test("one that cannot be played there was not run, for the reason that it gives", async () => {
  const outcome = await told(`console.error("first\\nno compiler here"); process.exitCode = 3`);
  expect(outcome).toMatchObject({ verdict: "notRun", why: "no compiler here" });
});

test("one that was called wrongly has failed: nothing that a matrix asks for may hide as not run", async () => {
  const outcome = await told(`console.error("there is no option --x"); process.exitCode = 2`);
  expect(outcome).toMatchObject({ verdict: "failed", why: "it ended with 2 and no result: there is no option --x" });
});

test("cells end when whoever runs them is ended, and what they started with them", async () => {
  const pids = join(folder, "pids");
  const script = `
    const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    require("node:fs").writeFileSync(${JSON.stringify(pids)}, process.pid + " " + child.pid + ".");
    setInterval(() => {}, 1000);`;
  const playing = told(script);
  await expect.poll(() => existsSync(pids) && readFileSync(pids, "utf8")).toMatch(/\.$/);
  killCells();
  expect(await playing).toMatchObject({ verdict: "failed" });
  const isThere = (pid: number) =>
    existsSync(`/proc/${pid}`) && !/State:\s+Z/.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  for (const pid of readFileSync(pids, "utf8").split(/[ .]/).slice(0, 2).map(Number)) {
    await expect.poll(() => isThere(pid)).toBe(false);
  }
});

test.each([
  ["throws", `throw new Error("broken")`],
  ["dies in its last line", `process.stdout.write('{"traceHash":"a'); process.exitCode = 1`],
  ["says something else", `console.log("42"); process.exitCode = 1`],
])("one that %s has failed, and what it said is kept", async (_, script) => {
  const outcome = await told(script);
  expect(outcome).toMatchObject({ verdict: "failed" });
  expect(outcome.why).toMatch(/^it ended with 1 and no result/);
  expect(readFileSync(join(folder, "left", "output.txt"), "utf8").length).toBeGreaterThan(1);
});

test("one that hangs is stopped at the limit, and what it has started with it", { timeout: 30_000 }, async () => {
  const pidFile = join(folder, "pid");
  const outcome = await told(
    `const { spawn } = require("node:child_process");
     process.on("SIGTERM", () => {});
     const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
     require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
     setInterval(() => {}, 1000);`,
    2,
  );
  expect(outcome).toMatchObject({ verdict: "failed", why: "it hung: stopped after 2 s" });
  const pid = Number(readFileSync(pidFile, "utf8"));
  await expect.poll(() => isRunning(pid), { timeout: 5_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    // A zombie that nobody has reaped yet runs no more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("a program that is not there has failed, and says so", async () => {
  const run = { dir: join(folder, "left"), limitSeconds: 9, parts: "ports", program: [join(folder, "none")] } as const;
  const outcome = await runCell(CELL, run);
  expect(outcome.verdict).toBe("failed");
  expect(outcome.why).toContain("ENOENT");
});
