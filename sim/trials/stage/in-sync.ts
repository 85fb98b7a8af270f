import type { CloudService } from "../../cloud/service.js";
import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";
import { readMemory } from "../judge/box-memory.js";

/** Sequence number of the last record of the box that the cloud has; 0: none. */
export function cloudHas(cloud: CloudService, machine: Machine): number {
  const state = cloud.store.boxState(machine.name);
  return state.epoch === undefined ? 0 : (state.epochs[state.epoch]?.through ?? 0);
}

/** Whether the cloud has every record and the box every permission. Reads the box's whole flash: not for every event. */
export function isInSync(cloud: CloudService, machine: Machine): boolean {
  const { nextSeq, snapshotVersion } = readMemory(machine);
  return cloudHas(cloud, machine) === nextSeq - 1 && snapshotVersion === cloud.snapshot(machine.name)?.version;
}

/** Throws TimeoutError when it takes longer. `cloud` is asked each time: there may be another by then. */
export async function untilInSync(
  world: World,
  cloud: () => CloudService,
  machine: Machine,
  limitMs: number,
): Promise<void> {
  // Looking into the flash costs more than an event does: the journal's end is looked at when the cloud has moved.
  let seen = -1;
  let quietSince = 0;
  await world.until(
    () => {
      const has = cloudHas(cloud(), machine);
      if (has !== seen) {
        seen = has;
        quietSince = world.nowMs;
        return false;
      }
      if (world.nowMs - quietSince < 3_000) return false;
      quietSince = world.nowMs;
      return isInSync(cloud(), machine);
    },
    limitMs,
    `${machine.name} and cloud to agree`,
  );
}
