import { expect } from "vitest";
import type { CloudRig } from "./cloud-rig.js";

const TURNS = 2_000;

/** Lets the cloud work on until `isDone`, whatever it waits for. */
export async function worked({ timers }: CloudRig, isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < TURNS && !isDone(); turn++) {
    timers.advance(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(isDone()).toBe(true);
}
