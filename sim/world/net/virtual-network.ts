import type { SocketOptions, Validity } from "../../../hal/ports/network.js";
import type { Scheduler } from "../clock/scheduler.js";
import type { Far, FarEvents, Network } from "./network.js";

/** Unsent bytes above which `write` answers false. */
const HIGH_WATER_BYTES = 65_536;
/** A server that writes on regardless is cut off here, so that memory stays bounded and nothing is dropped silently. */
const OVERRUN_BYTES = 4 * 1_048_576;

/** A server's end of a connection in virtual time. Callbacks come from the scheduler, never from inside a method. */
export interface Endpoint {
  onData: ((bytes: Uint8Array) => void) | undefined;
  /** There is room again after `write` gave false. */
  onDrain: (() => void) | undefined;
  /** The box ended the stream; with `error` when the connection broke. Not called after `close`, nor when the box just vanishes. */
  onClose: ((error?: string) => void) | undefined;
  /** Sends a copy of all the bytes. False: wait for `onDrain`. After the end of the stream the bytes go nowhere. */
  write(bytes: Uint8Array): boolean;
  /** Stops `onData` until `resume`: the box's writes fill up. */
  pause(): void;
  resume(): void;
  /** Ends the stream after what was written. Idempotent. */
  close(): void;
}

interface Listener {
  readonly accept: (endpoint: Endpoint) => void;
  readonly tls: VirtualTls;
}

export interface VirtualTls {
  /** The PEM that boxes must trust to connect, which makes it a TLS server with a certificate for its host. */
  readonly authority?: string;
  /** When that certificate and the authority's hold; looked at for each connection, as a certificate can be renewed. */
  readonly validity?: () => Validity;
}

/** Servers in the same process and the same virtual time as the boxes. */
export class VirtualNetwork implements Network {
  readonly external = false;
  readonly #scheduler: Scheduler;
  readonly #listeners = new Map<string, Listener>();
  readonly #hosts = new Map<string, number>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * Accepts connections to `host`:`port`. Returns what ends it; connections stay. Throws when the address is taken.
   */
  listen(host: string, port: number, accept: (endpoint: Endpoint) => void, tls: VirtualTls = {}): () => void {
    const address = `${host}:${port}`;
    if (this.#listeners.has(address)) throw new Error(`${address} is taken`);
    this.#listeners.set(address, { accept, tls });
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
    return () => this.#listeners.delete(address);
  }

  connect(options: SocketOptions, events: FarEvents): Far {
    const connection = new VirtualConnection(this.#scheduler, events);
    this.#scheduler.after(0, () => {
      const refusal = this.#refusal(options);
      const listener = this.#listeners.get(`${options.host}:${options.port}`);
      if (refusal !== undefined) connection.refuse(refusal);
      // TCP opens; a TLS server closes on the first bytes that are no handshake.
      else if (listener!.tls.authority !== options.tlsAuthority) connection.open({ accept: closeOnData, tls: {} });
      else connection.open(listener!);
    });
    return connection.far;
  }

  close(): void {
    this.#listeners.clear();
    this.#hosts.clear();
  }

  #refusal(options: SocketOptions): string | undefined {
    const { host, port, tlsAuthority } = options;
    if (!this.#hosts.has(host)) return `cannot resolve ${host}`;
    const listener = this.#listeners.get(`${host}:${port}`);
    if (listener === undefined) return `connection refused by ${host}:${port}`;
    const { authority } = listener.tls;
    if (authority === tlsAuthority) return undefined;
    if (authority === undefined) return `TLS with ${host}:${port} failed: the server does not speak TLS`;
    if (tlsAuthority === undefined) return undefined;
    return `the certificate of ${host} does not verify: not signed by the expected authority`;
  }
}

function closeOnData(endpoint: Endpoint): void {
  endpoint.onData = () => endpoint.close();
}

