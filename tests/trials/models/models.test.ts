import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { LADDER_MINUTES } from "../../../firmware/codes/ladder.js";
import { ROOT } from "../../../sim/engines/xs/bundle.js";
import { checkModels } from "../../../sim/trials/models/check.js";
import { replayCodes } from "../../../sim/trials/models/codes-replay.js";
import { MODELS } from "../../../sim/trials/models/models.js";
import { SpinError, search } from "../../../sim/trials/models/spin.js";
import { replayUpdate } from "../../../sim/trials/models/update-replay.js";

// Spin tries everything; a busy machine has one core for it.
vi.setConfig({ testTimeout: 240_000 });

describe.each(MODELS.map((model) => [model.name, model] as const))("%s", (name, model) => {
  test("nothing that it asserts is ever false", () => {
    const { states, failure } = search(model.path, model.bounds);
    expect(failure).toBeUndefined();
    expect(states, "a search that sees next to nothing finds nothing").toBeGreaterThanOrEqual(model.statesMin);
  });

  test.each(Object.entries(model.bugs))("with %s something is", (bug, within) => {
    const { failure } = search(model.path, { ...within, [bug]: true });
    expect(failure?.told.length, `${name} tells the way there`).toBeGreaterThan(2);
  });
});

test("the penalties of the model are the firmware's", () => {
  const text = readFileSync(`${ROOT}/firmware/codes/codes.pml`, "utf8");
  const told = [...text.matchAll(/:: (?:count == [4-9]|else) -> minutes = (\d+)/g)].map(([, minutes]) =>
    Number(minutes),
  );
  expect(told).toEqual(LADDER_MINUTES);
});

test("random runs of the model of updates are what boot stub and boot control do", () => {
  let lines = 0;
  for (let seed = 1; seed <= 20; seed++) lines += replayUpdate(seed);
  expect(lines).toBeGreaterThan(1_000);
});

test("random runs of the model of codes are what verifier, throttle, ledger and journal do", () => {
  let lines = 0;
  for (let seed = 1; seed <= 30; seed++) lines += replayCodes(seed);
  expect(lines).toBeGreaterThan(14_000);
});

test("a model that is not there is named, with those that are", () => {
  const options = { model: "cods", steps: undefined, runs: 0, seed: 1, tell: () => {} };
  expect(() => checkModels(options)).toThrow('there is no model "cods"; there are codes, session, journal, update');
});

test("without Spin it is said what to install, and the exit code is 2", () => {
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "sim/cli/models.ts", "--model", "codes"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, PATH: "/nowhere" },
  });
  expect(stderr).toContain("spin is not there: install the Debian packages spin and gcc");
  expect(status).toBe(2);
});

test("a model that Spin does not take is told with its words", () => {
  expect(() => search(`${ROOT}/package.json`, {})).toThrow(SpinError);
});
