import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { McuXs } from "../../../sim/engines/mcu-xs.js";
import { bundleScript } from "../../../sim/engines/xs/bundle.js";
import { XsException } from "../../../sim/engines/xs-worker.js";
import { whyNoMcu } from "../../support/xs.js";
import { setUpExpander } from "./expander-script.js";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/**
 * A fault that the emulated microcontroller finds and Node cannot: somebody saves an allocation in the expander's driver, and reads into one
 * buffer that is made with the module. On a board such a buffer lies in flash.
 */
const SOUND = "found = new Uint8Array(SET_UP.length)";
const PLANTED = "found = FOUND";
const BUFFER = "\nvar FOUND = new Uint8Array(14);\n";

let sound: string;
let planted: string;

beforeAll(async () => {
  sound = (await bundleScript("../../../tests/engines/xs/expander-script.ts")).source;
  planted = sound.replace(SOUND, PLANTED) + BUFFER;
  expect(sound.split(SOUND)).toHaveLength(2);
});

describe.skipIf(whyNoMcu() !== undefined)("a driver that writes into a buffer of its module", () => {
  function onNode(source: string): void {
    const { handleCommand } = runInNewContext(`${source}; globalThis`, { Uint8Array }) as {
      handleCommand(message: ArrayBuffer): ArrayBuffer;
    };
    handleCommand(new ArrayBuffer(1));
  }

  async function onMcu(source: string): Promise<void> {
    const machines = await McuXs.counting({ source });
    try {
      const worker = machines.start((call) => call);
      worker.command(Uint8Array.of(0));
      worker.kill();
    } finally {
      machines.close();
    }
  }

  test("works on Node", () => {
    setUpExpander();
    onNode(sound);
    onNode(planted);
  });

  test("is found on the emulated microcontroller, where the driver as it is works", async () => {
    await onMcu(sound);
    const failed = await onMcu(planted).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(XsException);
    expect((failed as Error).message).toMatch(/read-only/);
  });
});
