import { spawnSync } from "node:child_process";
import { expect, test, vi } from "vitest";
import { ROOT } from "../../../sim/engines/xs/bundle.js";
import { Changer } from "../../../sim/trials/mutants/changer.js";
import { sourcesIn } from "../../../sim/trials/mutants/folders.js";
import { sampled } from "../../../sim/trials/mutants/sample.js";

vi.setConfig({ testTimeout: 240_000 });

const PLANTED = "tests/trials/mutants/planted";

function mutants(...args: string[]) {
  const { stdout, stderr, status } = spawnSync("npx", ["tsx", "sim/cli/mutants.ts", ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const last = stdout.trim().split("\n").at(-1)!;
  return { stdout, stderr, status, result: status === 2 ? undefined : JSON.parse(last) };
}

test("a change that no test notices is named; an explained one is not, and old explanations are pointed out", () => {
  const { result, stderr, status } = mutants("--folder", PLANTED, "--explained", `${PLANTED}/explained.json`);
  expect(result).toMatchObject({ survived: 4, explained: 2, unexplained: 2, outdated: 2 });
  expect(result.killed).toBe(result.mutants - result.survived);
  expect(result.unread).toEqual([
    { file: `${PLANTED}/lamp.ts`, place: "LIT_MS", from: "60_000", to: "30000" },
    { file: `${PLANTED}/lamp.ts`, place: "isLit", from: "nowMs - sinceMs", to: "nowMs + sinceMs" },
  ]);
  expect(stderr).toContain("lamp.ts:3 LIT_MS: 60_000 -> 30000");
  expect(stderr).toContain("atMostThree: level > 3 -> true: is killed by now");
  expect(stderr).toContain("atMostFour: level > 4 -> level >= 4: is not there any more");
  expect(status).toBe(1);
});

test("the list is the same each time, and so is a sample of a seed", async () => {
  const changer = await Changer.open();
  const { mutants: list } = await changer.change(sourcesIn("firmware/commands"));
  expect(list.length).toBeGreaterThan(100);
  expect((await changer.change(sourcesIn("firmware/commands"))).mutants).toEqual(list);
  expect(new Set(list.map(({ id, line, ...mutant }) => JSON.stringify(mutant))).size).toBe(list.length);
  expect(sampled(list, 7, 3)).toHaveLength(7);
  expect(sampled(list, 7, 3)).toEqual(sampled(list, 7, 3));
  expect(sampled(list, 7, 4)).not.toEqual(sampled(list, 7, 3));
});

test("a file that is not there is bad usage", () => {
  const { status, stderr } = mutants("--file", "firmware/codes/nowhere.ts");
  expect([status, stderr]).toEqual([2, "error: there is no file firmware/codes/nowhere.ts\n"]);
});
