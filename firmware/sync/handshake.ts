import { clipUtf8 } from "../../hal/bytes/utf8.js";
import { Lane, topicOf } from "../wire/lanes.js";
import {
  COMMAND_AGE_MAX_S,
  type Command,
  Hello,
  MAX_FIRMWARE_BYTES,
  PROTOCOL_VERSION,
  Welcome,
} from "../wire/messages.js";
import { Deadline } from "../wiring/deadline.js";
import { secondsLeft } from "./certificate-dates.js";
import { decoded } from "./decoded.js";
import { Freshness } from "./freshness.js";
import type { Channel, Lasting } from "./lasting.js";
import { CLOCK_TOLERANCE_S, HELLO_LAST_WAIT_MS, HELLO_WAITS_MS } from "./limits.js";
import { Rest } from "./rest.js";

const UNANSWERED = "cloud does not answer";

/** What the handshake asks of its session, and tells it. */
export interface SessionHandshakeHost {
  /** `sendHello` is wanted. */
  wantsToSend(): void;
  /** A welcome came that nothing speaks against; `isFirst`: the box was not online before it. */
  welcomed(welcome: Welcome, isFirst: boolean): void;
  /** The cloud stopped answering: the session is not online any more, and goes on asking. */
  silent(): void;
}

/**
 * Asks the cloud whether it is there, and knows by its answers how old at most what comes of it can be (PROTOCOL.md section 3).
 * It asks when the session begins, when the last answer gets old, and whenever somebody wants to know.
 */
export class SessionHandshake {
  readonly #lasting: Lasting;
  readonly #channel: Channel;
  readonly #host: SessionHandshakeHost;
  readonly #freshness = new Freshness();
  readonly #rest = new Rest();
  readonly #deadline: Deadline;
  #online = false;
  #ended = false;
  /** A hello is out, or about to go, and its welcome has not come. */
  #awaitsWelcome = false;
  #wantsHello = false;
  #unansweredHellos = 0;
  /** When the last hello went out, monotonic ms. */
  #sentAtMs = 0;

  constructor(lasting: Lasting, channel: Channel, host: SessionHandshakeHost) {
    this.#lasting = lasting;
    this.#channel = channel;
    this.#host = host;
    this.#deadline = new Deadline(lasting.timers);
  }

  /** The cloud has welcomed this session and answers. */
  get online(): boolean {
    return this.#online;
  }

  /** Whether the next message is to be a hello. */
  get wantsHello(): boolean {
    return this.#wantsHello;
  }

  /** Whether messages besides a hello may go out: the cloud takes nothing between a hello and what answers its welcome. */
  get isOpen(): boolean {
    return this.#online && !this.#awaitsWelcome;
  }

  /** Whether the last answer is so young that the box may send by it; past that it asks first. */
  get isYoung(): boolean {
    return this.#freshness.isYoung(this.#nowMs());
  }

  /** Whether a message of the session may be taken now. */
  get takes(): boolean {
    return this.#freshness.takes(this.#nowMs());
  }

  /** s from a hello to the next, as the session is used now. */
  get quietSeconds(): number {
    return this.#rest.ms / 1000;
  }

  /** Asks, unless that is under way. */
  hello(): void {
    if (!this.#awaitsWelcome) this.#ask();
  }

  /** The session is in use: from here on it asks as often as a session in use does. */
  used(): void {
    const rested = this.#rest.used();
    if (rested && this.isOpen) this.#askLater();
  }

  end(): void {
    this.#ended = true;
    this.#online = false;
    this.#deadline.clear();
  }

  sendHello(): void {
    this.#wantsHello = false;
    this.#sentAtMs = this.#nowMs();
    const { host } = this.#lasting;
    const { outlet, seal } = this.#channel;
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

  /** False: it is no welcome to the last hello, and nothing was done. */
  takeWelcome(payload: Uint8Array): boolean {
    const { seal, socket } = this.#channel;
    const opened = this.#awaitsWelcome ? seal.openWelcome(payload) : undefined;
    const welcome = opened && decoded(Welcome, opened.body);
    if (opened === undefined || welcome === undefined || welcome.of !== seal.helloCounter) return false;
    opened.accept();
    this.#awaitsWelcome = false;
    this.#wantsHello = false;
    this.#unansweredHellos = 0;
    this.#freshness.welcomed(this.#sentAtMs, welcome.time);
    this.#rest.welcomed(welcome.quiet, secondsLeft(socket.validity, welcome.time));
    this.#askLater();
    this.#lasting.standing.heard();
    this.#adjustClock(welcome.time);
    this.#welcomed(welcome);
    return true;
  }

  /** s since the cloud's clock showed `seconds`, at most. */
  ageSeconds(seconds: number): number {
    return this.#freshness.ageSeconds(seconds, this.#nowMs());
  }

  /** Whether a command was held back for too long on its way. */
  isStale({ sent }: Command): boolean {
    return sent !== undefined && this.ageSeconds(sent) > COMMAND_AGE_MAX_S;
  }

  /** The cloud is genuine; the broker's certificates may have ended all the same, by the cloud's time. */
  #welcomed(welcome: Welcome): void {
    const { dates, standing } = this.#lasting;
    const { link, outlet, socket } = this.#channel;
    const objection = dates.atWelcome(socket.validity, welcome.time);
    if (objection !== undefined) {
      outlet.close(objection);
      return;
    }
    const isFirst = !this.#online;
    this.#online = true;
    if (isFirst) standing.cameOnline(link);
    // Whoever was told may have ended the session.
    if (this.#ended) return;
    this.#host.welcomed(welcome, isFirst);
  }

  #askLater(): void {
    this.#deadline.set(this.#freshness.dueInMs(this.#nowMs(), this.#rest.ms), () => this.hello());
  }

  /** The wait for the welcome begins here: a broker that leaves no room for the hello must not stretch it. */
  #ask(): void {
    if (this.#ended) return;
    this.#awaitsWelcome = true;
    this.#wantsHello = true;
    this.#freshness.asked(this.#nowMs());
    this.#deadline.set(HELLO_WAITS_MS[this.#unansweredHellos] ?? HELLO_LAST_WAIT_MS, () => this.#unanswered());
    this.#host.wantsToSend();
  }

  /** Whatever of this session comes from now on, nobody can say how old it is: it is not taken, and the box is offline. */
  #unanswered(): void {
    this.#unansweredHellos++;
    const { dates, standing } = this.#lasting;
    const objection = dates.unanswered();
    if (objection !== undefined) {
      this.#channel.outlet.close(objection);
      return;
    }
    if (this.#online) {
      this.#online = false;
      this.#host.silent();
      standing.wentSilent(UNANSWERED);
    } else {
      standing.failed(UNANSWERED);
    }
    this.#ask();
  }

  /** The cloud read its clock between the hello and now: half the round trip is the error, and a clock inside it stays. */
  #adjustClock(seconds: number): void {
    const { clock, host } = this.#lasting;
    const halfSeconds = Math.round((this.#nowMs() - this.#sentAtMs) / 2000);
    const own = clock.wallSeconds();
    const told = seconds + halfSeconds;
    if (own === undefined || Math.abs(own - told) > CLOCK_TOLERANCE_S + halfSeconds) host.setTime(told);
  }

  #nowMs(): number {
    return this.#lasting.clock.monotonicMs();
  }
}
