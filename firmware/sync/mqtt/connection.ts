import type { TimersPort } from "../../../hal/ports/clock.js";
import type { SocketPort } from "../../../hal/ports/network.js";
import { Deadline } from "../../wiring/deadline.js";
import {
  CONNECT_TIMEOUT_MS,
  KEEP_ALIVE_S,
  MAX_IN_FLIGHT,
  MAX_PACKET_BYTES,
  MAX_QUEUED_BYTES,
  PING_INTERVAL_MS,
  PING_TIMEOUT_MS,
  PUBACK_TIMEOUT_MS,
} from "../limits.js";
import { PacketReader } from "./packet-reader.js";
import { encodePacket } from "./packet-writer.js";
import {
  type BrokerLimits,
  type IncomingPacket,
  MqttError,
  type MqttVersion,
  NoBrokerError,
  type OutgoingPacket,
  type Will,
} from "./packets.js";
import { type BrokerRefusal, reasonOf, refusalOf } from "./refusals.js";
import { SendQueue } from "./send-queue.js";

export interface ConnectionOptions {
  readonly version: MqttVersion;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Undefined: without one. */
  readonly will: Will | undefined;
  /** False: the broker takes no retained messages, so none is sent. */
  readonly mayRetain: boolean;
  /** Topic filter to subscribe to, at QoS 1. */
  readonly filter: string;
  /** Publishes that may wait for PUBACK; MAX_IN_FLIGHT if absent. */
  readonly inFlightMax?: number | undefined;
  /** ms between two pings; PING_INTERVAL_MS if absent. */
  readonly pingIntervalMs?: number | undefined;
}

/** What a connection asks of whoever made it, and tells it; never from inside the constructor. */
export interface ConnectionHost {
  /** Asked when the socket is open: why nothing is to be written over it; undefined: it is good. */
  objection(): string | undefined;
  /** CONNACK came: the broker took the box's name and password. */
  accepted(): void;
  /** SUBACK came: what is sent to the box from now on is received. */
  subscribed(): void;
  message(topic: string, payload: Uint8Array): void;
  /** `ready` turned true, after `publish` had made it false. */
  room(): void;
  /** Called once, last. */
  closed(reason: string, how: Ending): void;
}

/** What tells a broker that will not have something from a network that fails. */
export interface Ending {
  /** What the broker refused by, when that is what ended it. */
  readonly refusal?: BrokerRefusal | undefined;
  /** This was what the far end had not answered when it closed, or answered with something that is no MQTT. */
  readonly unanswered?: "connect" | "retained" | undefined;
  /** This side ended it for want of a PINGRESP. */
  readonly isPingLost?: boolean | undefined;
  /** CONNECT went out, and nothing came back in time. */
  readonly isMute?: boolean;
  /** The socket never opened: nobody was there, or whoever it was is not the broker. */
  readonly isUnopened?: boolean;
  /** The far end closed in another way than a broker does for a client that took the identifier: the way broke, or the broker. */
  readonly isUnexplained?: boolean;
  /** The far end closed; false: this side did. */
  readonly isFarEnd: boolean;
}

const SUBSCRIBE_ID = 1;
/** Of a packet besides topic and payload: header, lengths, identifier, properties. */
const PUBLISH_OVERHEAD_BYTES = 16;
/** A broker that takes no packet of that many bytes takes no hello. */
const LEAST_PACKET_BYTES = 640;
/** Of what the broker waits for between two packets, so that a slow link does not trip it. */
const PING_SHARE = 0.75;

/**
 * An MQTT 3.1.1 or 5 client on one socket, from the socket's opening to its end. It never sends DISCONNECT: whatever ends the
 * connection, the broker is to publish the will.
 */
