import type { ConnectOptions, Far, FarEvents, Network } from "../../net/network.js";

/** Of a longer pause between two looks only this much counts: the host was busy, and so was whoever should answer, ms. */
const COUNTED_MS = 4;

/**
 * Watches what passes through a real network, so that skipped time waits for answers that are on their way: otherwise every
 * connection would run into its time-outs.
 */
export class Traffic implements Network {
  readonly #network: Network;
  readonly #quietAfterMs: number;
  #quietMs = 0;
  #lookedMs = performance.now();

  /** `quietAfterMs`: real time after which nothing more is expected. */
  constructor(network: Network, quietAfterMs: number) {
    this.#network = network;
    this.#quietAfterMs = quietAfterMs;
  }

  get external(): boolean {
    return this.#network.external;
  }

  /** Something has just been sent, received or begun. */
  touch(): void {
    this.#quietMs = 0;
  }

  /** To be asked again and again while time is skipped. */
  get isQuiet(): boolean {
    const now = performance.now();
    this.#quietMs += Math.min(now - this.#lookedMs, COUNTED_MS);
    this.#lookedMs = now;
    return this.#quietMs >= this.#quietAfterMs;
  }

  connect(options: ConnectOptions, events: FarEvents): Far {
    const seen = <A extends unknown[], R>(work: (...args: A) => R) => {
      return (...args: A): R => {
        this.touch();
        return work(...args);
      };
    };
    this.touch();
    const far = this.#network.connect(options, {
      opened: seen(events.opened),
      data: seen(events.data),
      drained: seen(events.drained),
      closed: seen(events.closed),
    });
    return { ...far, send: seen(far.send), end: seen(far.end) };
  }

  close(): void {
    this.#network.close();
  }
}
