import { encodeRecord } from "../../../firmware/records/codec.js";
import { Flag, Kind, type Rec } from "../../../firmware/records/records.js";
import { openEnvelope, seal } from "../../../firmware/wire/envelope.js";
import { Lane, parseTopic, topicOf } from "../../../firmware/wire/lanes.js";
import {
  Ack,
  type BodyCodec,
  Command,
  Hello,
  Offer,
  Piece,
  Records,
  State,
  Welcome,
} from "../../../firmware/wire/messages.js";
import { hexToBytes } from "../../../sim/cloud/domain.js";
import type { Shelf } from "../../../sim/cloud/releases/shelf.js";
import { CloudService } from "../../../sim/cloud/service.js";
import type { Group, LogReader } from "../../../sim/cloud/store/engine.js";
import type { WholeLog } from "../../../sim/cloud/store/lines.js";
import { MemoryEngine } from "../../../sim/cloud/store/memory.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import type { CloudTransport } from "../../../sim/cloud/transport.js";
import { makeSample } from "../../../sim/samples/sample.js";
import { Random } from "../../../sim/world/random.js";
import { ManualTimers } from "../../support/manual-timers.js";

/** 2026-06-01T10:00:00Z. */
export const START_SECONDS = 1_780_308_000;
export const BOX = "MS5-PARIS";
export const EPOCH = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** A disk that can fail; what was saved outlives the store. */
export class FailingMemory {
  /** Everything, as `CloudStore.data` was. */
  saved: string | undefined;
  failure: Error | undefined;
  writes = 0;

  /** As a cloud that starts finds it. */
  store(): CloudStore {
    return new CloudStore(new FailingEngine(this));
  }
}

class FailingEngine extends MemoryEngine {
  readonly #disk: FailingMemory;

  constructor(disk: FailingMemory) {
    super(disk.saved === undefined ? undefined : JSON.parse(disk.saved));
    this.#disk = disk;
  }

  override commit(group: Group, done: (error?: Error) => void): void {
    if (this.#disk.failure !== undefined) done(this.#disk.failure);
    else this.#save(group, done);
  }

  #save(group: Group, done: () => void): void {
    super.commit(group, () => {
      this.#disk.writes++;
      this.#disk.saved = JSON.stringify({ ...this.document, ...wholeOf(this.log) });
      done();
    });
  }
}

function wholeOf(log: LogReader): WholeLog {
  const { exchanges, emergencies, events, gaps, notices } = log.whole();
  return { exchanges, emergencies, events, gaps, notices };
}

export class CloudRig {
  readonly timers = new ManualTimers();
  readonly problems: string[] = [];
  /** Alerts that began. */
  readonly told: string[] = [];
  readonly sent: { topic: string; payload: Uint8Array }[] = [];
  readonly cloud: CloudService;
  transport: CloudTransport;

  constructor(options: { seed?: number; store?: CloudStore; sample?: boolean; shelf?: Shelf } = {}) {
    const random = new Random(options.seed ?? 1);
    this.cloud = new CloudService({
      store: options.store ?? new CloudStore(),
      now: () => START_SECONDS + this.timers.nowMs / 1000,
      timers: this.timers,
      random: (count) => random.bytes(count),
      onProblem: (message) => this.problems.push(message),
      onAlert: (message) => this.told.push(message),
      shelf: options.shelf,
    });
    if (options.sample ?? true) makeSample(this.cloud, 7);
    this.transport = {
      onMessage: undefined,
      publish: (topic, payload) => void this.sent.push({ topic, payload }),
      close: () => {},
    };
    this.cloud.attach(this.transport);
  }

  receive(topic: string, payload: Uint8Array): void {
    this.transport.onMessage?.(topic, payload);
  }
}

const DOWN = new Map<Lane, BodyCodec<object>>([
  [Lane.welcome, Welcome],
  [Lane.ack, Ack],
  [Lane.snapshot, Piece],
  [Lane.command, Command],
  [Lane.offer, Offer],
]);