export class MqttConnection {
  readonly #socket: SocketPort;
  readonly #options: ConnectionOptions;
  readonly #host: ConnectionHost;
  readonly #queue: SendQueue;
  readonly #reader: PacketReader;
  /** Message identifiers that wait for PUBACK. */
  readonly #inFlight = new Set<number>();
  #state: "opening" | "connecting" | "subscribing" | "open" | "closed" = "opening";
  #isUnopened = true;
  #limits: BrokerLimits = {};
  #lastMessageId = SUBSCRIBE_ID;
  /** The retained message that waits for PUBACK. */
  #retainedId: number | undefined;
  #wantsRoom = false;
  readonly #handshakeDeadline: Deadline;
  readonly #pingDeadline: Deadline;
  readonly #pubackDeadline: Deadline;

  constructor(socket: SocketPort, timers: TimersPort, options: ConnectionOptions, host: ConnectionHost) {
    this.#socket = socket;
    this.#handshakeDeadline = new Deadline(timers);
    this.#pingDeadline = new Deadline(timers);
    this.#pubackDeadline = new Deadline(timers);
    this.#options = options;
    this.#reader = new PacketReader(options.version, MAX_PACKET_BYTES);
    this.#host = host;
    this.#queue = new SendQueue(socket);
    socket.onOpen = () => this.#connect();
    socket.onData = (bytes) => this.#receive(bytes);
    socket.onWritable = () => this.#writable();
    socket.onClose = (error) => {
      // What breaks TLS is the way, and no answer of the broker's.
      const isTorn = error?.includes("TLS") ?? false;
      const how = { isFarEnd: true, unanswered: isTorn ? undefined : this.#unanswered() };
      // A broker that gives the identifier to another client closes, in MQTT 5 as well where it leaves out the word that MQTT-3.1.4-3 asks
      // for. It resets nothing, and what it sent before can be read.
      const isUnexplained = isTorn || error?.includes("reset") === true;
      this.#end(error ?? "broker closed the connection", isUnexplained ? { ...how, isUnexplained } : how);
    };
    this.#handshakeDeadline.set(CONNECT_TIMEOUT_MS, () => this.#isLate());
  }

  /** Whether `publish` may be called: subscribed, nothing waits for the socket, and there is room in the window. */
  get ready(): boolean {
    const window = Math.min(this.#options.inFlightMax ?? MAX_IN_FLIGHT, this.#limits.receiveMaximum ?? MAX_IN_FLIGHT);
    return this.#state === "open" && this.#queue.waitingBytes === 0 && this.#inFlight.size < window;
  }

  /** Bytes of the longest payload that the broker takes on `topic`; undefined: it names no bound. */
  payloadBytesMax(topic: string): number | undefined {
    const { maximumPacketSize } = this.#limits;
    return maximumPacketSize && maximumPacketSize - PUBLISH_OVERHEAD_BYTES - topic.length;
  }

  /** Publishes that wait for PUBACK, at most MAX_IN_FLIGHT. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Bytes that wait for the socket, at most MAX_QUEUED_BYTES. */
  get queuedBytes(): number {
    return this.#queue.waitingBytes;
  }

  /** Publishes at QoS 1. Only while `ready`; `room` is called when the next one may follow. */
  publish(topic: string, payload: Uint8Array, wantsRetain: boolean): void {
    if (!this.ready) throw new Error("publish without room");
    const most = this.payloadBytesMax(topic);
    if (most !== undefined && payload.length > most) {
      this.close(`broker takes messages of ${most} bytes, and one of ${payload.length} is due: raise its limit`);
      return;
    }
    const retain = wantsRetain && this.#options.mayRetain && this.#limits.retainAvailable !== false;
    const messageId = this.#nextMessageId();
    this.#inFlight.add(messageId);
    if (retain) this.#retainedId = messageId;
    this.#pubackDeadline.setOnce(PUBACK_TIMEOUT_MS, () => this.close("broker acknowledges nothing"));
    this.#send({ cmd: "publish", messageId, topic, payload, retain });
    this.#wantsRoom = !this.ready;
  }

  /** Ends the connection; `closed` is called with `reason` before this returns. Idempotent. */
  close(reason: string): void {
    if (this.#state === "closed") return;
    this.#socket.close();
    this.#end(reason, { isFarEnd: false });
  }

  #isLate(): void {
    const isMute = this.#state === "connecting";
    this.#socket.close();
    this.#end(isMute ? "no CONNACK in time" : "no connection to the broker in time", { isFarEnd: false, isMute });
  }

  #connect(): void {
    if (this.#state !== "opening") return;
    this.#isUnopened = false;
    const objection = this.#host.objection();
    if (objection !== undefined) {
      this.close(objection);
      return;
    }
    this.#state = "connecting";
    const { clientId, username, password, will } = this.#options;
    this.#send({ cmd: "connect", clientId, username, password, keepalive: KEEP_ALIVE_S, will });
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state === "closed") return;
    // A packet that cannot be decoded ends the connection. Any other error comes from the firmware that the packet was handed to, and
    // must pass through: a power cut, or a fault that would else be hidden here.
    let malformed: MqttError | undefined;
    try {
      this.#reader.feed(bytes, (packet) => this.#take(packet));
    } catch (error) {
      if (!(error instanceof MqttError)) throw error;
      malformed = error;
    }
    if (malformed === undefined) return;
    const reason = malformed instanceof NoBrokerError ? malformed.message : `broker breaks MQTT: ${malformed.message}`;
    const unanswered = this.#unanswered();
    this.#socket.close();
    this.#end(reason, { isFarEnd: false, ...(malformed instanceof NoBrokerError ? {} : { unanswered }) });
  }

  #take(packet: IncomingPacket): void {
    switch (this.#state) {
      case "connecting":
        if (packet.cmd === "connack") this.#connack(packet.version, packet.code, packet.limits);
        else this.close(`broker answers CONNECT with ${packet.cmd}`);
        break;
      case "subscribing":
        if (packet.cmd === "suback") this.#suback(packet.messageId, packet.granted);
        else this.#takeOpen(packet);
        break;
      case "open":
        this.#takeOpen(packet);
        break;
    }
  }

