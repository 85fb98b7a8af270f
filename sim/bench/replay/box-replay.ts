import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lane, topicOf } from "../../../firmware/wire/lanes.js";
import type { Accounts } from "../../broker/accounts.js";
import { BadWay } from "../../broker/bad-way.js";
import { CloudStore } from "../../cloud/store.js";
import type { CloudTransport } from "../../cloud/transport.js";
import { type Engine, NODE_ENGINE } from "../../engines/engine.js";
import { makeSample, SAMPLE_BOXES } from "../../samples/sample.js";
import { type BrokerSide, inWorldTime } from "../../trials/stage/broker-side.js";
import { cloudHas, isInSync } from "../../trials/stage/in-sync.js";
import { makeAccounts, makeCloud, makeMachine } from "../../trials/stage/stage.js";
import { PacedDriver } from "../../world/clock/paced.js";
import type { Machine } from "../../world/machine/machine.js";
import { World } from "../../world/machine/world.js";
import { RealNetwork } from "../../world/net/real-network.js";
import { CountedNetwork } from "./counted-network.js";
import { writeRecords } from "./records.js";

const BOX = SAMPLE_BOXES.ms5;
const SYNC_LIMIT_MS = 60_000;
const REPLAY_LIMIT_MS = 600_000;

/** What a replay took, from the first byte of the first batch to the ack of the last record at the box. */
export interface Replayed {
  readonly recordsPerSecond: number;
  readonly milliseconds: number;
  /** Bytes of MQTT, inside TLS where there is any. */
  readonly sentBytesPerRecord: number;
  readonly receivedBytesPerRecord: number;
  /** What the cloud got of them. */
  readonly batches: { readonly publishes: number; readonly bytesEach: number };
}

/** What passes between the cloud and its broker. */
interface Seen {
  /** The ack of this record is the one that the replay waits for. */
  wanted: number;
  batches: number;
  batchBytes: number;
}

export interface BoxReplayOptions {
  readonly seed: number;
  readonly broker: (accounts: () => Accounts) => Promise<BrokerSide>;
  /** Node if absent. Closed with the rest. */
  readonly engine?: Engine;
  /** Where the cloud keeps what it commits. */
  readonly store: "file" | "memory";
  /** The box's send buffer, bytes that TCP may have under way; the delay is the link's then. */
  readonly sendWindowBytes?: number;
}

/** The real firmware and the real cloud on a real broker, in real time, with the delay on the box's side of the broker. */
export class BoxReplay {
  readonly #world: World;
  readonly #network: CountedNetwork;
  readonly #machine: Machine;
  readonly #way: BadWay;
  readonly #options: BoxReplayOptions;
  readonly #close: () => Promise<void>;
  readonly #seen: Seen;
  readonly broker: BrokerSide;
  readonly #has: () => number;
  readonly #inSync: () => boolean;

  private constructor(needs: {
    world: World;
    network: CountedNetwork;
    machine: Machine;
    way: BadWay;
    broker: BrokerSide;
    options: BoxReplayOptions;
    seen: Seen;
    has: () => number;
    inSync: () => boolean;
    close: () => Promise<void>;
  }) {
    this.#world = needs.world;
    this.#network = needs.network;
    this.#machine = needs.machine;
    this.#way = needs.way;
    this.broker = needs.broker;
    this.#options = needs.options;
    this.#seen = needs.seen;
    this.#has = needs.has;
    this.#inSync = needs.inSync;
    this.#close = needs.close;
  }

