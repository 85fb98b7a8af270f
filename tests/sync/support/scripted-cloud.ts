import { decodeCbor, encodeCbor } from "../../../firmware/wire/cbor.js";
import { openEnvelope, sameBytes, seal } from "../../../firmware/wire/envelope.js";
import { Lane, parseTopic, topicOf, UP_FILTER } from "../../../firmware/wire/lanes.js";
import {
  Ack,
  Command,
  Fetch,
  Hello,
  MAX_PIECE_BYTES,
  Offer,
  Piece,
  Records,
  State,
  Status,
  Welcome,
} from "../../../firmware/wire/messages.js";
import type { VirtualBroker } from "../../../sim/broker/virtual/virtual-broker.js";
import type { VirtualTime } from "../../support/virtual-time.js";

const NO_CHALLENGE = new Uint8Array(8);

/** The cloud's side of the protocol for one box, with switches for what may go wrong. */
export class ScriptedCloud {
  welcomes = true;
  acks = true;
  answersFetches = true;
  acked = 0;
  /** What a welcome says that a batch may hold; undefined: an older cloud. */
  batchRecords: number | undefined;
  /** s of silence that a welcome allows; undefined: an older cloud. */
  quiet: number | undefined;
  time = 1_700_000_000;
  snapshot: { version: number; bytes: Uint8Array } | undefined;
  /** Sees each piece before it goes out; false: it is lost. */
  piece: (offset: number) => boolean = () => true;
  readonly records = new Map<number, Uint8Array>();
  readonly gaps: { from: number; to: number }[] = [];
  readonly hellos: Hello[] = [];
  readonly batches: Records[] = [];
  readonly fetches: Fetch[] = [];
  readonly statuses: Status[] = [];
  /** Up messages that did not open or were out of turn. */
  refused = 0;
  /** What was published to the box: for replays. */
  readonly sent: { topic: string; payload: Uint8Array }[] = [];
  online: boolean | undefined;
  readonly #broker: VirtualBroker;
  readonly #time: VirtualTime;
  readonly #key: Uint8Array;
  readonly #box: string;
  #session: Uint8Array = NO_CHALLENGE;
  #challenge: Uint8Array = NO_CHALLENGE;
  #challenges = 0;
  #downCounter = 0;
  #upCounter = 0;

  constructor(broker: VirtualBroker, time: VirtualTime, key: Uint8Array, box: string) {
    this.#broker = broker;
    this.#time = time;
    this.#key = key;
    this.#box = box;
    broker.subscribe(UP_FILTER, ({ topic, payload }) => time.set(10, () => this.#take(topic, payload)));
  }

  /** Fields that a newer cloud adds to every body. */
  extra: object | undefined;

  /** Seals and publishes for the present session. */
  send(lane: Lane, plain: Uint8Array): void {
    const body = this.extra === undefined ? plain : encodeCbor({ ...decodeCbor(plain), ...this.extra });
    this.#downCounter++;
    this.raw(lane, seal(this.#key, lane, this.#session, this.#challenge, this.#downCounter, body));
  }

  raw(lane: Lane, payload: Uint8Array): void {
    const message = { topic: topicOf(this.#box, lane), payload };
    this.sent.push(message);
    this.#broker.publish({ ...message, qos: 1, retain: false });
  }

  command(command: Command): void {
    this.send(Lane.command, Command.encode(command));
  }

  offer(): void {
    const { version, bytes } = this.snapshot!;
    this.send(Lane.offer, Offer.encode({ version, total: bytes.length }));
  }

  ack(through: number, epoch: Uint8Array): void {
    this.send(Lane.ack, Ack.encode({ epoch, through }));
  }

  #take(topic: string, payload: Uint8Array): void {
    const { lane } = parseTopic(topic)!;
    const opened = openEnvelope(this.#key, lane, payload);
    if (opened === undefined) {
      this.refused++;
      return;
    }
    const { body, session, challenge, counter } = opened;
    if (lane === Lane.hello) {
      this.#hello(Hello.decode(body), session, counter);
      return;
    }
    if (lane === Lane.state && counter === 0) {
      this.online = State.decode(body).online;
      return;
    }
    if (!sameBytes(session, this.#session) || !sameBytes(challenge, this.#challenge) || counter <= this.#upCounter) {
      this.refused++;
      return;
    }
    this.#upCounter = counter;
    if (lane === Lane.state) this.online = State.decode(body).online;
    if (lane === Lane.status) this.statuses.push(Status.decode(body));
    if (lane === Lane.records) this.#records(Records.decode(body));
    if (lane === Lane.fetch) this.#fetch(Fetch.decode(body));
  }

  #hello(hello: Hello, session: Uint8Array, counter: number): void {
    this.hellos.push(hello);
    if (!this.welcomes) return;
    this.#session = session.slice();
    this.#challenge = new Uint8Array(8).fill(0xc0);
    new DataView(this.#challenge.buffer).setUint32(4, ++this.#challenges);
    this.#downCounter = 0;
    this.#upCounter = 0;
    this.send(
      Lane.welcome,
      Welcome.encode({
        of: counter,
        acked: this.acked,
        version: this.snapshot?.version ?? 0,
        total: this.snapshot?.bytes.length ?? 0,
        count: this.batchRecords,
        quiet: this.quiet,
        time: this.time + Math.floor(this.#time.nowMs / 1000),
      }),
    );
  }

  #records(batch: Records): void {
    this.batches.push(batch);
    if (!this.acks) return;
    const from = batch.gapFrom ?? batch.first;
    if (from <= this.acked + 1) {
      if (batch.gapFrom !== undefined && batch.first > this.acked + 1) {
        this.gaps.push({ from: this.acked + 1, to: batch.first - 1 });
      }
      for (const [i, record] of batch.records.entries()) this.records.set(batch.first + i, record);
      this.acked = Math.max(this.acked, batch.first + batch.records.length - 1);
    }
    this.ack(this.acked, batch.epoch);
  }

  #fetch(fetch: Fetch): void {
    this.fetches.push(fetch);
    const { snapshot } = this;
    if (!this.answersFetches || snapshot === undefined || fetch.version !== snapshot.version) return;
    const end = Math.min(fetch.offset + fetch.count, snapshot.bytes.length);
    for (let offset = fetch.offset; offset < end; offset += MAX_PIECE_BYTES) {
      const bytes = snapshot.bytes.subarray(offset, Math.min(end, offset + MAX_PIECE_BYTES));
      if (this.piece(offset)) this.send(Lane.snapshot, Piece.encode({ version: fetch.version, offset, bytes }));
    }
  }
}
