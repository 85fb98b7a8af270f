import type { IConnectPacket } from "mqtt-packet";
import { Connection, type ConnectionOwner, type Limits, type Message } from "./connection.js";
import type { Endpoint, Scheduler } from "./endpoint.js";
import { isTopicFilter, isTopicName, topicMatches } from "./topics.js";

export interface VirtualBrokerOptions {
  readonly scheduler: Scheduler;
  /** Whether these may connect; absent: everybody. */
  readonly authenticate?: (clientId: string, username: string | undefined, password: string | undefined) => boolean;
  /** Whether a client may publish to a topic, or subscribe to a filter; absent: always. */
  readonly authorize?: (clientId: string, action: "publish" | "subscribe", topic: string) => boolean;
  /** Bytes of the longest packet taken; a longer one ends its connection. 65,536 unless told. */
  readonly maxPacketBytes?: number;
  /** MQTT versions that it speaks, 4 for 3.1.1; absent: both. `mute`: others get no answer; `close`: no CONNACK. */
  readonly versions?: readonly (4 | 5)[];
  readonly unspoken?: "code" | "close" | "mute";
  /** What it says of itself in CONNACK of MQTT 5, and holds its clients to where it says so in the class's comment. */
  readonly limits?: Limits;
  /**
   * CONNACK code for this CONNECT beyond what the broker judges itself, `close` to close without one; absent: 0. 1 to 5 are those
   * of 3.1.1, and become their reason codes for a client of MQTT 5.
   */
  readonly judge?: (packet: IConnectPacket) => number | "close";
}

/** Reason code of MQTT 5. */
const RETAIN_NOT_SUPPORTED = 0x9a;

export interface ConnectionInfo {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly subscriptions: readonly string[];
  /** QoS 1 messages sent to the client that it has not acknowledged. */
  readonly unacknowledged: number;
}

/**
 * What a broker that nobody should trust does with a message: it hands on what is answered, in that order. An empty answer drops
 * the message; `forward` hands on whenever it likes what it kept or made up.
 */
export type Tamper = (message: Message) => readonly Message[];

/** Told of a message that came in, `from` a client or undefined for `publish` of the broker's owner. */
export type LocalSubscriber = (message: Message, from: string | undefined) => void;

/**
 * An MQTT 3.1.1 and 5 broker (OASIS, 2014 and 2019) for virtual time and tests: deterministic, no I/O and no timers of its own. QoS 0
 * and 1, retained messages, wills, keep-alive, takeover; of MQTT 5 reason codes, and of its limits server keep-alive and "retain not
 * available". Left out: QoS 2, topic aliases, and sessions that outlive their connection (every session starts clean, whatever
 * CONNECT asks).
 */
export class VirtualBroker {
  readonly #options: VirtualBrokerOptions;
  readonly #connections = new Set<Connection>();
  /** Connections that have sent a good CONNECT, by client identifier. */
  readonly #clients = new Map<string, Connection>();
  readonly #retained = new Map<string, Message>();
  readonly #local = new Map<number, { readonly filter: string; readonly subscriber: LocalSubscriber }>();
  #nextNumber = 1;
  #running = true;
  /** Sees every message before it is handed on; undefined: an honest broker. */
  tamper: Tamper | undefined;

  constructor(options: VirtualBrokerOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#running;
  }