  #connack(version: MqttVersion, code: number, limits: BrokerLimits): void {
    if (version !== this.#options.version) {
      this.#refused({ code, cause: "version", words: `broker does not speak MQTT 5 (CONNACK ${code} of 3.1.1)` });
      return;
    }
    if (code !== 0) {
      this.#refused(refusalOf(version, code));
      return;
    }
    const missing = missingFrom(limits);
    if (missing !== undefined) {
      this.close(missing);
      return;
    }
    this.#limits = limits;
    this.#state = "subscribing";
    this.#restartHandshakeTimer();
    this.#send({ cmd: "subscribe", messageId: SUBSCRIBE_ID, topic: this.#options.filter });
    this.#schedulePing();
    this.#host.accepted();
  }

  #refused(refusal: BrokerRefusal): void {
    this.#socket.close();
    this.#end(refusal.words, { isFarEnd: false, refusal });
  }

  #restartHandshakeTimer(): void {
    this.#handshakeDeadline.set(CONNECT_TIMEOUT_MS, () => this.close("no SUBACK in time"));
  }

  #suback(messageId: number, granted: readonly number[]): void {
    const code = granted[0];
    if (messageId !== SUBSCRIBE_ID || granted.length !== 1 || code === undefined) {
      this.close("broker answers SUBSCRIBE wrongly");
      return;
    }
    if (code >= 0x80) {
      // 3.1.1 has the one code that says nothing more.
      const { words } = reasonOf(code, "SUBACK");
      this.close(this.#options.version === 5 ? `subscription refused: ${words}` : "broker refuses the subscription");
      return;
    }
    this.#handshakeDeadline.clear();
    this.#state = "open";
    this.#host.subscribed();
  }

  #takeOpen(packet: IncomingPacket): void {
    switch (packet.cmd) {
      case "publish":
        // The message may precede SUBACK (MQTT-3.8.4-3).
        this.#host.message(packet.topic, packet.payload);
        if (packet.messageId !== undefined) this.#send({ cmd: "puback", messageId: packet.messageId });
        break;
      case "puback":
        this.#puback(packet.messageId, packet.code);
        break;
      case "disconnect":
        this.#socket.close();
        this.#end(reasonOf(packet.code, "DISCONNECT").words, {
          isFarEnd: true,
          refusal: reasonOf(packet.code, "DISCONNECT"),
          unanswered: this.#unanswered(),
        });
        break;
      case "pingresp":
        this.#schedulePing();
        break;
      default:
        this.close(`broker sends ${packet.cmd} out of turn`);
    }
  }

  /** Whatever was refused is read from the journal and sent again in the next connection. */
  #puback(messageId: number, code: number): void {
    if (code >= 0x80 && this.#inFlight.has(messageId)) {
      const unanswered = this.#unanswered();
      this.#socket.close();
      this.#end(`message refused: ${reasonOf(code, "PUBACK").words}`, { isFarEnd: false, unanswered });
      return;
    }
    if (!this.#inFlight.delete(messageId)) return;
    this.#pubackDeadline.clear();
    if (this.#inFlight.size > 0) {
      this.#pubackDeadline.set(PUBACK_TIMEOUT_MS, () => this.close("broker acknowledges nothing"));
    }
    this.#tellRoom();
  }

  #writable(): void {
    if (this.#state === "closed") return;
    this.#queue.flush();
    this.#tellRoom();
  }

  #tellRoom(): void {
    if (!this.#wantsRoom || !this.ready) return;
    this.#wantsRoom = false;
    this.#host.room();
  }

  #schedulePing(): void {
    const { serverKeepAlive } = this.#limits;
    const told = serverKeepAlive === undefined ? PING_INTERVAL_MS : serverKeepAlive * 1000 * PING_SHARE;
    this.#pingDeadline.set(Math.min(this.#options.pingIntervalMs ?? PING_INTERVAL_MS, told), () => {
      this.#pingDeadline.set(PING_TIMEOUT_MS, () => {
        this.#socket.close();
        this.#end("no PINGRESP in time", { isFarEnd: false, isPingLost: true });
      });
      this.#send({ cmd: "pingreq" });
    });
  }

  #send(packet: OutgoingPacket): void {
    if (this.#state === "closed") return;
    this.#queue.send(encodePacket(packet, this.#options.version));
    // `publish` waits for an empty queue, so only answers to a broker that sends and does not read pile up.
    if (this.#queue.waitingBytes > MAX_QUEUED_BYTES) this.close("broker does not read");
  }

  #nextMessageId(): number {
    do {
      this.#lastMessageId = this.#lastMessageId === 0xffff ? 1 : this.#lastMessageId + 1;
    } while (this.#inFlight.has(this.#lastMessageId));
    return this.#lastMessageId;
  }

  #unanswered(): Ending["unanswered"] {
    if (this.#state === "connecting") return "connect";
    return this.#retainedId !== undefined && this.#inFlight.has(this.#retainedId) ? "retained" : undefined;
  }

  #end(reason: string, how: Ending): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#handshakeDeadline.clear();
    this.#pingDeadline.clear();
    this.#pubackDeadline.clear();
    this.#host.closed(reason, this.#isUnopened ? { ...how, isUnopened: true } : how);
  }
}

/** What the box cannot do without, in words with the way out; undefined: all is there. */
function missingFrom(limits: BrokerLimits): string | undefined {
  const { maximumQoS, wildcardSubscriptionAvailable, maximumPacketSize } = limits;
  if (maximumQoS === 0) return "broker takes QoS 0 only: allow QoS 1 there, or use another broker";
  if (wildcardSubscriptionAvailable === false)
    return "broker has no wildcard subscriptions: allow them, or use another";
  if (maximumPacketSize !== undefined && maximumPacketSize < LEAST_PACKET_BYTES) {
    return `broker takes packets of ${maximumPacketSize} bytes at most: allow 4,400`;
  }
  return undefined;
}
