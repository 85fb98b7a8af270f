import { clipUtf8 } from "../../hal/bytes/utf8.js";
import { Lane, topicOf } from "../wire/lanes.js";
import {
  type BodyCodec,
  Fetch,
  MAX_FAULT_BYTES,
  MAX_FAULTS,
  MAX_LINK_BYTES,
  State,
  Status,
  type Welcome,
} from "../wire/messages.js";
import { padded } from "../wire/padding.js";
import { Deadline } from "../wiring/deadline.js";
import { SessionHandshake, type SessionHandshakeHost } from "./handshake.js";
import { Inbox } from "./inbox.js";
import type { Channel, Lasting } from "./lasting.js";
import { Uplink, type UplinkHost } from "./uplink.js";

export interface SessionHost {
  /** A welcome told over how many s boxes are to come back after an outage; undefined: it told nothing. */
  paced(seconds: number | undefined): void;
}

/**
 * One session with the cloud, from SUBACK to the end of the connection (PROTOCOL.md section 3). Nothing waits in RAM to be
 * sent: it is noted what is wanted, and each message is made when the connection has room for it.
 */
export class Session implements SessionHandshakeHost, UplinkHost {
  readonly #lasting: Lasting;
  readonly #channel: Channel;
  readonly #host: SessionHost;
  readonly #handshake: SessionHandshake;
  readonly #uplink: Uplink;
  readonly #inbox: Inbox;
  /** s since the last sync before this session. */
  readonly #stalenessSeconds: number;
  readonly #wants = { state: false, status: false };
  readonly #pumpDeadline: Deadline;
  #ended = false;

  constructor(lasting: Lasting, channel: Channel, host: SessionHost) {
    this.#lasting = lasting;
    this.#channel = channel;
    this.#host = host;
    const { host: box, clock, timers, standing, bounds } = lasting;
    this.#handshake = new SessionHandshake(lasting, channel, this);
    this.#uplink = new Uplink({ journal: box.journal, clock, timers, bounds, host: this });
    this.#inbox = new Inbox(lasting, channel, this.#handshake, this.#uplink);
    // Never synced, as far as is known: the time since boot is the least it can be.
    this.#stalenessSeconds = standing.secondsSinceSync() ?? Math.floor(clock.monotonicMs() / 1000);
    this.#pumpDeadline = new Deadline(timers);
  }

  get online(): boolean {
    return this.#handshake.online;
  }

  /** Whether records were sent that the cloud has not acknowledged. */
  get outstanding(): boolean {
    return this.#uplink.outstanding;
  }

  /** Bytes of the longest message of records, where the cloud has got none of them in this session; otherwise undefined. */
  get stuckBytes(): number | undefined {
    return this.#uplink.stuckBytes;
  }

  /** What waits for the cloud: batches, and the bytes of their messages. */
  get load(): { readonly batches: number; readonly bytes: number } {
    return this.#uplink.load;
  }

  /** Says hello, unless one is out. Also for an online session that wants to know whether the cloud is still there. */
  hello(): void {
    this.#handshake.hello();
  }

  statusChanged(): void {
    this.#wants.status = true;
    this.#handshake.used();
    this.wantsToSend();
  }

