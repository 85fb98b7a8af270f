import { identityImage } from "../../../firmware/identity/copies.js";
import { boardOf } from "../../../hal/boards/index.js";
import type { BoardProfile } from "../../../hal/ports/board.js";
import { type Accounts, accountsOf } from "../../broker/accounts.js";
import { attachVirtual } from "../../broker/virtual/cloud-transport.js";
import { bytesToHex } from "../../cloud/domain.js";
import { type CloudNeeds, CloudService } from "../../cloud/service.js";
import { MemoryEngine } from "../../cloud/store/memory.js";
import { CloudStore } from "../../cloud/store.js";
import type { CloudTransport } from "../../cloud/transport.js";
import { type Engine, NODE_ENGINE } from "../../engines/engine.js";
import { makeSample, SAMPLE_BOXES } from "../../samples/sample.js";
import { PacedDriver } from "../../world/clock/paced.js";
import { worldTimers } from "../../world/clock/world-timers.js";
import type { ImageFlashOptions } from "../../world/devices/image-flash.js";
import { IDENTITY_PARTITION, Machine } from "../../world/machine/machine.js";
import type { FlashGeometry } from "../../world/machine/machine-options.js";
import type { PartsLevel } from "../../world/machine/parts-level.js";
import { Person } from "../../world/machine/people.js";
import { World } from "../../world/machine/world.js";
import type { NetOptions } from "../../world/net/links.js";
import { RealNetwork } from "../../world/net/real-network.js";
import type { VirtualNetwork } from "../../world/net/virtual-network.js";
import type { Random } from "../../world/random.js";
import { TraceLog } from "../../world/trace.js";
import { CloudRecord } from "../judge/cloud-record.js";
import { Judge, type Verdict } from "../judge/judge.js";
import type { Capability } from "../rig/capabilities.js";
import type { Rig } from "../rig/rig.js";
import { simulatedRig } from "../rig/simulated.js";
import {
  type BrokerKind,
  type BrokerSide,
  embeddedBroker,
  inWorldTime,
  type MosquittoWays,
  mosquittoBroker,
  overBadWay,
  overLyingWay,
  virtualBroker,
} from "./broker-side.js";
import { DatabaseSide } from "./database-side.js";
import { identityOf } from "./identity-of.js";
import { cloudHas, isInSync, untilInSync } from "./in-sync.js";
import { MortalCloud } from "./mortal-cloud.js";
import { NewerCloud } from "./newer-cloud.js";
import { UpdateSide } from "./update-side.js";
import { allOf } from "./verdicts.js";
import { WitnessedEngine } from "./witnessed-engine.js";

/** Of the sample box that stories are about. */
const UPDATED_MODEL = "MS5";
/** Virtual ms per real ms while a real broker takes part. */
const PACE = 40;
/** While a real database does, which answers late where it is in trouble. */
const DATABASE_PACE = 10;

export interface StageOptions {
  readonly seed: number;
  readonly broker: BrokerKind;
  /** Gets every line of the trace. */
  readonly sink?: (line: string) => void;
  /** `ports` if absent. */
  readonly parts?: PartsLevel;
  /** The virtual broker's; true if absent. Over the modem, the simulator has no TLS at register level (`boardLinks`). */
  readonly tls?: boolean;
  /** Runs the firmware; Node if absent. The stage closes it. */
  readonly engine?: Engine;
  /** What the box is built on; its model's board if absent. */
  readonly board?: BoardProfile;
  /** True time when the story begins, s since 1970 UTC. */
  readonly startWallSeconds?: number;
  /** The journal's partition, if not the board's. */
  readonly journal?: FlashGeometry;
  /** The snapshot's, likewise. */
  readonly snapshot?: FlashGeometry;
  /** The box's firmware can be replaced; false if absent. */
  readonly takesUpdates?: boolean;
  /** With `takesUpdates`: images are filled up to so many bytes. */
  readonly imageBytes?: number | undefined;
  /** What the target cannot do; nothing if absent. */
  readonly lacks?: readonly Capability[];
  /** Of a mosquitto. */
  readonly mosquitto?: MosquittoWays;
  /** The box reaches its broker, a real one, over a way that the story can make bad. */
  readonly overBadWay?: boolean;
  /** Somebody between the box and its broker, a real one, may lie to it. */
  readonly overLyingWay?: boolean;
  /** What the story may ask the rig for beyond the basics; everything if absent. */
  readonly needs?: readonly Capability[];
  /** The cloud's process can be killed; false if absent. With the virtual broker only. */
  readonly killsCloud?: boolean;
  /** The cloud keeps its data in a PostgreSQL that has a standby; false if absent. With the virtual broker only. */
  readonly onDatabase?: boolean;
}

