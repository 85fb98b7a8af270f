import type { CloudService } from "../../cloud/service.js";
import type { Engine } from "../../engines/engine.js";
import type { BrokerSide } from "../../trials/stage/broker-side.js";
import { makeMachine } from "../../trials/stage/stage.js";
import type { Machine } from "../../world/machine/machine.js";
import { restoreMachine, type SavedMachine } from "../../world/machine/persist.js";
import type { World } from "../../world/machine/world.js";
import { factorySlots } from "./slots.js";
import { BUILDING_WIFI, Surroundings, type SurroundingsState, UNDISTURBED } from "./surroundings.js";

/** What is kept of a box and of the building around it, from one start of the simulator to the next. */
export interface SavedStand extends SavedMachine {
  readonly surroundings: SurroundingsState;
}

/** One box with the building around it. */
export class Stand {
  readonly machine: Machine;
  readonly surroundings: Surroundings;

  private constructor(machine: Machine, surroundings: Surroundings) {
    this.machine = machine;
    this.surroundings = surroundings;
  }

  /** As `saved` answers for it, or new; not yet started. */
  static open(
    { world, cloud, broker }: { readonly world: World; readonly cloud: CloudService; readonly broker: BrokerSide },
    box: string,
    savedOf: (machine: Machine) => SavedStand | undefined,
    engine?: Engine,
  ): Stand {
    const { model } = cloud.store.organisation.boxes.find(({ id }) => id === box)!;
    const images = factorySlots(model);
    const machine = makeMachine(world, cloud, broker, box, { net: { wifi: BUILDING_WIFI }, engine, images });
    const saved = savedOf(machine);
    if (saved !== undefined) restoreMachine(machine, saved);
    return new Stand(machine, new Surroundings(machine, saved?.surroundings ?? UNDISTURBED));
  }
}
