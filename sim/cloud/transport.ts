/** How the cloud reaches a broker. Messages come and go in order; nothing is promised beyond that. */
export interface CloudTransport {
  /** Sends at QoS 1 if there is a connection; otherwise drops it, since boxes ask again. Never throws. */
  publish(topic: string, payload: Uint8Array): void;
  /** Called for each message below `smartbox/+/up/#`. Set once, before the first message can come. */
  onMessage: ((topic: string, payload: Uint8Array) => void) | undefined;
  /** Whether messages can come now; absent: always. What a cloud that is cut off does not hear says nothing about a box. */
  hears?(): boolean;
  /** Whether the cloud's time runs ahead of the messages, as where a simulator skips hours; absent: never. */
  lags?(): boolean;
  close(): void;
}