/** A box with whoever stands in front of it, and the cloud behind it. */
export interface BoxThere {
  readonly world: World;
  readonly rig: Rig;
  readonly person: Person;
  readonly judge: Judge;
  readonly cloud: CloudService;
  /** Waits until the cloud has all records of the box, and the box all permissions. Throws TimeoutError. */
  untilInSync(limitMs: number): Promise<void>;
}

/** What a story is told on. It says nothing of how the box is made: whatever is done to that goes through `rig`. */
export interface Scene extends BoxThere {
  readonly broker: BrokerSide;
  readonly newer: NewerCloud;
  /** Undefined: nobody makes releases here. */
  readonly updates: UpdateSide | undefined;
  /** The cloud's process, where the story may kill it. */
  readonly mortal: MortalCloud | undefined;
  /** The cloud's database, where it is a real one. */
  readonly database: DatabaseSide | undefined;
  readonly cloudHas: number;
  readonly inSync: boolean;
  copyCloud(): string;
  putCloudBack(copy: string): Promise<void>;
  addBox(id: string): BoxThere;
}

/** The sample organisation with one of its boxes, a broker, a judge and a person in front of the box. */
export class Stage implements Scene {
  readonly world: World;
  readonly broker: BrokerSide;
  /** The simulated box itself, for those who look into the simulation. */
  readonly machine: Machine;
  readonly rig: Rig;
  readonly person: Person;
  readonly judge: Judge;
  /** What the cloud says beyond what the box knows; silent at first. */
  readonly newer: NewerCloud;
  readonly updates: UpdateSide | undefined;
  readonly mortal: MortalCloud | undefined;
  readonly database: DatabaseSide | undefined;
  readonly #engine: Engine;
  readonly #limits: Pick<StageOptions, "lacks" | "needs">;
  readonly #boxes: BoxThere[] = [];
  #cloud: CloudService;
  #record: CloudRecord;
  /** Clouds that took the place of another so far. */
  #clouds = 0;

