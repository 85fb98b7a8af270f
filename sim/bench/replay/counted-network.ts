import type { SocketOptions } from "../../../hal/ports/network.js";
import type { Far, FarEvents, Network } from "../../world/net/network.js";

const RECORDS_TOPIC = Buffer.from("/up/records");

/**
 * Watches the bytes of MQTT between a box and its broker, inside TLS: when the first batch leaves, when an awaited message has come, and how
 * many bytes there were.
 */
export class CountedNetwork implements Network {
  readonly #network: Network;
  #sentBytes = 0;
  #receivedBytes = 0;
  /** When the first batch since `begin` left the box, ms of the host. */
  #firstBatchAt: number | undefined;
  #awaited: Buffer | undefined;
  #tail = Buffer.alloc(0);
  #cameAt: number | undefined;

  constructor(network: Network) {
    this.#network = network;
  }

  get external(): boolean {
    return this.#network.external;
  }

  /** A new replay: nothing was seen yet. */
  begin(): void {
    this.#firstBatchAt = undefined;
    this.#awaited = undefined;
    this.#cameAt = undefined;
  }

  /** The last message that this replay waits for: its payload. */
  await(payload: Uint8Array): void {
    this.#awaited ??= Buffer.from(payload);
  }

  /** Of the replay that `begin` began; undefined: it is not over. */
  get seen():
    | { readonly milliseconds: number; readonly sentBytes: number; readonly receivedBytes: number }
    | undefined {
    if (this.#firstBatchAt === undefined || this.#cameAt === undefined) return undefined;
    return {
      milliseconds: this.#cameAt - this.#firstBatchAt,
      sentBytes: this.#sentBytes,
      receivedBytes: this.#receivedBytes,
    };
  }

  connect(options: SocketOptions, events: FarEvents): Far {
    const far = this.#network.connect(options, { ...events, data: (bytes) => this.#came(bytes, events) });
    return { ...far, send: (bytes) => this.#sends(bytes, far) };
  }

  close(): void {
    this.#network.close();
  }

  #sends(bytes: Uint8Array, far: Far): boolean {
    if (this.#firstBatchAt === undefined && Buffer.from(bytes).includes(RECORDS_TOPIC)) {
      this.#firstBatchAt = performance.now();
      this.#sentBytes = 0;
      this.#receivedBytes = 0;
    }
    if (this.#cameAt === undefined) this.#sentBytes += bytes.length;
    return far.send(bytes);
  }

  #came(bytes: Uint8Array, events: FarEvents): void {
    if (this.#cameAt === undefined) this.#receivedBytes += bytes.length;
    events.data(bytes);
    if (this.#awaited === undefined || this.#cameAt !== undefined) return;
    // It may come in two pieces.
    this.#tail = Buffer.concat([this.#tail, bytes]).subarray(-2 * this.#awaited.length - bytes.length);
    if (!this.#tail.includes(this.#awaited)) return;
    this.#cameAt = performance.now();
    this.#tail = Buffer.alloc(0);
  }
}
