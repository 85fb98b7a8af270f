import { Backoff } from "./backoff.js";
import { BUSY_SPREAD_MS, PACE_MAX_S, REFUSED_MIN_MS, RIVAL_MIN_MS, STABLE_MS } from "./limits.js";
import type { Ending } from "./mqtt/connection.js";
import { Rival } from "./rival.js";

/** CONNACK of MQTT 3.1.1: not available. */
const NOT_AVAILABLE = 3;

/**
 * How long the box waits before it connects again (PROTOCOL.md section 8). When it alone lost the connection, it waits seconds. When
 * every box lost it at once, because the broker or the cloud went, they come back over the time that the cloud has told, its pace:
 * each box first at a random moment of it, and then once in each. So no second has more boxes coming than another.
 */
export class ReconnectPolicy {
  readonly #backoff: Backoff;
  readonly #rival = new Rival();
  #paceMs = 0;
  /** What ended the session may have ended every box's. */
  #isShared = false;
  /** The box has a moment of its own in the pace already. */
  #isSpread = false;
  /** The broker refused in this round over the links. */
  #isRefused = false;

  /** `seed`: 32 bits; different for different boxes. */
  constructor(seed: number) {
    this.#backoff = new Backoff(seed);
  }

  /** Another client seems to use this one's client id. */
  get rivalSuspected(): boolean {
    return this.#rival.suspected;
  }

  /** The present session has lasted so long. */
  lasts(sinceAcceptedMs: number): void {
    this.#rival.lasts(sinceAcceptedMs);
  }

  /** The cloud told over how many s its boxes come back; undefined: it told none. */
  paced(seconds: number | undefined): void {
    this.#paceMs = 1000 * Math.min(seconds ?? 0, PACE_MAX_S);
  }

  accepted(): void {
    this.#isRefused = false;
    this.#isShared = false;
  }

  /** An attempt ended before CONNACK took the box. */
  failed({ refusal }: Ending): void {
    if (refusal === undefined) return;
    this.#isRefused = true;
    if (refusal.cause === "busy" || refusal.code === NOT_AVAILABLE) {
      if (!this.#isShared) this.#isSpread = false;
      this.#isShared = true;
      this.#paceMs = Math.max(this.#paceMs, BUSY_SPREAD_MS);
    }
  }

  /** ms to wait after a session that lasted so long. `isOwn`: it ended by this box's link or its user, not by the far end or silence. */
  afterSession(lastedMs: number, { isFarEnd, isUnexplained, refusal }: Ending, isOwn: boolean): number {
    const mayBeTaken = refusal === undefined ? isUnexplained !== true : refusal.cause === "taken";
    this.#rival.ended(lastedMs, isFarEnd, mayBeTaken);
    if (!this.#rival.suspected && lastedMs >= STABLE_MS) this.#backoff.reset();
    this.#isShared = !isOwn && this.#paceMs > 0;
    this.#isSpread = false;
    return this.afterRound();
  }

  /** ms to wait after a round over all links that brought no session. */
  afterRound(): number {
    return this.#leastMs + (this.#isShared ? this.#sharedMs() : this.#backoff.next());
  }

  /** ms to wait after a link came up: seconds. */
  afterLinkUp(): number {
    this.#backoff.reset();
    return this.#backoff.next();
  }

  /** Somebody waits for a connection. */
  hurry(): void {
    this.#backoff.reset();
    this.#isShared = false;
  }

  /** Once in each pace: the moments at which boxes come stay as evenly spread as the first ones were. */
  #sharedMs(): number {
    if (this.#isSpread) return this.#paceMs;
    this.#isSpread = true;
    return this.#backoff.within(this.#paceMs);
  }

  get #leastMs(): number {
    return this.#rival.suspected ? RIVAL_MIN_MS : this.#isRefused ? REFUSED_MIN_MS : 0;
  }
}
