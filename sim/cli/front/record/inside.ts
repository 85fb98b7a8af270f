import { checkOrganisation } from "../../../cloud/organisation.js";
import type { CloudService } from "../../../cloud/service.js";
import type { StoreEngine } from "../../../cloud/store/engine.js";
import { MemoryEngine } from "../../../cloud/store/memory.js";
import { CloudStore } from "../../../cloud/store.js";
import { makeSample } from "../../../samples/sample.js";
import { virtualBroker } from "../../../trials/stage/broker-side.js";
import { makeAccounts, makeCloud } from "../../../trials/stage/stage.js";
import { worldTimers } from "../../../world/clock/world-timers.js";
import { World, type WorldOptions } from "../../../world/machine/world.js";
import { VirtualNetwork } from "../../../world/net/virtual-network.js";
import { BrokerGate } from "../broker-gate.js";
import type { HouseNeeds } from "../house.js";
import type { Begins } from "./world-record.js";

/** A world with its broker and cloud inside it. */
export type Inside = Pick<HouseNeeds, "world" | "cloud" | "broker" | "gate" | "transport">;

/**
 * Nothing from outside takes part in it: the same options and the same inputs give the same world again, event by event. Whoever
 * makes one a second time makes it by this, in the same order.
 */
export async function makeInside(
  options: Omit<WorldOptions, "network"> & { readonly cloud: (world: World) => CloudService },
): Promise<Inside> {
  let network!: VirtualNetwork;
  let gate!: BrokerGate;
  const world = new World({
    ...options,
    network: (scheduler) => {
      network = new VirtualNetwork(scheduler);
      gate = new BrokerGate(network, scheduler);
      return gate;
    },
  });
  const cloud = options.cloud(world);
  const accounts = makeAccounts(world, () => cloud);
  const broker = virtualBroker(network, worldTimers(world.scheduler), accounts, false);
  return { world, cloud, broker, gate, transport: await broker.connectCloud() };
}

/** The cloud that a record begins with, in memory. `engineOf`: its database, which begins as that JSON. Throws where its database is not sound, or of another version. */
export function cloudThatBegins(
  world: World,
  begins: Begins,
  engineOf: (begun: string) => StoreEngine = (begun) => new MemoryEngine(JSON.parse(begun)),
): CloudService {
  const storeOf = (database: string) => new CloudStore(engineOf(database));
  if (begins.kind === "cloud") {
    const store = storeOf(begins.database);
    checkOrganisation(store.organisation, new WeakSet(), world.wallSeconds());
    return makeCloud(world, store);
  }
  const made = makeCloud(world, new CloudStore());
  makeSample(made, begins.seed);
  made.close();
  return makeCloud(world, storeOf(JSON.stringify(made.store.data)));
}
