import { clipUtf8 } from "../../hal/bytes/utf8.js";
import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import { MAX_SEALED_BYTES, sameBytes } from "../wire/envelope.js";
import { isUpLane, Lane, parseTopic, topicOf } from "../wire/lanes.js";
import {
  Ack,
  type BodyCodec,
  COMMAND_AGE_MAX_S,
  Command,
  Fetch,
  Hello,
  MAX_FAULT_BYTES,
  MAX_FAULTS,
  MAX_FIRMWARE_BYTES,
  MAX_LINK_BYTES,
  MessageError,
  Offer,
  Piece,
  PROTOCOL_VERSION,
  State,
  Status,
  Welcome,
} from "../wire/messages.js";
import { padded } from "../wire/padding.js";
import { Deadline } from "../wiring/deadline.js";
import type { SyncHost } from "./contract.js";
import { Freshness } from "./freshness.js";
import type { Behind } from "./lag.js";
import { CLOCK_TOLERANCE_S, HELLO_LAST_WAIT_MS, HELLO_WAITS_MS } from "./limits.js";
import { Rest } from "./rest.js";
import type { SessionSeal } from "./session-seal.js";
import type { SnapshotPull } from "./snapshot-pull.js";
import { Uplink } from "./uplink.js";

/** Where a session's messages go: an MQTT connection. */
export interface Outlet {
  readonly ready: boolean;
  publish(topic: string, payload: Uint8Array, retain: boolean): void;
  /** Bytes of the longest payload that it takes on `topic`; undefined: no bound. */
  payloadBytesMax(topic: string): number | undefined;
}

const UNANSWERED = "cloud does not answer";

export interface SessionEvents {
  /** A genuine message of this session came. */
  heard(): void;
  /** A message was dropped; the count goes out with `status`. */
  dropped(): void;
  /** A welcome told over how many s boxes are to come back after an outage; undefined: it told nothing. */
  paced(seconds: number | undefined): void;
  /** The cloud welcomed the box, for the first time or after `offline`. */
  online(): void;
  /** The cloud stopped answering; the session goes on asking. */
  offline(reason: string): void;
  /** It did not answer, and the box was offline already; the session goes on asking. */
  unanswered(reason: string): void;
  /** The session is of no use; the connection is to be ended. */
  fail(reason: string): void;
  trace(text: string): void;
}

export interface SessionOptions {
  readonly host: SyncHost;
  readonly clock: ClockPort;
  readonly timers: TimersPort;
  readonly outlet: Outlet;
  readonly seal: SessionSeal;
  readonly pull: SnapshotPull;
  readonly link: string;
  /** s since the last sync before this session. */
  readonly stalenessSeconds: number;
  /** Messages dropped since boot. */
  readonly droppedCount: () => number;
  readonly behind: () => Behind;
  /** Told the cloud's time at each welcome: why the connection must end, though the cloud is genuine; undefined: it may go on. */
  readonly objection: (seconds: number) => string | undefined;
  /** s from then on for which the broker's certificate holds. */
  readonly certifiedSeconds: (seconds: number) => number;
  readonly events: SessionEvents;
}