  static async open(options: BoxReplayOptions): Promise<BoxReplay> {
    let network: CountedNetwork | undefined;
    const world = new World({
      seed: options.seed,
      network: (scheduler) => {
        network = new CountedNetwork(new RealNetwork(scheduler));
        return network;
      },
      driver: (scheduler, { external: _ }) =>
        new PacedDriver(scheduler, { rate: 1, external: () => network!.external }),
    });
    const folder = mkdtempSync(join(tmpdir(), "smartbox-replay-"));
    const store = options.store === "memory" ? new CloudStore() : CloudStore.inFile(join(folder, "cloud.json"));
    const cloud = makeCloud(world, store);
    makeSample(cloud, options.seed);
    const broker = await options.broker(makeAccounts(world, () => cloud));
    const way = await BadWay.start(broker.port);
    const seen: Seen = { wanted: Number.POSITIVE_INFINITY, batches: 0, batchBytes: 0 };
    const transport = inWorldTime(await broker.connectCloud(), world.scheduler);
    const { engine = NODE_ENGINE, sendWindowBytes } = options;
    const machine = makeMachine(world, cloud, { ...broker, port: way.port }, BOX, {
      net: { links: ["ethernet"], ...(sendWindowBytes && { sendWindowBytes }) },
      engine,
    });
    const has = () => cloudHas(cloud, machine);
    const [records, ack] = [topicOf(BOX, Lane.records), topicOf(BOX, Lane.ack)];
    cloud.attach(
      seenBy(transport, (topic, payload) => {
        if (topic === ack && has() >= seen.wanted) network!.await(payload);
        if (topic !== records) return;
        seen.batches++;
        seen.batchBytes += payload.length;
      }),
    );
    const close = async (): Promise<void> => {
      machine.powerCut();
      engine.close();
      cloud.close();
      world.close();
      await way.stop();
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    };
    const inSync = () => isInSync(cloud, machine);
    return new BoxReplay({ world, network: network!, machine, way, broker, options, seen, has, inSync, close });
  }

  get wayPort(): number {
    return this.#way.port;
  }

  /** `count` records that were written while the box was off, replayed over `roundTripMs`. */
  async replay(count: number, roundTripMs: number): Promise<Replayed> {
    await this.#catchUp();
    const { scheduler } = this.#world;
    const last = writeRecords(this.#machine, count, this.#world.random(`records ${scheduler.nowMs}`));
    this.#network.begin();
    Object.assign(this.#seen, { wanted: last, batches: 0, batchBytes: 0 });
    this.#delay(roundTripMs);
    this.#machine.restorePower();
    await this.#world.until(() => this.#network.seen !== undefined, REPLAY_LIMIT_MS, `the ack of ${count} records`);
    const { milliseconds, sentBytes, receivedBytes } = this.#network.seen!;
    if (this.#has() < last) throw new Error(`the cloud has ${this.#has()} of ${last} records`);
    const { batches, batchBytes } = this.#seen;
    return {
      batches: { publishes: batches, bytesEach: Math.round(batchBytes / batches) },
      recordsPerSecond: Math.round((1_000 * count) / milliseconds),
      milliseconds,
      sentBytesPerRecord: sentBytes / count,
      receivedBytesPerRecord: receivedBytes / count,
    };
  }

  async close(): Promise<void> {
    await this.#close();
  }

  /** The box has nothing that is new and everything that it needs; then it is off. */
  async #catchUp(): Promise<void> {
    this.#delay(0);
    if (this.#machine.boots === 0) this.#machine.start();
    await this.#world.until(this.#inSync, SYNC_LIMIT_MS, "box and cloud to agree");
    this.#machine.powerCut();
  }

  #delay(roundTripMs: number): void {
    const isLinks = this.#options.sendWindowBytes !== undefined;
    this.#way.faults = { roundTripMs: isLinks ? 0 : roundTripMs };
    this.#machine.net.setLatency(isLinks ? roundTripMs / 2 : 0);
  }
}

/** `transport`, and `sees` is told of what goes through. */
function seenBy(transport: CloudTransport, sees: (topic: string, payload: Uint8Array) => void): CloudTransport {
  const wrapped: CloudTransport = {
    onMessage: undefined,
    publish: (topic, payload) => {
      sees(topic, payload);
      transport.publish(topic, payload);
    },
    hears: () => transport.hears?.() ?? true,
    close: () => transport.close(),
  };
  transport.onMessage = (topic, payload) => {
    sees(topic, payload);
    wrapped.onMessage?.(topic, payload);
  };
  return wrapped;
}
