import { CHALLENGE_BYTES, NO_CHALLENGE, openEnvelope, sameBytes, seal } from "../../firmware/wire/envelope.js";
import { Lane } from "../../firmware/wire/lanes.js";
import type { Told } from "./held-up.js";
import type { ToldImage } from "./releases/releases.js";

/** Why a message was dropped. */
export type Drop = "topic" | "box" | "sealed" | "session" | "counter" | "body";

/** What a box says of itself in its hello. */
export interface Introduction extends Told {
  /** Fitted. */
  readonly bins: number;
  /** Bits of `Reads`. */
  readonly reads: number;
  /** Undefined: it takes no updates. */
  readonly image: ToldImage | undefined;
}

export class CloudSession {
  readonly #key: Uint8Array;
  readonly id: Uint8Array;
  readonly challenge: Uint8Array;
  /** What its hello said; believed once the box has answered in this session. */
  readonly told: Introduction;
  lastHello: number;
  #lastUp = 0;
  #down = 0;

  constructor(key: Uint8Array, id: Uint8Array, challenge: Uint8Array, told: Introduction, lastHello: number) {
    this.#key = key;
    this.id = id;
    this.challenge = challenge;
    this.told = told;
    this.lastHello = lastHello;
  }

  seal(lane: Lane, body: Uint8Array): Uint8Array {
    this.#down++;
    return seal(this.#key, lane, this.id, this.challenge, this.#down, body);
  }

  /** Whether a message with this counter is new; it never is again. */
  take(counter: number): boolean {
    if (counter <= this.#lastUp) return false;
    this.#lastUp = counter;
    return true;
  }
}

export type Opened =
  | { readonly drop: Drop }
  | {
      readonly drop?: undefined;
      readonly body: Uint8Array;
      readonly kind: "hello";
      readonly id: Uint8Array;
      readonly counter: number;
    }
  | { readonly drop?: undefined; readonly body: Uint8Array; readonly kind: "will" }
  | {
      readonly drop?: undefined;
      readonly body: Uint8Array;
      readonly kind: "message";
      readonly session: CloudSession;
      readonly isFirst: boolean;
    };

/** Welcomed sessions that wait for their box's first message. */
const PENDING_MAX = 8;
/** Sessions that are over and whose hellos are not welcomed again. */
const SPENT_MAX = 64;

/**
 * The sealed conversation with one box. A welcomed session counts only once the box has answered with its challenge: until
 * then the one before it stays good, so that an old hello from a broker's disk cannot cut off a box that is there. Several
 * wait at once, so that an old hello that comes right after the box's own does not make the cloud forget whom it welcomed.
 */
export class Conversation {
  readonly #key: Uint8Array;
  #current: CloudSession | undefined;
  /** The newest last, one for each session of a box. */
  #pending: CloudSession[] = [];
  /** The newest last. */
  #spent: Uint8Array[] = [];

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The session that the box has proved to be in. */
  get current(): CloudSession | undefined {
    return this.#current;
  }

  open(lane: Lane, payload: Uint8Array): Opened {
    const opened = openEnvelope(this.#key, lane, payload);
    if (opened === undefined) return { drop: "sealed" };
    const { session: id, challenge, counter, body } = opened;
    const isUnchallenged = sameBytes(challenge, Uint8Array.from(NO_CHALLENGE));
    if (lane === Lane.hello) {
      if (!isUnchallenged || this.#spent.some((one) => sameBytes(one, id))) return { drop: "session" };
      const isOld = this.#sessions().some((s) => sameBytes(s.id, id) && counter <= s.lastHello);
      return isOld ? { drop: "counter" } : { kind: "hello", id, counter, body };
    }
    if (isUnchallenged) {
      const isWill =
        lane === Lane.state && counter === 0 && this.#current !== undefined && sameBytes(this.#current.id, id);
      return isWill ? { kind: "will", body } : { drop: "session" };
    }
    const session = this.#sessions().find((s) => sameBytes(s.id, id) && sameBytes(s.challenge, challenge));
    if (session === undefined) return { drop: "session" };
    if (!session.take(counter)) return { drop: "counter" };
    const isFirst = session !== this.#current;
    if (isFirst) this.#prove(session);
    return { kind: "message", session, body, isFirst };
  }

  welcome(
    id: Uint8Array,
    random: (count: number) => Uint8Array,
    told: Introduction,
    helloCounter: number,
  ): CloudSession {
    const session = new CloudSession(this.#key, id.slice(), random(CHALLENGE_BYTES), told, helloCounter);
    const others = this.#pending.filter((one) => !sameBytes(one.id, id));
    this.#pending = [...others, session].slice(-PENDING_MAX);
    if (this.#current !== undefined && sameBytes(this.#current.id, id)) this.#current.lastHello = helloCounter;
    return session;
  }

  #prove(session: CloudSession): void {
    const before = this.#current;
    if (before !== undefined && !sameBytes(before.id, session.id)) {
      this.#spent = [...this.#spent, before.id].slice(-SPENT_MAX);
    }
    this.#current = session;
    this.#pending = this.#pending.filter((one) => one !== session);
  }

  #sessions(): readonly CloudSession[] {
    return this.#current === undefined ? this.#pending : [this.#current, ...this.#pending];
  }
}
