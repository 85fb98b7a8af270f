import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type CellOutcome, totalsOf, withEqualTraces } from "../../../sim/trials/hil/cell.js";
import { playAll } from "../../../sim/trials/hil/matrix.js";
import { junitOf, pageOf } from "../../../sim/trials/hil/report.js";

vi.setConfig({ testTimeout: 60_000 });

const HEAD = { commit: "abc123", began: "2026-11-26T10:00:00Z", parts: "ports" };
const cell = (scenario: string, target: string, more: Partial<CellOutcome> = {}): CellOutcome => ({
  ...{ scenario, target, seed: 1, verdict: "passed", seconds: 2, traceHash: "same" },
  again: `npm run scenario -- ${scenario} --target ${target}`,
  ...more,
});

test("cells are played so many at a time, each once, and told in their order", async () => {
  const cells = ["a", "b", "c", "d", "e"].map((scenario) => ({ scenario, target: "node", seed: 1 }));
  let running = 0;
  let most = 0;
  const played: string[] = [];
  const outcomes = await playAll(cells, 2, async ({ scenario, target }) => {
    most = Math.max(most, ++running);
    for (let turns = scenario === "a" ? 9 : 1; turns > 0; turns--) await Promise.resolve();
    running--;
    played.push(scenario);
    return cell(scenario, target, { verdict: scenario === "b" ? "failed" : "passed" });
  });
  expect(most).toBe(2);
  expect(played.sort()).toEqual(["a", "b", "c", "d", "e"]);
  expect(outcomes.map(({ scenario }) => scenario)).toEqual(["a", "b", "c", "d", "e"]);
  expect(totalsOf(outcomes)).toEqual({ cells: 5, passed: 4, failed: 1, notRun: 0 });
});

test("none at a time is one at a time", async () => {
  const outcomes = await playAll([{ scenario: "a", target: "node", seed: 1 }], 0, async () => cell("a", "node"));
  expect(outcomes).toHaveLength(1);
});

test("a story with another trace than on the first target has failed, though it went well", () => {
  const outcomes = withEqualTraces([
    cell("a", "node"),
    cell("a", "xs"),
    cell("a", "qemu", { traceHash: "other" }),
    cell("b", "node", { verdict: "notRun", why: "no" }),
    cell("b", "qemu", { traceHash: "first of b" }),
    cell("c", "node", { verdict: "failed", why: "lost one", traceHash: "cut short" }),
    cell("c", "xs"),
  ]);
  expect(outcomes.map(({ verdict, why }) => [verdict, why])).toEqual([
    ["passed", undefined],
    ["passed", undefined],
    ["failed", "another trace than on node"],
    ["notRun", "no"],
    ["passed", undefined],
    ["failed", "lost one"],
    ["passed", undefined],
  ]);
});

const OUTCOMES = [
  cell("a", "node"),
  cell("b", "node", {
    verdict: "failed",
    why: "\u001b[31mlost <one> & \u0001two\u001b[39m",
    artifacts: "cells/b-node",
  }),
  cell("a", "qemu", { computrons: 1_234_567, peakSlots: 30_800, peakChunkBytes: 10_240 }),
  cell("b", "qemu", { verdict: "notRun", why: "there is no emulator", seconds: 0 }),
];

test("JUnit's XML has a suite for each target, a case for each scenario, and no character that XML forbids", () => {
  const xml = junitOf(OUTCOMES, HEAD);
  expect(xml).toContain('<testsuite name="node" tests="2" failures="1" skipped="0" time="4.0"');
  expect(xml).toContain('<testsuite name="qemu" tests="2" failures="0" skipped="1" time="2.0"');
  expect(xml).toContain('<testcase classname="node" name="a" time="2"></testcase>');
  expect(xml).toContain('<failure message="lost &lt;one&gt; &amp; two">');
  expect(xml).toContain("npm run scenario -- b --target node</failure>");
  expect(xml).toContain('<skipped message="there is no emulator"/>');
});

test("the page shows each cell, and of what failed why, how to play it again, and what it left", () => {
  const page = pageOf(OUTCOMES, HEAD);
  expect(page).toContain("4 cells: 2 passed, 1 failed, 1 not run. Commit abc123");
  expect(page).toContain("1.23 M computrons, 30800 slots, 10 KB of chunks");
  expect(page).toContain("<pre>lost &lt;one&gt; &amp; two</pre>");
  expect(page).toContain("<code>npm run scenario -- b --target node</code>");
  expect(page).toContain('<a href="cells/b-node/trace.txt">');
  expect(page).toContain("<h2>b on qemu: not run</h2>\n<pre>there is no emulator</pre>");
});

const ROOT = join(import.meta.dirname, "../../..");

function hil(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const command = ["--import", import.meta.resolve("tsx"), "sim/cli/hil.ts", ...args];
  return spawnSync(process.execPath, command, { cwd: ROOT, env, encoding: "utf8" });
}

test.each([
  [["--targets", "node,moon"], "there is no target moon: choose node, xs, qemu or serial:"],
  [["--scenarios", "fairy"], "there is no fairy"],
])("bad usage ends with 2: %s", (args, why) => {
  const { status, stderr } = hil(args);
  expect(status).toBe(2);
  expect(stderr).toContain(why);
});

test("without the emulator its cells are listed as not run, with the way to get it, and the others are played", () => {
  const out = mkdtempSync(`${tmpdir()}/smartbox-hil-`);
  try {
    const args = ["--targets", "node,qemu", "--scenarios", "withheld,brown-out", "--out", out];
    const { status, stdout } = hil(args, { ...process.env, PATH: "/nonexistent" });
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toEqual({ cells: 4, passed: 2, failed: 0, notRun: 2 });
    expect(status).toBe(3);
    const { outcomes } = JSON.parse(readFileSync(join(out, "matrix.json"), "utf8")) as { outcomes: CellOutcome[] };
    expect(outcomes[1]).toMatchObject({ scenario: "withheld", target: "qemu", verdict: "notRun" });
    expect(outcomes[1]?.why).toMatch(/without cc.*apt-get install .*qemu-system-arm/);
    expect(readFileSync(join(out, "index.html"), "utf8")).toContain("apt-get install");
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}, 60_000);
