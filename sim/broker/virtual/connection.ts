import mqtt, {
  type IConnackPacket,
  type IConnectPacket,
  type IPublishPacket,
  type ISubscribePacket,
  type IUnsubscribePacket,
  type Packet,
  type Parser,
} from "mqtt-packet";
import type { Endpoint, Scheduler } from "./endpoint.js";
import { isTopicFilter, isTopicName } from "./topics.js";

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** What CONNACK of MQTT 5 says of the broker. */
export type Limits = NonNullable<IConnackPacket["properties"]>;

export interface ConnectionOwner {
  /** Judges a CONNECT and answers with CONNACK's code, of either version; `close`: the stream ends without one; `mute`: it stays open. */
  connect(connection: Connection, packet: IConnectPacket): number | "close" | "mute";
  /** Told to clients of MQTT 5. */
  limits(): Limits;
  /** Whether the client may subscribe. */
  subscribe(connection: Connection, filter: string): boolean;
  /** The SUBACK for `filter` is out. */
  subscribed(connection: Connection, filter: string, qos: 0 | 1): void;
  /** False: the client may not publish there. */
  publish(connection: Connection, message: Message): boolean;
  /** Called once, last; `will` is there when the connection ended without DISCONNECT. */
  ended(connection: Connection, will: Message | undefined): void;
}

/** A stream that has not sent CONNECT by then is closed (MQTT 3.1.1 section 3.1: "a reasonable amount of time"). */
const CONNECT_TIMEOUT_MS = 30_000;
/** Bytes given to the parser at a time, so that a packet that announces too much is seen before it is buffered. */
const SLICE_BYTES = 4096;

/** Reason codes of MQTT 5 in place of the return codes of 3.1.1, from 0 on. */
const REASONS: readonly number[] = [0, 0x84, 0x85, 0x88, 0x86, 0x87];
const UNSPOKEN = 1;
const REFUSED_4 = 0x80;
const NOT_AUTHORISED = 0x87;
const TAKEN_OVER = 0x8e;
const PROTOCOL_ERROR = 0x82;
const TOO_LARGE = 0x95;
const RETAIN_NOT_SUPPORTED = 0x9a;

/** The packet breaks MQTT; its connection is closed. */
class ProtocolError extends Error {
  readonly code: number;

  constructor(message: string, code = PROTOCOL_ERROR) {
    super(message);
    this.code = code;
  }
}

/** One client's stream as the broker sees it. */
export class Connection {
  clientId = "";
  username: string | undefined;
  readonly subscriptions = new Map<string, 0 | 1>();
  readonly #endpoint: Endpoint;
  readonly #scheduler: Scheduler;
  readonly #maxPacketBytes: number;
  readonly #owner: ConnectionOwner;
  readonly #parser: Parser = mqtt.parser({ protocolVersion: 4 });
  /** Of CONNECT; before it, that of 3.1.1. */
  #version: 4 | 5 = 4;
  readonly #unacknowledged = new Set<number>();
  #parsed: Packet[] = [];
  #error: Error | undefined;
  #state: "new" | "connected" | "ended" = "new";
  #will: Message | undefined;
  #keepAliveMs = CONNECT_TIMEOUT_MS;
  #timer: number | undefined;
  #lastMessageId = 0;