  get connections(): readonly ConnectionInfo[] {
    return [...this.#clients.values()].map((connection) => ({
      clientId: connection.clientId,
      username: connection.username,
      subscriptions: [...connection.subscriptions.keys()],
      unacknowledged: connection.unacknowledged,
    }));
  }

  get retained(): ReadonlyMap<string, Message> {
    return this.#retained;
  }

  /** Takes a new stream; while the broker is down, it is closed at once. */
  accept(endpoint: Endpoint): void {
    if (!this.#running) {
      endpoint.close();
      return;
    }
    const { scheduler, maxPacketBytes = 65_536 } = this.#options;
    this.#connections.add(new Connection(endpoint, scheduler, maxPacketBytes, this.#owner));
  }

  /** Publishes as the broker's owner, past authorisation. */
  publish(message: Message): void {
    if (!isTopicName(message.topic)) throw new Error(`not a topic name: ${message.topic}`);
    if (this.#running) this.#route(message, undefined);
  }

  /** Hands a message on past `tamper`, as the broker itself. */
  forward(message: Message): void {
    if (this.#running) this.#handOn(message, undefined);
  }

  /**
   * Gives `subscriber` what clients (and the owner) publish under `filter`, and the retained messages first, past
   * authorisation. It lasts through `crash`. Returns what ends it.
   */
  subscribe(filter: string, subscriber: LocalSubscriber): () => void {
    if (!isTopicFilter(filter)) throw new Error(`not a topic filter: ${filter}`);
    const number = this.#nextNumber++;
    this.#local.set(number, { filter, subscriber });
    for (const message of this.#retained.values()) {
      if (topicMatches(filter, message.topic)) subscriber(message, undefined);
    }
    return () => void this.#local.delete(number);
  }

  /** Ends the connection of a client as if the network had: its will is published. */
  disconnect(clientId: string): void {
    this.#clients.get(clientId)?.drop();
  }

  /** Dies as by SIGKILL: streams end, no will is published, what was under way is lost. */
  crash(options: { readonly keepRetained: boolean }): void {
    this.#running = false;
    for (const connection of [...this.#connections]) connection.vanish();
    this.#connections.clear();
    this.#clients.clear();
    if (!options.keepRetained) this.#retained.clear();
  }

  restart(): void {
    this.#running = true;
  }

  readonly #owner: ConnectionOwner = {
    connect: (connection, packet) => this.#connect(connection, packet),
    limits: () => this.#options.limits ?? {},
    subscribe: (connection, filter) => this.#options.authorize?.(connection.clientId, "subscribe", filter) ?? true,
    subscribed: (connection, filter, qos) => {
      for (const message of this.#retained.values()) {
        if (topicMatches(filter, message.topic)) connection.deliver({ ...message, retain: true }, qos);
      }
    },
    publish: (connection, message) => {
      const mayPublish = this.#options.authorize?.(connection.clientId, "publish", message.topic) ?? true;
      if (mayPublish) this.#route(message, connection.clientId);
      return mayPublish;
    },
    ended: (connection, will) => {
      this.#connections.delete(connection);
      if (this.#clients.get(connection.clientId) === connection) this.#clients.delete(connection.clientId);
      if (will !== undefined) this.#owner.publish(connection, will);
    },
  };

  /** CONNACK return code for a CONNECT, or `close` without one; on 0 the connection belongs to the client from here on. */
  #connect(connection: Connection, packet: IConnectPacket): number | "close" | "mute" {
    const { versions = [4, 5], unspoken = "code" } = this.#options;
    if (packet.protocolId !== "MQTT" || !versions.includes(packet.protocolVersion as 4 | 5)) {
      return unspoken === "code" ? 1 : unspoken;
    }
    if (packet.clientId === "" && packet.clean !== true) return 2;
    if (
      packet.will?.retain === true &&
      packet.protocolVersion === 5 &&
      this.#options.limits?.retainAvailable === false
    ) {
      return RETAIN_NOT_SUPPORTED;
    }
    const verdict = this.#options.judge?.(packet) ?? 0;
    if (verdict !== 0) return verdict;
    const clientId = packet.clientId === "" ? `anonymous-${this.#nextNumber++}` : packet.clientId;
    const password = packet.password?.toString();
    if (!(this.#options.authenticate?.(clientId, packet.username, password) ?? true)) return 4;
    connection.clientId = clientId;
    // The older connection ends first, so that its will is out before the newer one does anything (MQTT-3.1.4-2).
    this.#clients.get(clientId)?.takenOver();
    this.#clients.set(clientId, connection);
    return 0;
  }

  #route(message: Message, from: string | undefined): void {
    for (const one of this.tamper?.(message) ?? [message]) this.#handOn(one, from);
  }

  #handOn(message: Message, from: string | undefined): void {
    if (message.retain) {
      if (message.payload.length === 0) this.#retained.delete(message.topic);
      else this.#retained.set(message.topic, message);
    }
    for (const connection of [...this.#clients.values()]) {
      let qos = -1;
      for (const [filter, granted] of connection.subscriptions) {
        if (granted > qos && topicMatches(filter, message.topic)) qos = granted;
      }
      if (qos >= 0) connection.deliver({ ...message, retain: false }, qos === 0 ? 0 : 1);
    }
    for (const { filter, subscriber } of [...this.#local.values()]) {
      if (topicMatches(filter, message.topic)) subscriber(message, from);
    }
  }
}
