import { MS5 } from "../../hal/boards/ms5/profile.js";
import type { Hal } from "../../hal/ports/hal.js";
import { Machine } from "../../sim/world/machine/machine.js";
import type { MachineOptions } from "../../sim/world/machine/machine-options.js";
import { World, type WorldOptions } from "../../sim/world/machine/world.js";

export const SMALL_FLASH = { sizeBytes: 16_384, sectorBytes: 4_096, alignBytes: 1 };

/** A world with one box that runs `boot`. */
export function rig(
  boot: (hal: Hal) => void,
  machine: Partial<MachineOptions> = {},
  options: Partial<WorldOptions> = {},
) {
  const world = new World({ seed: 1, ...options });
  const box = new Machine(world, {
    name: "box-1",
    board: MS5,
    boot,
    identity: new Uint8Array([1, 2, 3]),
    journal: SMALL_FLASH,
    snapshot: SMALL_FLASH,
    ...machine,
  });
  return { world, box };
}

/** Fails the test with the crash's own stack. */
export function noCrashes(box: Machine): void {
  const crash = box.crashes[0];
  if (crash !== undefined) throw new Error(`the firmware crashed: ${crash.stack}`);
}
