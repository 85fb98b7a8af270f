import { createHash, randomInt } from "node:crypto";
import type { Machine } from "../../world/machine/machine.js";
import { readSaved } from "../../world/machine/persist.js";
import type { DataDirectory } from "./data-directory.js";
import { Saver } from "./saver.js";
import type { SavedStand, Stand } from "./stand.js";
import { SurroundingsSchema, UNDISTURBED } from "./surroundings.js";

/** The same random numbers must not come again after a restart: they are in the nonces of sealed messages. */
export function seedOf(seed: number | undefined, starts: number): number {
  if (seed === undefined) return randomInt(2 ** 48 - 1);
  return createHash("sha256").update(`${seed} start ${starts}`).digest().readUIntBE(0, 6);
}

/** What the directory has of a box; undefined: it is new. Throws DataError. */
export function readStand(data: DataDirectory, machine: Machine): SavedStand | undefined {
  const folder = data.boxFolder(machine.name);
  const saved = data.soundly(folder, () => readSaved(machine, folder));
  const surroundings = data.read(siteFile(machine.name), SurroundingsSchema);
  return saved === undefined ? undefined : { ...saved, surroundings: surroundings ?? UNDISTURBED };
}

/** `saveWorld`: writes what all boxes share. */
export function saverOf({ machine, surroundings }: Stand, data: DataDirectory, saveWorld: () => void): Saver {
  return new Saver(machine, data.boxFolder(machine.name), {
    state: () => surroundings.state,
    write: () => {
      saveWorld();
      data.write(siteFile(machine.name), surroundings.state);
    },
  });
}

function siteFile(box: string): string {
  return `boxes/${box}/surroundings.json`;
}
