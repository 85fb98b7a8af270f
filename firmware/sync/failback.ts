import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import type { SocketPort } from "../../hal/ports/network.js";
import { Deadline } from "../wiring/deadline.js";
import { FAILBACK_MAX_MS, FAILBACK_MIN_MS, FAILBACK_PROBE_MS, FAILBACK_STABLE_MS } from "./limits.js";

/** What going back to a better link asks of the sync task, and tells it. */
export interface FailbackHost {
  /** Index of the best link that is up, where that is a better one than the session's; undefined: there is none, or no session. */
  betterLink(): number | undefined;
  /** Opens a connection to the broker over a link, without TLS: whether it opens tells whether the broker can be reached. */
  probe(link: number): SocketPort;
  /** The broker can be reached over this link: the session is to move there. */
  moveTo(link: number): void;
}

/**
 * Back from a worse link to a better one: cellular costs money, and a hotspot leaves with its phone. A link that has come up is left
 * alone for a minute, then tried with a bare connection, so that a session that works is not given up for a link behind which there
 * is no internet. What was tried in vain, or moved to and lost again, is tried after twice the time, an hour at most: a link that
 * flaps makes no storm.
 */
export class Failback {
  readonly #clock: ClockPort;
  readonly #host: FailbackHost;
  readonly #deadline: Deadline;
  #waitMs = FAILBACK_MIN_MS;
  #probe: SocketPort | undefined;
  #movedAtMs: number | undefined;

  constructor(clock: ClockPort, timers: TimersPort, host: FailbackHost) {
    this.#clock = clock;
    this.#host = host;
    this.#deadline = new Deadline(timers);
  }

  /** To be called when a session began or ended, and when a link went up or down. */
  look(): void {
    if (this.#host.betterLink() === undefined) this.#rest();
    else if (this.#probe === undefined) this.#deadline.setOnce(this.#waitMs, () => this.#try());
  }

  /** A session has ended that was not moved. */
  ended(): void {
    if (this.#movedAtMs === undefined) return;
    const lastedMs = this.#clock.monotonicMs() - this.#movedAtMs;
    this.#movedAtMs = undefined;
    if (lastedMs >= FAILBACK_STABLE_MS) this.#waitMs = FAILBACK_MIN_MS;
  }

  stop(): void {
    this.#rest();
  }

  #rest(): void {
    this.#deadline.clear();
    this.#probe?.close();
    this.#probe = undefined;
  }

  #try(): void {
    const link = this.#host.betterLink();
    if (link === undefined) return;
    // Made short again by a session over it that lasts.
    this.#waitMs = Math.min(2 * this.#waitMs, FAILBACK_MAX_MS);
    const probe = this.#host.probe(link);
    this.#probe = probe;
    probe.onOpen = () => {
      this.#rest();
      this.#movedAtMs = this.#clock.monotonicMs();
      this.#host.moveTo(link);
    };
    probe.onClose = () => this.#inVain();
    this.#deadline.set(FAILBACK_PROBE_MS, () => {
      probe.close();
      this.#inVain();
    });
  }

  #inVain(): void {
    this.#probe = undefined;
    this.#deadline.clear();
    this.look();
  }
}