/** A box's side of the protocol, with no firmware behind it. */
export class TestBox {
  readonly #world: CloudRig;
  readonly box: string;
  readonly key: Uint8Array;
  session: Uint8Array = new Uint8Array(8);
  challenge: Uint8Array = new Uint8Array(8);
  #hello = 0;
  counter = 0;
  #seen = 0;

  constructor(world: CloudRig, box = BOX) {
    this.#world = world;
    this.box = box;
    this.key = hexToBytes(world.cloud.store.organisation.boxes.find((b) => b.id === box)!.sealingKey);
  }

  /** What came down since the last call, opened; what does not open for this session is `undefined`. */
  read(): { lane: Lane; body: Record<string, unknown> }[] {
    const fresh = this.#world.sent.slice(this.#seen);
    this.#seen = this.#world.sent.length;
    return fresh.flatMap(({ topic, payload }) => {
      const target = parseTopic(topic)!;
      // A knock.
      if (target.box !== this.box || payload.length === 0) return [];
      const opened = openEnvelope(this.key, target.lane, payload)!;
      const isOurs = opened.session.every((byte, i) => byte === this.session[i]);
      if (target.lane === Lane.welcome && isOurs) this.challenge = opened.challenge;
      const body = DOWN.get(target.lane)!.decode(opened.body) as Record<string, unknown>;
      return [{ lane: target.lane, body }];
    });
  }

  bodies<T>(lane: Lane): T[] {
    return this.read().flatMap((m) => (m.lane === lane ? [m.body as T] : []));
  }

  sendHello(fields: Partial<Hello> = {}): void {
    this.#hello++;
    const body: Hello = {
      protocol: 1,
      epoch: EPOCH,
      oldest: 1,
      next: 1,
      acked: 0,
      version: 0,
      model: "MS5",
      firmware: "test",
      boot: 1,
      bins: 24,
      ...fields,
    };
    const sealed = seal(this.key, Lane.hello, this.session, new Uint8Array(8), this.#hello, Hello.encode(body));
    this.#world.receive(topicOf(this.box, Lane.hello), sealed);
  }

  hello(fields: Partial<Hello> = {}): Welcome {
    this.sendHello(fields);
    const [welcome] = this.bodies<Welcome>(Lane.welcome);
    if (welcome === undefined) throw new Error("no welcome");
    this.counter = 0;
    return welcome;
  }

  /** A new MQTT connection, welcomed and proven. */
  connect(session = 1, fields: Partial<Hello> = {}): Welcome {
    this.session = new Uint8Array(8).fill(session);
    const welcome = this.hello(fields);
    this.send(Lane.state, State, { online: true });
    return welcome;
  }

  sealed<T extends object>(lane: Lane, codec: BodyCodec<T>, body: T): Uint8Array {
    this.counter++;
    return seal(this.key, lane, this.session, this.challenge, this.counter, codec.encode(body));
  }

  send<T extends object>(lane: Lane, codec: BodyCodec<T>, body: T): void {
    this.#world.receive(topicOf(this.box, lane), this.sealed(lane, codec, body));
  }

  records(first: number, records: readonly Rec[], gapFrom?: number, epoch = EPOCH): void {
    this.send(Lane.records, Records, { epoch, first, records: records.map((r) => encodeRecord(r)), gapFrom });
  }

  will(): void {
    const body = State.encode({ online: false });
    const sealed = seal(this.key, Lane.state, this.session, new Uint8Array(8), 0, body);
    this.#world.receive(topicOf(this.box, Lane.state), sealed);
  }
}

/** A stamp of synced wall time. */
export function at(seconds: number, flags: number = Flag.wallTime | Flag.synced): { at: number; flags: number } {
  return { at: seconds, flags };
}

/** A record of which nobody is told. */
export function door(count: number): Rec {
  return { kind: Kind.codeFailure, count: 1, target: 0, ...at(START_SECONDS + count) };
}
