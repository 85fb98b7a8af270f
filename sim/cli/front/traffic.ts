import type { SocketOptions } from "../../../hal/ports/network.js";
import type { CloudTransport } from "../../cloud/transport.js";
import type { Far, FarEvents, Network } from "../../world/net/network.js";

/** Of a longer pause between two looks only this much counts: the host was busy, and so was whoever should answer, ms. */
const COUNTED_MS = 4;
/** After an answer, more of it may follow at once, ms. */
const MORE_MS = 8;

/**
 * Watches what passes between a box, its broker and the cloud over real sockets, so that skipped time waits for what is on its
 * way: otherwise every connection would run into its time-outs.
 */
export class Traffic implements Network {
  readonly #network: Network;
  readonly #answerMs: number;
  /** Real time for which an answer to the box, and one to or from the cloud, is still waited for, ms. */
  #boxWaitsMs = 0;
  #cloudWaitsMs = 0;
  #lookedMs = performance.now();

  /** `answerMs`: real time in which an answer comes, if one comes. */
  constructor(network: Network, answerMs: number) {
    this.#network = network;
    this.#answerMs = answerMs;
  }

  get external(): boolean {
    return this.#network.external;
  }

  /** The cloud's connection, watched as well. */
  watch(transport: CloudTransport): CloudTransport {
    const watched: CloudTransport = {
      onMessage: undefined,
      publish: (topic, payload) => {
        this.#cloudWaitsMs = this.#answerMs;
        transport.publish(topic, payload);
      },
      hears: () => transport.hears?.() ?? true,
      close: () => transport.close(),
    };
    transport.onMessage = (topic, payload) => {
      this.#cloudWaitsMs = Math.max(this.#cloudWaitsMs, MORE_MS);
      watched.onMessage?.(topic, payload);
    };
    return watched;
  }

  /** To be asked again and again while time is skipped. */
  get isQuiet(): boolean {
    const now = performance.now();
    const passedMs = Math.min(now - this.#lookedMs, COUNTED_MS);
    this.#lookedMs = now;
    this.#boxWaitsMs -= passedMs;
    this.#cloudWaitsMs -= passedMs;
    return this.#boxWaitsMs <= 0 && this.#cloudWaitsMs <= 0;
  }

  connect(options: SocketOptions, events: FarEvents): Far {
    const asked = () => {
      this.#boxWaitsMs = this.#answerMs;
    };
    const answered = () => {
      this.#boxWaitsMs = MORE_MS;
    };
    asked();
    const far = this.#network.connect(options, {
      opened: (validity) => {
        answered();
        events.opened(validity);
      },
      data: (bytes) => {
        answered();
        events.data(bytes);
      },
      drained: () => {
        asked();
        events.drained();
      },
      closed: (error) => {
        answered();
        events.closed(error);
      },
    });
    return {
      ...far,
      send: (bytes) => {
        asked();
        return far.send(bytes);
      },
    };
  }

  close(): void {
    this.#network.close();
  }
}
