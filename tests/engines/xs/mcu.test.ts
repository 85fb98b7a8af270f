import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NODE_ENGINE } from "../../../sim/engines/engine.js";
import { type EngineTarget, openEngine } from "../../../sim/engines/targets.js";
import { NoXsError } from "../../../sim/engines/xs/compile.js";
import { mcuImage } from "../../../sim/engines/xs/mcu-image.js";
import { play, SCENARIOS } from "../../../sim/trials/scenarios/play.js";
import { whyNoMcu } from "../../support/xs.js";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** The firmware on XS on an emulated Cortex-M7, byte for byte what it does on Node. */

describe.skipIf(whyNoMcu() !== undefined)("on an emulated microcontroller", () => {
  test.each([
    ["power-cut", "ports", 1],
    ["power-cut", "registers", 3],
    ["brown-out", "registers", 2],
    ["emergency-bin", "ports", 4],
    // All that people do, four boots: in the RAM that the image has (hal/mcu/board.ld).
    ["outage", "registers", 2],
  ] as const)("%s with %s, seed %i: the same result and the same trace as on Node", async (name, parts, seed) => {
    const scenario = SCENARIOS.find((one) => one.name === name)!;
    const on = async (target: EngineTarget) => {
      const engine = await openEngine(target);
      const stage = { seed, broker: "virtual", parts, engine } as const;
      return await play(scenario, stage, { exchanges: 0, killBroker: false }, () => {});
    };
    const node = await on("node");
    expect(node.failure).toBeUndefined();
    expect(await on("qemu"), `npm run scenario -- ${name} --target qemu --parts ${parts} --seed ${seed}`).toEqual(node);
  });
});

describe("without its tools", () => {
  let folder: string;
  const path = process.env.PATH;

  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/smartbox-no-qemu-`);
  });

  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  test("it says which is missing and how to get it", async () => {
    process.env.PATH = folder;
    await expect(mcuImage()).rejects.toThrow(NoXsError);
    await expect(mcuImage()).rejects.toThrow(/without cc.*apt-get install .*gcc-arm-none-eabi.*qemu-system-arm/);
  });

  test("Node needs none of them", async () => {
    process.env.PATH = folder;
    expect(await openEngine("node")).toBe(NODE_ENGINE);
  });
});