class VirtualConnection {
  readonly far: Far;
  readonly endpoint: Endpoint;
  readonly #scheduler: Scheduler;
  readonly #events: FarEvents;
  #state: "connecting" | "open" | "serverClosed" | "over" = "connecting";
  /** Bytes of the server that the box cannot take yet. */
  #backlog: Uint8Array[] = [];
  #backlogBytes = 0;
  #boxReady = true;
  #wantsDrain = false;
  #paused = false;
  #held: Uint8Array[] = [];
  #endHeld = false;

  constructor(scheduler: Scheduler, events: FarEvents) {
    this.#scheduler = scheduler;
    this.#events = events;
    this.far = {
      send: (bytes) => this.#send(bytes),
      flow: (on) => this.#flow(on),
      end: () => this.#boxEnded(),
      reset: () => this.#over("connection reset by the box"),
      abandon: () => this.#abandon(),
    };
    this.endpoint = {
      onData: undefined,
      onDrain: undefined,
      onClose: undefined,
      write: (bytes) => this.#write(bytes),
      pause: () => {
        this.#paused = true;
      },
      resume: () => this.#resume(),
      close: () => this.#close(),
    };
  }

  open({ accept, tls }: Listener): void {
    if (this.#state !== "connecting") return;
    this.#state = "open";
    accept(this.endpoint);
    // The server may have closed it at once.
    if (this.#state === "open" || this.#state === "serverClosed") this.#events.opened(tls.validity?.());
    this.#drain();
  }

  refuse(error: string): void {
    if (this.#state !== "connecting") return;
    this.#state = "over";
    this.#events.closed(error);
  }

  #send(bytes: Uint8Array): boolean {
    if (this.#state !== "open") return true;
    if (this.#paused) this.#held.push(bytes);
    else this.endpoint.onData?.(bytes);
    return !this.#paused;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#scheduler.after(0, () => {
      while (!this.#paused && this.#state === "open" && this.#held.length > 0)
        this.endpoint.onData?.(this.#held.shift()!);
      if (this.#paused || this.#state !== "open") return;
      if (this.#endHeld) this.#over(undefined);
      else this.#events.drained();
    });
  }

  #write(bytes: Uint8Array): boolean {
    if (this.#state !== "open" && this.#state !== "connecting") return true;
    this.#backlog.push(bytes.slice());
    this.#backlogBytes += bytes.length;
    if (this.#backlogBytes > OVERRUN_BYTES) {
      this.#events.closed("connection reset: the server overran its send buffer");
      this.#over("send buffer overrun");
      return false;
    }
    this.#scheduler.after(0, () => this.#drain());
    this.#wantsDrain = this.#backlogBytes >= HIGH_WATER_BYTES;
    return !this.#wantsDrain;
  }

  #flow(on: boolean): void {
    this.#boxReady = on;
    if (on && (this.#backlog.length > 0 || this.#state === "serverClosed"))
      this.#scheduler.after(0, () => this.#drain());
  }

  #drain(): void {
    if (this.#state !== "open" && this.#state !== "serverClosed") return;
    while (this.#boxReady && this.#backlog.length > 0) {
      const bytes = this.#backlog.shift()!;
      this.#backlogBytes -= bytes.length;
      this.#events.data(bytes);
    }
    if (this.#backlog.length > 0) return;
    if (this.#state === "serverClosed") {
      this.#state = "over";
      this.#events.closed();
    } else if (this.#wantsDrain) {
      this.#wantsDrain = false;
      this.endpoint.onDrain?.();
    }
  }

  #close(): void {
    if (this.#state !== "open") return;
    this.#state = "serverClosed";
    this.#scheduler.after(0, () => this.#drain());
  }

  #boxEnded(): void {
    if (this.#held.length > 0) this.#endHeld = true;
    else this.#over(undefined);
  }

  #abandon(): void {
    // The endpoint stays open to itself, as a TCP connection to a box without power does.
    this.#boxReady = false;
    this.#backlog = [];
    this.#backlogBytes = 0;
    this.#state = "over";
  }

  #over(error: string | undefined): void {
    const told = this.#state === "open";
    this.#state = "over";
    this.#backlog = [];
    this.#held = [];
    if (told) this.#scheduler.after(0, () => this.endpoint.onClose?.(error));
  }
}