  private constructor(needs: {
    world: World;
    cloud: CloudService;
    record: CloudRecord;
    broker: BrokerSide;
    machine: Machine;
    engine: Engine;
    newer: NewerCloud;
    updates: UpdateSide | undefined;
    mortal: MortalCloud | undefined;
    database: DatabaseSide | undefined;
    limits: Pick<StageOptions, "lacks" | "needs">;
  }) {
    this.#engine = needs.engine;
    this.newer = needs.newer;
    this.updates = needs.updates;
    this.mortal = needs.mortal;
    this.database = needs.database;
    this.world = needs.world;
    this.#cloud = needs.cloud;
    this.broker = needs.broker;
    this.machine = needs.machine;
    this.#limits = needs.limits;
    this.rig = this.#rigOf(needs.machine);
    this.person = new Person(this.rig);
    this.#record = needs.record;
    this.judge = new Judge({ world: this.world, cloud: this.#record, machine: this.machine });
  }

  static async open(options: StageOptions): Promise<Stage> {
    const world = makeWorld(options);
    const newer = new NewerCloud(world.random("newer cloud"));
    const engine = options.engine ?? NODE_ENGINE;
    const updates = options.takesUpdates
      ? await UpdateSide.open(engine, UPDATED_MODEL, () => world.wallSeconds(), options.imageBytes)
      : undefined;
    const record = new CloudRecord();
    const mortal = options.killsCloud ? new MortalCloud(world.random("end of the cloud")) : undefined;
    const ways = { snapshotFile: (bytes: Uint8Array) => newer.file(bytes), shelf: updates?.shelf };
    const begin = (store: CloudStore) => makeCloud(world, store, ways);
    const begun = begin(new CloudStore(new WitnessedEngine(record, mortal?.open() ?? new MemoryEngine())));
    makeSample(begun, options.seed);
    const database = options.onDatabase ? await DatabaseSide.open(begun.store.document, world.scheduler) : undefined;
    const cloud = database === undefined ? begun : begin(new CloudStore(new WitnessedEngine(record, database.engine)));
    let stage: Stage | undefined;
    const accounts = makeAccounts(world, () => stage?.cloud ?? cloud);
    const direct =
      options.broker === "virtual"
        ? virtualBroker(world.network as VirtualNetwork, worldTimers(world.scheduler), accounts, options.tls ?? true)
        : options.broker === "embedded"
          ? await embeddedBroker(0, accounts)
          : await mosquittoBroker(accounts(), options.mosquitto);
    const way = options.overBadWay ? overBadWay : options.overLyingWay ? overLyingWay : undefined;
    const broker = way === undefined ? direct : await way(direct);
    const transport = await broker.connectCloud();
    const heard = options.broker === "virtual" ? transport : inWorldTime(transport, world.scheduler);
    cloud.attach(newer.wrap(cloud, mortal?.wrap(heard) ?? heard));
    const { parts, board, journal, snapshot } = options;
    const machine = makeMachine(world, cloud, broker, SAMPLE_BOXES.ms5, {
      parts,
      engine,
      board,
      journal,
      snapshot,
      images: updates?.factory,
    });
    const made = new Stage({
      world,
      cloud,
      record,
      broker,
      machine,
      engine,
      newer,
      updates,
      mortal,
      database,
      limits: options,
    });
    broker.virtual?.subscribe("smartbox/+/down/#", ({ topic, payload }) => made.#passed(topic, payload));
    if (mortal !== undefined) mortal.onDeath = (downMs) => made.#startAgain(mortal, downMs);
    stage = made;
    return made;
  }

  get cloud(): CloudService {
    return this.#cloud;
  }

  /** What the cloud has committed, for whoever reads it without the cloud. */
  get record(): CloudRecord {
    return this.#record;
  }

  /** The cloud's database as it is now. */
  copyCloud(): string {
    return JSON.stringify(this.cloud.store.data);
  }

  /**
   * The cloud dies, and its database is put back from a copy: what it has heard since from boxes, and told them, is forgotten. What
   * people had entered since is entered again; that nobody does so is no matter of the box. In virtual time only.
   */
  async putCloudBack(copy: string): Promise<void> {
    const { organisation, formerKeys, formerFobs, lastIds } = this.cloud.store.document;
    this.cloud.close();
    const begun = { ...JSON.parse(copy), organisation, formerKeys, formerFobs, lastIds };
    const transport = await this.broker.connectCloud();
    const record = new CloudRecord(JSON.stringify(begun));
    this.#cloudIs(record, new CloudStore(new WitnessedEngine(record, new MemoryEngine(begun))), transport);
  }

  /** The cloud was killed; somebody starts it again, and it finds what it had written. */
  #startAgain(mortal: MortalCloud, downMs: number): void {
    const dead = this.cloud;
    worldTimers(this.world.scheduler).set(downMs, () => {
      dead.close();
      const engine = mortal.open();
      const record = new CloudRecord(JSON.stringify(new CloudStore(engine).data));
      const store = new CloudStore(new WitnessedEngine(record, engine, mortal.watch()));
      const transport = attachVirtual(this.broker.virtual!, worldTimers(this.world.scheduler));
      this.#cloudIs(record, store, mortal.wrap(transport));
    });
  }

  /** There is another cloud from now on. */
  #cloudIs(record: CloudRecord, store: CloudStore, transport: CloudTransport): void {
    this.#record = record;
    this.#clouds++;
    const file = (bytes: Uint8Array) => this.newer.file(bytes);
    // Random numbers of its own: those of the cloud before must not come again.
    const random = this.world.random(`cloud put back ${this.#clouds}`);
    const cloud = makeCloud(this.world, store, { snapshotFile: file, random, shelf: this.updates?.shelf });
    this.#cloud = cloud;
    cloud.attach(this.newer.wrap(cloud, transport));
    this.judge.cloudIs(record);
    for (const { judge } of this.#boxes) judge.cloudIs(record);
  }

  /** Another box of the organisation, as it leaves the factory, with a judge and somebody in front of it. Runs on Node. */
  addBox(id: string): BoxThere {
    const { world, broker } = this;
    const machine = makeMachine(world, this.cloud, broker, id);
    const judge = new Judge({ world, cloud: this.#record, machine });
    const stage = this;
    const rig = this.#rigOf(machine);
    const there = {
      world,
      rig,
      judge,
      person: new Person(rig),
      get cloud() {
        return stage.cloud;
      },
      untilInSync: (limitMs: number) => untilInSync(world, () => stage.cloud, machine, limitMs),
    };
    this.#boxes.push(there);
    return there;
  }

  #rigOf(machine: Machine): Rig {
    const { lacks = [], needs } = this.#limits;
    const rig = simulatedRig(machine, lacks);
    return needs === undefined ? rig : rig.only(needs);
  }

  #passed(topic: string, payload: Uint8Array): void {
    this.judge.passed(topic, payload);
    for (const { judge } of this.#boxes) judge.passed(topic, payload);
  }

  /** Lets go of sockets, processes and files. */
  async close(): Promise<void> {
    this.#engine.close();
    this.cloud.close();
    this.world.close();
    await this.broker.stop();
    await this.database?.close();
  }

  /** Last record of the box that the cloud has. */
  get cloudHas(): number {
    return cloudHas(this.cloud, this.machine);
  }

  get inSync(): boolean {
    return isInSync(this.cloud, this.machine);
  }

  async untilInSync(limitMs: number): Promise<void> {
    await untilInSync(this.world, () => this.cloud, this.machine, limitMs);
  }

  /** What the judges of all boxes say. */
  verdict(): Verdict {
    const others = this.#boxes.map(({ judge, rig }) => ({ box: rig.name, verdict: judge.verdict() }));
    return allOf(this.judge.verdict(), others);
  }
}

function makeWorld(options: StageOptions): World {
  const trace = new TraceLog({ keep: 400, ...(options.sink && { sink: options.sink }) });
  const { seed, startWallSeconds } = options;
  const common = { seed, trace, ...(startWallSeconds !== undefined && { startWallSeconds }) };
  if (options.onDatabase)
    return new World({
      ...common,
      driver: (scheduler) => new PacedDriver(scheduler, { rate: DATABASE_PACE, external: () => true }),
    });
  if (options.broker === "virtual") return new World(common);
  return new World({
    ...common,
    network: (scheduler) => new RealNetwork(scheduler),
    driver: (scheduler, network) => new PacedDriver(scheduler, { rate: PACE, external: () => network.external }),
  });
}

/** A cloud that lives in the world's time. */
export function makeCloud(
  world: World,
  store: CloudStore,
  {
    onProblem,
    onAlert,
    snapshotFile,
    shelf,
    random = world.random("cloud"),
  }: Partial<Pick<CloudNeeds, "onProblem" | "onAlert" | "snapshotFile" | "shelf">> & { readonly random?: Random } = {},
): CloudService {
  return new CloudService({
    store,
    now: () => Math.floor(world.wallSeconds()),
    timers: worldTimers(world.scheduler),
    random: (count) => random.bytes(count),
    ...(onProblem && { onProblem }),
    onAlert,
    ...(snapshotFile && { snapshotFile }),
    shelf,
  });
}

/** What a broker of this stage lets in: the boxes of the cloud that there is, as they are at each call, and the cloud. */
export function makeAccounts(world: World, cloud: () => CloudService): () => Accounts {
  const cloudPassword = bytesToHex(world.random("cloud password").bytes(12));
  return () => accountsOf(cloud().store.organisation.boxes, cloudPassword);
}

/** The box as it leaves the factory, with the keys hanging where the cloud's inventory has them. */
export function makeMachine(
  world: World,
  cloud: CloudService,
  broker: BrokerSide,
  id: string,
  options: {
    readonly net?: NetOptions | undefined;
    readonly parts?: PartsLevel | undefined;
    readonly engine?: Engine | undefined;
    readonly board?: BoardProfile | undefined;
    readonly journal?: FlashGeometry | undefined;
    readonly snapshot?: FlashGeometry | undefined;
    readonly images?: ImageFlashOptions | undefined;
  } = {},
): Machine {
  const { net = {}, parts = "ports", engine = NODE_ENGINE, journal, snapshot, images } = options;
  const box = cloud.store.organisation.boxes.find((one) => one.id === id)!;
  const { host, port, authority } = broker;
  const machine = new Machine(world, {
    name: box.id,
    board: options.board ?? boardOf(box.model).profile,
    boot: (hal, image) => engine.boot(hal, image),
    bootOnIo: engine.bootOnIo && ((hal, io, image) => engine.bootOnIo!(hal, io, image)),
    identity: identityImage(
      identityOf(box, { ...broker.way, ...broker.boxLogin, host, port, authority }),
      IDENTITY_PARTITION,
    ),
    openingComputrons: () => engine.openingComputrons,
    parts,
    units: unitsOf(box.bins.map((bin) => bin.label)),
    net,
    ...(journal && { journal }),
    ...(snapshot && { snapshot }),
    images,
  });
  for (const [bin] of box.bins.entries()) {
    const item = cloud.ingest.log.inventory.in(box.id, bin)?.item;
    const key = cloud.store.organisation.keys.find((one) => `key:${one.id}` === item);
    if (key?.fob !== undefined) machine.bins.stock(bin, key.fob);
  }
  return machine;
}

/** Number of bins of each unit, from labels such as `A-1`, `A-2`, `B-1`. */
function unitsOf(labels: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label.slice(0, 1), (counts.get(label.slice(0, 1)) ?? 0) + 1);
  return [...counts.values()];
}
