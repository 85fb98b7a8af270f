import type { CloudService } from "../../cloud/service.js";
import type { BrokerSide } from "../../trials/stage/broker-side.js";
import { makeMachine } from "../../trials/stage/stage.js";
import type { Machine } from "../../world/machine/machine.js";
import { Person } from "../../world/machine/people.js";
import { loadMachine } from "../../world/machine/persist.js";
import type { World } from "../../world/machine/world.js";
import type { DataDirectory } from "./data-directory.js";
import { Saver } from "./saver.js";
import { BUILDING_WIFI, Surroundings, SurroundingsSchema, UNDISTURBED } from "./surroundings.js";

export interface StandNeeds {
  readonly data: DataDirectory;
  readonly world: World;
  readonly cloud: CloudService;
  readonly broker: BrokerSide;
  /** Writes what all boxes share. */
  readonly saveWorld: () => void;
}

/** One box with the building around it, kept in the data directory. */
export class Stand {
  readonly machine: Machine;
  readonly person: Person;
  readonly surroundings: Surroundings;
  readonly saver: Saver;
  readonly #data: DataDirectory;

  private constructor(machine: Machine, surroundings: Surroundings, folder: string, needs: StandNeeds) {
    this.machine = machine;
    this.person = new Person(machine);
    this.surroundings = surroundings;
    this.#data = needs.data;
    const write = () => {
      needs.saveWorld();
      this.saveSurroundings();
    };
    this.saver = new Saver(machine, folder, { state: () => surroundings.state, write });
  }

  /** As it was saved, or new; not yet started. Throws DataError. */
  static async open(needs: StandNeeds, box: string): Promise<Stand> {
    const { data, world, cloud, broker } = needs;
    const machine = makeMachine(world, cloud, broker, box, { net: { wifi: BUILDING_WIFI } });
    const folder = data.boxFolder(box);
    await data.soundly(folder, () => loadMachine(machine, folder));
    const surroundings = new Surroundings(machine, data.read(siteFile(box), SurroundingsSchema) ?? UNDISTURBED);
    return new Stand(machine, surroundings, folder, needs);
  }

  saveSurroundings(): void {
    this.#data.write(siteFile(this.machine.name), this.surroundings.state);
  }
}

function siteFile(box: string): string {
  return `boxes/${box}/surroundings.json`;
}