/**
 * One session with the cloud, from SUBACK to the end of the connection (PROTOCOL.md section 3). Nothing waits in RAM to be
 * sent: it is noted what is wanted, and each message is made when the connection has room for it.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #uplink: Uplink;
  readonly #freshness = new Freshness();
  readonly #rest = new Rest();
  #online = false;
  #ended = false;
  /** A hello is out and its welcome has not come. */
  #awaitsWelcome = false;
  #unansweredHellos = 0;
  /** When the last hello went out, monotonic ms. */
  #helloSentAtMs = 0;
  readonly #wants = { hello: false, state: false, status: false };
  readonly #pumpDeadline: Deadline;
  readonly #helloDeadline: Deadline;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { host, timers, events } = options;
    this.#pumpDeadline = new Deadline(timers);
    this.#helloDeadline = new Deadline(timers);
    this.#uplink = new Uplink({
      journal: host.journal,
      clock: options.clock,
      timers,
      host: {
        wantsToSend: () => this.pump(),
        unanswered: () => this.hello(),
        unacknowledged: () => events.fail("cloud acknowledges no records"),
        acknowledged: (through) => host.acknowledged(through),
      },
    });
  }

  get online(): boolean {
    return this.#online;
  }

  /** Whether records were sent that the cloud has not acknowledged. */
  get outstanding(): boolean {
    return this.#uplink.outstanding;
  }

  /** What waits for the cloud: batches, and the bytes of their messages. */
  get load(): { readonly batches: number; readonly bytes: number } {
    return this.#uplink.load;
  }

  /** Says hello, unless one is out. Also for an online session that wants to know whether the cloud is still there. */
  hello(): void {
    if (!this.#ended && !this.#awaitsWelcome) this.#ask();
  }

  statusChanged(): void {
    this.#wants.status = true;
    this.#used();
    this.pump();
  }

  /** Somebody may be about to use the box: where the cloud was asked long ago, it is asked now. */
  attend(): void {
    if (this.#online && !this.#freshness.isYoung(this.#nowMs())) this.hello();
  }

  /** Sends what is wanted as soon as the caller has returned. */
  pump(): void {
    if (this.#ended) return;
    this.#pumpDeadline.setOnce(0, () => this.#sendWanted());
  }

  end(): void {
    this.#ended = true;
    this.#online = false;
    this.#uplink.end();
    this.#options.pull.suspend();
    this.#pumpDeadline.clear();
    this.#helloDeadline.clear();
  }

  message(topic: string, payload: Uint8Array): void {
    if (this.#ended) return;
    const { host, events } = this.#options;
    const named = parseTopic(topic);
    const taken =
      named !== undefined &&
      named.box === host.identity.box &&
      !isUpLane(named.lane) &&
      payload.length <= MAX_SEALED_BYTES &&
      (named.lane === Lane.welcome ? this.#takeWelcome(payload) : this.#takeSealed(named.lane, payload));
    if (!taken) events.dropped();
  }

  #sendWanted(): void {
    const { outlet } = this.#options;
    while (outlet.ready && !this.#ended) {
      if (this.#wants.hello) this.#sendHello();
      // The cloud takes nothing between a hello and what answers its welcome.
      else if (this.#awaitsWelcome || !this.#online) return;
      else if (!this.#freshness.isYoung(this.#nowMs())) this.#ask();
      else if (!this.#sendNext()) return;
    }
  }

  /** The session is in use: from here on it asks as often as a session in use does. */
  #used(): void {
    const rested = this.#rest.used();
    if (rested && this.#online && !this.#awaitsWelcome) this.#askLater();
  }

  #askLater(): void {
    this.#helloDeadline.set(this.#freshness.dueInMs(this.#nowMs(), this.#rest.ms), () => this.hello());
  }

  /** Sends the most urgent message of an open session. False: there is none. */
  #sendNext(): boolean {
    const { outlet, host, seal } = this.#options;
    if (this.#wants.state) {
      this.#wants.state = false;
      this.#send(Lane.state, State, { online: true }, true);
      return true;
    }
    const fetch = this.#options.pull.nextFetch();
    if (fetch !== undefined) {
      this.#used();
      this.#send(Lane.fetch, Fetch, fetch);
      return true;
    }
    const topic = topicOf(host.identity.box, Lane.records);
    const batch = this.#uplink.nextBatch(outlet.payloadBytesMax(topic));
    if (batch !== undefined) {
      this.#used();
      outlet.publish(topic, seal.sealInPlace(Lane.records, batch.message), false);
      if (batch.gapFrom !== undefined) host.missing(batch.gapFrom);
      return true;
    }
    if (this.#wants.status) {
      this.#wants.status = false;
      this.#sendStatus();
      return true;
    }
    return false;
  }

  #send<T>(lane: Lane, codec: BodyCodec<T>, body: T, retain = false): void {
    const { outlet, host, seal } = this.#options;
    outlet.publish(topicOf(host.identity.box, lane), seal.seal(lane, padded(lane, codec.encode(body))), retain);
  }

  /** The wait for the welcome begins here: a broker that leaves no room for the hello must not stretch it. */
  #ask(): void {
    this.#awaitsWelcome = true;
    this.#wants.hello = true;
    this.#freshness.asked(this.#nowMs());
    this.#helloDeadline.set(HELLO_WAITS_MS[this.#unansweredHellos] ?? HELLO_LAST_WAIT_MS, () =>
      this.#helloUnanswered(),
    );
    this.pump();
  }

  #sendHello(): void {
    this.#wants.hello = false;
    this.#helloSentAtMs = this.#nowMs();
    const { host, outlet, seal } = this.#options;
    const { journal } = host;
    const about = host.hello();
    const body = Hello.encode({
      protocol: PROTOCOL_VERSION,
      epoch: journal.epoch,
      oldest: journal.oldestSeq,
      next: journal.nextSeq,
      acked: journal.acknowledged,
      version: host.snapshotVersion(),
      ...about,
      firmware: clipUtf8(about.firmware, MAX_FIRMWARE_BYTES),
    });
    outlet.publish(topicOf(host.identity.box, Lane.hello), seal.sealHello(body), false);
  }

  /** Whatever of this session comes from now on, nobody can say how old it is: it is not taken, and the box is offline. */
  #helloUnanswered(): void {
    this.#unansweredHellos++;
    const { events, pull } = this.#options;
    if (this.#online) {
      this.#online = false;
      this.#uplink.end();
      pull.suspend();
      events.offline(UNANSWERED);
    } else {
      events.unanswered(UNANSWERED);
    }
    this.#ask();
  }

  #sendStatus(): void {
    const { host, link, stalenessSeconds, droppedCount, behind } = this.#options;
    const status = host.status();
    const faults = status.faults.slice(0, MAX_FAULTS).map((fault) => clipUtf8(fault, MAX_FAULT_BYTES));
    this.#send(Lane.status, Status, {
      ...status,
      staleness: stalenessSeconds,
      link: clipUtf8(link, MAX_LINK_BYTES),
      faults: faults.filter((fault) => fault.length > 0),
      count: droppedCount(),
      next: host.journal.nextSeq,
      version: host.snapshotVersion(),
      ...behind(),
      quiet: this.#rest.ms / 1000,
    });
  }

  #takeWelcome(payload: Uint8Array): boolean {
    const { seal, events } = this.#options;
    const opened = this.#awaitsWelcome ? seal.openWelcome(payload) : undefined;
    const welcome = opened && decoded(Welcome, opened.body);
    if (opened === undefined || welcome === undefined || welcome.of !== seal.helloCounter) return false;
    opened.accept();
    this.#awaitsWelcome = false;
    this.#wants.hello = false;
    this.#unansweredHellos = 0;
    this.#freshness.welcomed(this.#helloSentAtMs, welcome.time);
    this.#rest.welcomed(welcome.quiet, this.#options.certifiedSeconds(welcome.time));
    this.#askLater();
    events.heard();
    this.#welcomed(welcome);
    return true;
  }

  #welcomed(welcome: Welcome): void {
    const { host, events, pull, objection } = this.#options;
    this.#adjustClock(welcome.time);
    const reason = objection(welcome.time);
    if (reason !== undefined) {
      events.fail(reason);
      return;
    }
    events.paced(welcome.pace);
    // A cloud that bears silence takes the status for a word of presence; an older one wants the state each time.
    if (!this.#online || welcome.quiet === undefined) this.#wants.state = true;
    this.#wants.status = true;
    if (!this.#online) {
      this.#online = true;
      events.online();
    }
    const last = host.journal.nextSeq - 1;
    if (welcome.acked > last) {
      const what = host.journal.continueAfter(welcome.acked) ? "goes on from there" : "stays as it is";
      events.trace(`cloud has records to ${welcome.acked}, journal ends at ${last} and ${what}`);
    }
    const acked = Math.min(welcome.acked, host.journal.nextSeq - 1);
    this.#uplink.begin(acked, welcome.count);
    if (acked !== host.journal.acknowledged) host.acknowledged(acked);
    pull.offer({ version: welcome.version, total: welcome.total });
    pull.resume();
    this.pump();
  }

  #takeSealed(lane: Lane, payload: Uint8Array): boolean {
    const { seal, events } = this.#options;
    if (!this.#freshness.takes(this.#nowMs())) return this.#knock();
    const body = seal.open(lane, payload);
    if (body === undefined) return false;
    events.heard();
    this.#used();
    switch (lane) {
      case Lane.ack:
        return this.#takeAck(decoded(Ack, body));
      case Lane.snapshot:
        return taken(decoded(Piece, body), (piece) => this.#options.pull.piece(piece));
      case Lane.offer:
        return taken(decoded(Offer, body), (offer) => this.#options.pull.offer(offer));
      case Lane.command:
        return taken(decoded(Command, body), (command) => this.#takeCommand(command));
      default:
        return false;
    }
  }

  /** Nobody can say how old a message is that comes to a session at rest. It is not taken; but it may be that the cloud wants something. */
  #knock(): boolean {
    if (!this.#online || this.#awaitsWelcome) return false;
    this.hello();
    return true;
  }

  #takeAck(ack: Ack | undefined): boolean {
    const { epoch } = this.#options.host.journal;
    if (ack === undefined || epoch === undefined || !sameBytes(ack.epoch, epoch)) return false;
    return this.#uplink.take(ack.through);
  }

  /** False: held back for too long on its way. There is no receipt then, and the cloud seals it anew. */
  #takeCommand(command: Command): boolean {
    const { time, sent } = command;
    const age = (seconds: number) => this.#freshness.ageSeconds(seconds, this.#nowMs());
    if (sent !== undefined && age(sent) > COMMAND_AGE_MAX_S) return false;
    this.#options.host.command(command, time === undefined ? undefined : age(time));
    return true;
  }

  /** The cloud read its clock between the hello and now: half the round trip is the error, and a clock inside it stays. */
  #adjustClock(seconds: number): void {
    const { clock, host } = this.#options;
    const halfSeconds = Math.round((this.#nowMs() - this.#helloSentAtMs) / 2000);
    const own = clock.wallSeconds();
    const told = seconds + halfSeconds;
    if (own === undefined || Math.abs(own - told) > CLOCK_TOLERANCE_S + halfSeconds) host.setTime(told);
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}

/** Hands a body that could be decoded to `use`; false: it could not be, or `use` says that it was out of turn. */
function taken<T>(body: T | undefined, use: (body: T) => unknown): boolean {
  return body !== undefined && use(body) !== false;
}

function decoded<T>(codec: BodyCodec<T>, body: Uint8Array): T | undefined {
  try {
    return codec.decode(body);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}