  constructor(endpoint: Endpoint, scheduler: Scheduler, maxPacketBytes: number, owner: ConnectionOwner) {
    this.#endpoint = endpoint;
    this.#scheduler = scheduler;
    this.#maxPacketBytes = maxPacketBytes;
    this.#owner = owner;
    this.#parser.on("packet", (packet: Packet) => {
      // What follows in the same piece is of that version already.
      if (packet.cmd === "connect" && packet.protocolVersion === 5) this.#speak5();
      this.#parsed.push(packet);
    });
    this.#parser.on("error", (error: Error) => {
      this.#error ??= error;
    });
    endpoint.onData = (bytes) => this.#receive(bytes);
    endpoint.onClose = () => this.#end(true);
    this.#restartTimer();
  }

  get unacknowledged(): number {
    return this.#unacknowledged.size;
  }

  /** Sends a message at the lower of its own QoS and `qos`. */
  deliver(message: Message, qos: 0 | 1): void {
    const { topic, payload, retain } = message;
    const publish = { cmd: "publish" as const, topic, payload: Buffer.from(payload), retain, dup: false };
    if (message.qos === 0 || qos === 0) this.#send({ ...publish, qos: 0 });
    else this.#send({ ...publish, qos: 1, messageId: this.#nextMessageId() });
  }

  #speak5(): void {
    this.#version = 5;
    const { settings } = this.#parser as unknown as { readonly settings: { protocolVersion: number } };
    settings.protocolVersion = 5;
  }

  /** Another connection has its client identifier. */
  takenOver(): void {
    this.#sayWhy(TAKEN_OVER);
    this.drop();
  }

  /** Only MQTT 5 has a DISCONNECT from the broker. */
  #sayWhy(reasonCode: number): void {
    if (this.#version === 5 && this.#state === "connected") this.#send({ cmd: "disconnect", reasonCode });
  }

  /** Closes the stream; the will is published. */
  drop(): void {
    if (this.#state === "ended") return;
    this.#endpoint.close();
    this.#end(true);
  }

  /** Closes the stream; nobody is told. */
  vanish(): void {
    this.#state = "ended";
    this.#clearTimer();
    this.#endpoint.close();
  }

  #receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.#state !== "ended"; at += SLICE_BYTES) {
      try {
        this.#parse(bytes.subarray(at, at + SLICE_BYTES));
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#sayWhy(error.code);
        this.drop();
      }
    }
  }

  #parse(slice: Uint8Array): void {
    try {
      this.#parser.parse(Buffer.from(slice));
    } catch (error) {
      // Packets that are shorter than their kind make the parser read past the end.
      this.#error ??= error instanceof Error ? error : new Error(String(error));
    }
    const parsed = this.#parsed;
    this.#parsed = [];
    for (const packet of parsed) this.#take(packet);
    if (this.#error !== undefined) throw new ProtocolError(this.#error.message);
    const { packet } = this.#parser as unknown as { readonly packet: { readonly length: number } };
    if (packet.length > this.#maxPacketBytes) throw new ProtocolError("packet too long", TOO_LARGE);
  }

  #take(packet: Packet): void {
    if (this.#state === "ended") return;
    if (this.#state === "new") {
      if (packet.cmd !== "connect") throw new ProtocolError("first packet is not CONNECT");
      this.#connect(packet);
      return;
    }
    this.#restartTimer();
    switch (packet.cmd) {
      case "publish":
        this.#publish(packet);
        break;
      case "puback":
        this.#unacknowledged.delete(messageIdOf(packet));
        break;
      case "subscribe":
        this.#subscribe(packet);
        break;
      case "unsubscribe":
        this.#unsubscribe(packet);
        break;
      case "pingreq":
        this.#send({ cmd: "pingresp" });
        break;
      case "disconnect":
        this.#endpoint.close();
        this.#end(false);
        break;
      default:
        throw new ProtocolError(`unexpected ${packet.cmd}`);
    }
  }

  #connect(packet: IConnectPacket): void {
    const { will } = packet;
    if (will !== undefined && (!isTopicName(will.topic) || (will.qos ?? 0) > 2))
      throw new ProtocolError("malformed will");
    const returnCode = this.#owner.connect(this, packet);
    if (returnCode === "mute") return;
    // Who does not know the version of the client answers in its own.
    if (returnCode === UNSPOKEN) this.#version = 4;
    if (returnCode !== "close") this.#send(this.#connack(returnCode));
    if (returnCode !== 0) {
      this.#endpoint.close();
      this.#end(false);
      return;
    }
    this.#state = "connected";
    this.username = packet.username;
    const told = this.#version === 5 ? this.#owner.limits().serverKeepAlive : undefined;
    this.#keepAliveMs = (told ?? packet.keepalive ?? 0) * 1500;
    if (will !== undefined) {
      const payload = Uint8Array.from(Buffer.from(will.payload ?? ""));
      this.#will = { topic: will.topic, payload, qos: (will.qos ?? 0) === 0 ? 0 : 1, retain: will.retain === true };
    }
    this.#restartTimer();
  }

  #connack(code: number): IConnackPacket {
    if (this.#version === 4) return { cmd: "connack", returnCode: code, sessionPresent: false };
    const limits = this.#owner.limits();
    const properties = code === 0 && Object.keys(limits).length > 0 ? { properties: limits } : {};
    return { cmd: "connack", reasonCode: REASONS[code] ?? code, sessionPresent: false, ...properties };
  }

  #publish(packet: IPublishPacket): void {
    if (packet.qos === 2) throw new ProtocolError("QoS 2 is not offered");
    if (!isTopicName(packet.topic)) throw new ProtocolError("publish to a topic that is none");
    const payload = Uint8Array.from(Buffer.from(packet.payload));
    const messageId = packet.qos === 1 ? messageIdOf(packet) : undefined;
    if (packet.retain && this.#version === 5 && this.#owner.limits().retainAvailable === false) {
      throw new ProtocolError("retained where nothing is", RETAIN_NOT_SUPPORTED);
    }
    const isTaken = this.#owner.publish(this, { topic: packet.topic, payload, qos: packet.qos, retain: packet.retain });
    if (messageId === undefined) return;
    // 3.1.1 has no way to say that the message was dropped.
    const reason = this.#version === 5 ? { reasonCode: isTaken ? 0 : NOT_AUTHORISED } : {};
    this.#send({ cmd: "puback", messageId, ...reason });
  }

  #subscribe(packet: ISubscribePacket): void {
    const messageId = messageIdOf(packet);
    if (packet.subscriptions.length === 0) throw new ProtocolError("subscribe to nothing");
    if (!packet.subscriptions.every(({ topic }) => isTopicFilter(topic))) throw new ProtocolError("malformed filter");
    const granted = packet.subscriptions.map(({ topic, qos }) => {
      if (!this.#owner.subscribe(this, topic)) return this.#version === 5 ? NOT_AUTHORISED : REFUSED_4;
      const given = qos === 0 ? 0 : 1;
      this.subscriptions.set(topic, given);
      return given;
    });
    this.#send({ cmd: "suback", messageId, granted });
    packet.subscriptions.forEach(({ topic }, i) => {
      const given = granted[i];
      if (given === 0 || given === 1) this.#owner.subscribed(this, topic, given);
    });
  }

  #unsubscribe(packet: IUnsubscribePacket): void {
    const messageId = messageIdOf(packet);
    if (packet.unsubscriptions.length === 0) throw new ProtocolError("unsubscribe from nothing");
    for (const filter of packet.unsubscriptions) this.subscriptions.delete(filter);
    // `granted` is of MQTT 5; the types ask for it all the same.
    this.#send({ cmd: "unsuback", messageId, granted: this.#version === 5 ? packet.unsubscriptions.map(() => 0) : [] });
  }

  #send(packet: Packet): void {
    if (this.#state !== "ended") this.#endpoint.write(mqtt.generate(packet, { protocolVersion: this.#version }));
  }

  #nextMessageId(): number {
    if (this.#unacknowledged.size >= 0xffff) throw new Error("no message identifier left");
    do {
      this.#lastMessageId = (this.#lastMessageId % 0xffff) + 1;
    } while (this.#unacknowledged.has(this.#lastMessageId));
    this.#unacknowledged.add(this.#lastMessageId);
    return this.#lastMessageId;
  }

  #restartTimer(): void {
    this.#clearTimer();
    if (this.#keepAliveMs > 0) this.#timer = this.#scheduler.set(this.#keepAliveMs, () => this.drop());
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#scheduler.clear(this.#timer);
    this.#timer = undefined;
  }

  #end(abnormal: boolean): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#clearTimer();
    this.#owner.ended(this, abnormal ? this.#will : undefined);
  }
}

function messageIdOf(packet: { readonly messageId?: number }): number {
  const { messageId } = packet;
  if (messageId === undefined || messageId < 1 || messageId > 0xffff) {
    throw new ProtocolError("no message identifier");
  }
  return messageId;
}
