import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NoCapabilityError } from "../../../sim/trials/rig/rig.js";
import { play, SCENARIOS } from "../../../sim/trials/scenarios/play.js";
import type { Scenario } from "../../../sim/trials/scenarios/scenario.js";
import { Stage } from "../../../sim/trials/stage/stage.js";

const TRIALS = join(import.meta.dirname, "../../../sim/trials");
const NOTHING = { exchanges: 0, killBroker: false };
const STAGE = { seed: 1, broker: "virtual" } as const;

test.each(["scenarios", "soak"])("the %s ask the rig, and reach into no simulated box", (folder) => {
  const files = readdirSync(join(TRIALS, folder)).filter((name) => name !== "play.ts");
  const reaching = files.filter((name) => /\bmachine\b(?!\/)/.test(readFileSync(join(TRIALS, folder, name), "utf8")));
  expect(files.length).toBeGreaterThan(5);
  expect(reaching).toEqual([]);
});

test("a scenario that needs what the target lacks says what, and nothing of it is played", async () => {
  const steps: string[] = [];
  for (const scenario of SCENARIOS.filter(({ needs = [] }) => needs.includes("cuts"))) {
    const played = play(scenario, { ...STAGE, lacks: ["cuts"] }, NOTHING, (text) => steps.push(text));
    await expect(played).rejects.toThrow(`${scenario.name} needs what this target lacks: cuts`);
  }
  expect(steps).toEqual([]);
});

test("a scenario that needs nothing of that is played there all the same", async () => {
  const plain: Scenario = {
    name: "plain",
    summary: "a box comes up",
    async play({ stage }) {
      stage.rig.power.connect();
      await stage.untilInSync(300_000);
    },
  };
  const result = await play(plain, { ...STAGE, lacks: ["cuts", "cell", "latches", "parts"] }, NOTHING, () => {});
  expect(result.failure).toBeUndefined();
  expect(result.boots).toBe(1);
});

test("a scenario that asks for more than it says fails on every target, also where that is there", async () => {
  const greedy: Scenario = {
    name: "greedy",
    summary: "looks at the cell",
    needs: ["links"],
    async play({ stage, step }) {
      step("looking");
      stage.rig.links.setInternet("ok");
      expect(stage.rig.cell.chargePercent).toBe(100);
    },
  };
  const { failure } = await play(greedy, STAGE, NOTHING, () => {});
  expect(failure).toMatch(/^looking: .*the scenario uses cell and does not say so: add it to its `needs`/);
});

test("parts can be broken where they are simulated, and nowhere else", async () => {
  const direct = await Stage.open(STAGE);
  const registers = await Stage.open({ ...STAGE, parts: "registers" });
  try {
    expect(direct.rig.has("parts")).toBe(false);
    expect(() => direct.rig.parts).toThrow(NoCapabilityError);
    expect(registers.rig.parts.expanders.length).toBeGreaterThan(0);
  } finally {
    await direct.close();
    await registers.close();
  }
});

test("the other boxes of a story are under the same limits", async () => {
  const stage = await Stage.open({ ...STAGE, needs: ["clock"], lacks: ["cell"] });
  try {
    const [other] = stage.cloud.store.organisation.boxes.filter(({ id }) => id !== stage.rig.name);
    const { rig } = stage.addBox(other!.id);
    expect(rig.clock.errorSeconds).toBeUndefined();
    expect(() => rig.cell).toThrow(`the target of ${other!.id} has no cell`);
    expect(() => rig.links).toThrow("does not say so");
  } finally {
    await stage.close();
  }
});
