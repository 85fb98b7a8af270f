import { encodeIdentity } from "../../firmware/identity/identity.js";
import { boot } from "../../firmware/main.js";
import { MS4 } from "../../hal/boards/ms4.js";
import { MS5 } from "../../hal/boards/ms5.js";
import { accountsOf } from "../broker/accounts.js";
import { PacedDriver } from "../clock/paced.js";
import { worldTimers } from "../clock/world-timers.js";
import { bytesToHex, hexToBytes } from "../cloud/domain.js";
import { CloudService } from "../cloud/service.js";
import { CloudStore } from "../cloud/store.js";
import { Judge } from "../judge/judge.js";
import { Machine } from "../machine/machine.js";
import { Person } from "../machine/people.js";
import { World } from "../machine/world.js";
import { RealNetwork } from "../net/real-network.js";
import type { VirtualNetwork } from "../net/virtual-network.js";
import { makeSample, SAMPLE_BOXES } from "../samples/sample.js";
import { TraceLog } from "../trace.js";
import {
  type BrokerKind,
  type BrokerSide,
  embeddedBroker,
  inWorldTime,
  mosquittoBroker,
  virtualBroker,
} from "./broker-side.js";

/** Virtual ms per real ms while a real broker takes part. */
const PACE = 40;

export interface StageOptions {
  readonly seed: number;
  readonly broker: BrokerKind;
  /** Gets every line of the trace. */
  readonly sink?: (line: string) => void;
}

/** The sample organisation with one of its boxes, a broker, a judge and a person in front of the box. */
export class Stage {
  readonly world: World;
  readonly cloud: CloudService;
  readonly broker: BrokerSide;
  readonly machine: Machine;
  readonly person: Person;
  readonly judge: Judge;

  private constructor(parts: { world: World; cloud: CloudService; broker: BrokerSide; machine: Machine }) {
    this.world = parts.world;
    this.cloud = parts.cloud;
    this.broker = parts.broker;
    this.machine = parts.machine;
    this.person = new Person(parts.machine);
    this.judge = new Judge(parts);
  }

  static async open(options: StageOptions): Promise<Stage> {
    const world = makeWorld(options);
    const timers = worldTimers(world.scheduler);
    const random = world.random("cloud");
    const cloud = new CloudService({
      store: new CloudStore(),
      now: () => Math.floor(world.wallSeconds()),
      timers,
      random: (count) => random.bytes(count),
    });
    makeSample(cloud, options.seed);
    const cloudPassword = bytesToHex(world.random("cloud password").bytes(12));
    const accounts = () => accountsOf(cloud.store.organisation.boxes, cloudPassword);
    const broker =
      options.broker === "virtual"
        ? virtualBroker(world.network as VirtualNetwork, timers, accounts)
        : options.broker === "embedded"
          ? await embeddedBroker(0, accounts)
          : await mosquittoBroker(accounts());
    const transport = await broker.connectCloud();
    cloud.attach(options.broker === "virtual" ? transport : inWorldTime(transport, world.scheduler));
    const machine = makeMachine(world, cloud, broker, SAMPLE_BOXES.ms5);
    return new Stage({ world, cloud, broker, machine });
  }

  /** Lets go of sockets, processes and files. */
  async close(): Promise<void> {
    this.cloud.close();
    this.world.close();
    await this.broker.stop();
  }

  /** Last record of the box that the cloud has. */
  get cloudHas(): number {
    const state = this.cloud.store.boxState(this.machine.name);
    return state.epoch === undefined ? 0 : (state.epochs[state.epoch]?.through ?? 0);
  }

  /** Whether the cloud has every record and the box every permission. */
  get inSync(): boolean {
    const { nextSeq, snapshotVersion } = this.judge.boxMemory();
    return this.cloudHas === nextSeq - 1 && snapshotVersion === this.cloud.snapshot(this.machine.name)?.version;
  }

  async untilInSync(limitMs: number): Promise<void> {
    // Looking into the flash costs more than an event does: the journal's end is looked at when the cloud has moved.
    let seen = -1;
    let quietSince = 0;
    await this.world.until(
      () => {
        if (this.cloudHas !== seen) {
          seen = this.cloudHas;
          quietSince = this.world.nowMs;
          return false;
        }
        if (this.world.nowMs - quietSince < 3_000) return false;
        quietSince = this.world.nowMs;
        return this.inSync;
      },
      limitMs,
      "box and cloud to agree",
    );
  }
}

function makeWorld(options: StageOptions): World {
  const trace = new TraceLog({ keep: 400, ...(options.sink && { sink: options.sink }) });
  if (options.broker === "virtual") return new World({ seed: options.seed, trace });
  return new World({
    seed: options.seed,
    trace,
    network: (scheduler) => new RealNetwork(scheduler),
    driver: (scheduler, network) => new PacedDriver(scheduler, { rate: PACE, external: () => network.external }),
  });
}

/** The box as it leaves the factory, with the keys hanging where the cloud's inventory has them. */
function makeMachine(world: World, cloud: CloudService, broker: BrokerSide, id: string): Machine {
  const box = cloud.store.organisation.boxes.find((one) => one.id === id)!;
  const machine = new Machine(world, {
    name: box.id,
    board: box.model === "MS4" ? MS4 : MS5,
    boot,
    identity: encodeIdentity({
      box: box.id,
      sealingKey: hexToBytes(box.sealingKey),
      codesKey: hexToBytes(box.codesKey),
      lookupKey: hexToBytes(box.lookupKey),
      broker: {
        host: broker.host,
        port: broker.port,
        username: box.username,
        password: box.password,
        authority: broker.authority,
      },
    }),
    units: unitsOf(box.bins.map((bin) => bin.label)),
  });
  for (const [bin] of box.bins.entries()) {
    const item = cloud.ingest.log.inventory.in(box.id, bin)?.item;
    const key = cloud.store.organisation.keys.find((one) => `key:${one.id}` === item);
    if (key?.fob !== undefined) machine.bins.stock(bin, key.fob);
  }
  return machine;
}

/** Number of bins of each unit, from labels such as `A-1`, `A-2`, `B-1`. */
export function unitsOf(labels: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label.slice(0, 1), (counts.get(label.slice(0, 1)) ?? 0) + 1);
  return [...counts.values()];
}