  /** Somebody may be about to use the box: where the cloud was asked long ago, it is asked now. */
  attend(): void {
    if (this.online && !this.#handshake.isYoung) this.hello();
  }

  message(topic: string, payload: Uint8Array): void {
    if (!this.#ended && !this.#inbox.take(topic, payload)) this.#lasting.standing.dropped();
  }

  end(): void {
    this.#ended = true;
    this.#handshake.end();
    this.#uplink.end();
    this.#lasting.pull.suspend();
    this.#pumpDeadline.clear();
  }

  /** Sends what is wanted as soon as the caller has returned. */
  wantsToSend(): void {
    if (!this.#ended) this.#pumpDeadline.setOnce(0, () => this.#sendWanted());
  }

  /** `SessionHandshakeHost`. */
  welcomed({ acked: told, count, pace, quiet, version, total, release }: Welcome, isFirst: boolean): void {
    const { pull } = this.#lasting;
    this.#host.paced(pace);
    // A cloud that bears silence takes the status for a word of presence; an older one wants the state each time.
    if (isFirst || quiet === undefined) this.#wants.state = true;
    this.#wants.status = true;
    this.#goOnAfter(told, count);
    pull.offer({ version, total });
    pull.resume();
    this.#lasting.host.update?.welcomed(release);
    this.wantsToSend();
  }

  /** `SessionHandshakeHost`. */
  silent(): void {
    this.#uplink.end();
    this.#lasting.pull.suspend();
  }

  /** `UplinkHost`. */
  unanswered(): void {
    this.hello();
  }

  /** `UplinkHost`. */
  unacknowledged(): void {
    this.#channel.outlet.close("cloud acknowledges no records");
  }

  /** `UplinkHost`. */
  acknowledged(through: number): void {
    this.#lasting.host.acknowledged(through);
  }

  /** The cloud says what it has, which may be more than is left of a damaged journal, and takes `count` records in a batch. */
  #goOnAfter(told: number, count: number | undefined): void {
    const { host, standing } = this.#lasting;
    const { journal } = host;
    const last = journal.nextSeq - 1;
    if (told > last) {
      const what = journal.continueAfter(told) ? "goes on from there" : "stays as it is";
      standing.trace(`cloud has records to ${told}, journal ends at ${last} and ${what}`);
    }
    const acked = Math.min(told, journal.nextSeq - 1);
    this.#uplink.begin(acked, count);
    if (acked !== journal.acknowledged) host.acknowledged(acked);
  }

  #sendWanted(): void {
    const { outlet } = this.#channel;
    const handshake = this.#handshake;
    while (outlet.ready && !this.#ended) {
      if (handshake.wantsHello) handshake.sendHello();
      else if (!handshake.isOpen) return;
      else if (!handshake.isYoung) handshake.hello();
      else if (!this.#sendNext()) return;
    }
  }

  /** Sends the most urgent message of an open session. False: there is none. */
  #sendNext(): boolean {
    if (this.#wants.state) {
      this.#wants.state = false;
      this.#send(Lane.state, State, { online: true }, true);
      return true;
    }
    const fetch = this.#lasting.pull.nextFetch();
    if (fetch !== undefined) {
      this.#handshake.used();
      this.#send(Lane.fetch, Fetch, fetch);
      return true;
    }
    if (this.#sendRecords()) return true;
    if (!this.#wants.status) return this.#sendPull();
    this.#wants.status = false;
    this.#sendStatus();
    return true;
  }

  /** Last of all: nothing waits for an update. */
  #sendPull(): boolean {
    const pull = this.#lasting.host.update?.nextPull();
    if (pull === undefined) return false;
    this.#handshake.used();
    this.#publish(Lane.pull, pull);
    return true;
  }

  #sendRecords(): boolean {
    const { host } = this.#lasting;
    const { outlet, seal } = this.#channel;
    const topic = topicOf(host.identity.box, Lane.records);
    const batch = this.#uplink.nextBatch(outlet.payloadBytesMax(topic));
    if (batch === undefined) return false;
    this.#handshake.used();
    outlet.publish(topic, seal.sealInPlace(Lane.records, batch.message), false);
    if (batch.gapFrom !== undefined) host.missing(batch.gapFrom);
    return true;
  }

  #sendStatus(): void {
    const { host, standing, lag } = this.#lasting;
    const status = host.status();
    const faults = status.faults.slice(0, MAX_FAULTS).map((fault) => clipUtf8(fault, MAX_FAULT_BYTES));
    this.#send(Lane.status, Status, {
      ...status,
      staleness: this.#stalenessSeconds,
      link: clipUtf8(this.#channel.link, MAX_LINK_BYTES),
      faults: faults.filter((fault) => fault.length > 0),
      count: standing.droppedMessages,
      next: host.journal.nextSeq,
      version: host.snapshotVersion(),
      ...lag.behind,
      quiet: this.#handshake.quietSeconds,
    });
  }

  #send<T>(lane: Lane, codec: BodyCodec<T>, body: T, retain = false): void {
    this.#publish(lane, padded(lane, codec.encode(body)), retain);
  }

  #publish(lane: Lane, body: Uint8Array, retain = false): void {
    const { outlet, seal } = this.#channel;
    outlet.publish(topicOf(this.#lasting.host.identity.box, lane), seal.seal(lane, body), retain);
  }
}
