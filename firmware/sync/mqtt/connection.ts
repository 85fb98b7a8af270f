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
import { type IncomingPacket, MqttError, type OutgoingPacket, type Will } from "./packets.js";
import { SendQueue } from "./send-queue.js";

export interface ConnectionOptions {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Undefined: without one. */
  readonly will: Will | undefined;
  /** False: the broker takes no retained messages, so none is sent. */
  readonly mayRetain: boolean;
  /** Topic filter to subscribe to, at QoS 1. */
  readonly filter: string;
  /** Asked when the socket is open: why nothing is to be written over it; undefined: it is good. */
  readonly objection: () => string | undefined;
  /** ms between two pings; PING_INTERVAL_MS if absent. */
  readonly pingIntervalMs?: number | undefined;
}

export interface ConnectionEvents {
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
  /** CONNACK's return code, when that is what ended it. */
  readonly refusal?: number | undefined;
  /** The far end closed, while this was what it had not answered. */
  readonly unanswered?: "connect" | "retained" | undefined;
  /** This side ended it for want of a PINGRESP. */
  readonly isPingLost?: boolean | undefined;
  /** The far end closed; false: this side did. */
  readonly isFarEnd: boolean;
}

/** CONNACK return codes of MQTT 3.1.1 section 3.2.2.3. */
const REFUSALS: readonly string[] = [
  "",
  "broker does not speak MQTT 3.1.1",
  "broker refuses this client identifier",
  "broker is not available",
  "broker refuses user name or password",
  "broker does not authorise this box",
];

const SUBSCRIBE_ID = 1;

/**
 * An MQTT 3.1.1 client on one socket, from the socket's opening to its end. It never sends DISCONNECT: whatever ends the
 * connection, the broker is to publish the will.
 */
export class MqttConnection {
  readonly #socket: SocketPort;
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #queue: SendQueue;
  readonly #reader = new PacketReader(MAX_PACKET_BYTES);
  /** Message identifiers that wait for PUBACK. */
  readonly #inFlight = new Set<number>();
  #state: "opening" | "connecting" | "subscribing" | "open" | "closed" = "opening";
  #lastMessageId = SUBSCRIBE_ID;
  /** The retained message that waits for PUBACK. */
  #retainedId: number | undefined;
  #wantsRoom = false;
  readonly #handshakeDeadline: Deadline;
  readonly #pingDeadline: Deadline;
  readonly #pubackDeadline: Deadline;

  constructor(socket: SocketPort, timers: TimersPort, options: ConnectionOptions, events: ConnectionEvents) {
    this.#socket = socket;
    this.#handshakeDeadline = new Deadline(timers);
    this.#pingDeadline = new Deadline(timers);
    this.#pubackDeadline = new Deadline(timers);
    this.#options = options;
    this.#events = events;
    this.#queue = new SendQueue(socket);
    socket.onOpen = () => this.#connect();
    socket.onData = (bytes) => this.#receive(bytes);
    socket.onWritable = () => this.#writable();
    socket.onClose = (error) => {
      this.#end(error ?? "broker closed the connection", { isFarEnd: true, unanswered: this.#unanswered() });
    };
    this.#handshakeDeadline.set(CONNECT_TIMEOUT_MS, () =>
      this.close(this.#state === "opening" ? "no connection to the broker in time" : "no CONNACK in time"),
    );
  }

  /** Whether `publish` may be called: subscribed, nothing waits for the socket, and there is room in the window. */
  get ready(): boolean {
    return this.#state === "open" && this.#queue.waitingBytes === 0 && this.#inFlight.size < MAX_IN_FLIGHT;
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
    const retain = wantsRetain && this.#options.mayRetain;
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

  #connect(): void {
    if (this.#state !== "opening") return;
    const objection = this.#options.objection();
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
    if (malformed !== undefined) this.close(`broker breaks MQTT: ${malformed.message}`);
  }

  #take(packet: IncomingPacket): void {
    switch (this.#state) {
      case "connecting":
        if (packet.cmd === "connack") this.#connack(packet.returnCode);
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

  #connack(returnCode: number): void {
    if (returnCode !== 0) {
      this.#socket.close();
      const words = REFUSALS[returnCode] ?? "broker refuses";
      this.#end(`${words} (CONNACK ${returnCode})`, { isFarEnd: false, refusal: returnCode });
      return;
    }
    this.#state = "subscribing";
    this.#restartHandshakeTimer();
    this.#send({ cmd: "subscribe", messageId: SUBSCRIBE_ID, topic: this.#options.filter });
    this.#schedulePing();
    this.#events.accepted();
  }

  #restartHandshakeTimer(): void {
    this.#handshakeDeadline.set(CONNECT_TIMEOUT_MS, () => this.close("no SUBACK in time"));
  }

  #suback(messageId: number, granted: readonly number[]): void {
    const refused = granted[0] === 0x80;
    if (messageId !== SUBSCRIBE_ID || granted.length !== 1 || refused) {
      this.close(refused ? "broker refuses the subscription" : "broker answers SUBSCRIBE wrongly");
      return;
    }
    this.#handshakeDeadline.clear();
    this.#state = "open";
    this.#events.subscribed();
  }

  #takeOpen(packet: IncomingPacket): void {
    switch (packet.cmd) {
      case "publish":
        // The message may precede SUBACK (MQTT-3.8.4-3).
        this.#events.message(packet.topic, packet.payload);
        if (packet.messageId !== undefined) this.#send({ cmd: "puback", messageId: packet.messageId });
        break;
      case "puback":
        this.#puback(packet.messageId);
        break;
      case "pingresp":
        this.#schedulePing();
        break;
      default:
        this.close(`broker sends ${packet.cmd} out of turn`);
    }
  }

  #puback(messageId: number): void {
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
    this.#events.room();
  }

  #schedulePing(): void {
    this.#pingDeadline.set(this.#options.pingIntervalMs ?? PING_INTERVAL_MS, () => {
      this.#pingDeadline.set(PING_TIMEOUT_MS, () => {
        this.#socket.close();
        this.#end("no PINGRESP in time", { isFarEnd: false, isPingLost: true });
      });
      this.#send({ cmd: "pingreq" });
    });
  }

  #send(packet: OutgoingPacket): void {
    if (this.#state === "closed") return;
    this.#queue.send(encodePacket(packet));
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
    this.#events.closed(reason, how);
  }
}
