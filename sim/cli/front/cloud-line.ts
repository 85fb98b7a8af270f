import type { CloudTransport } from "../../cloud/transport.js";

/** The cloud's way to the broker, which can be taken away: it is as if nobody were there, while the broker works on. */
export class CloudLine {
  isUp = true;
  /** Whether the broker between is there. */
  isBrokerUp = true;
  readonly transport: CloudTransport;

  /** `isSkipping`: time runs ahead of the broker's messages. */
  constructor(inner: CloudTransport, isSkipping: () => boolean = () => false) {
    const transport: CloudTransport = {
      onMessage: undefined,
      publish: (topic, payload) => {
        if (this.#carries) inner.publish(topic, payload);
      },
      hears: () => this.#carries && (inner.hears?.() ?? true),
      lags: isSkipping,
      close: () => inner.close(),
    };
    inner.onMessage = (topic, payload) => {
      if (this.#carries) transport.onMessage?.(topic, payload);
    };
    this.transport = transport;
  }

  get #carries(): boolean {
    return this.isUp && this.isBrokerUp;
  }
}
