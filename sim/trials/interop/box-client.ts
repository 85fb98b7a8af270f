import { randomFillSync } from "node:crypto";
import { CertificateDates } from "../../../firmware/sync/certificate-dates.js";
import { type Ending, MqttConnection } from "../../../firmware/sync/mqtt/connection.js";
import { WebSocketStream } from "../../../firmware/sync/websocket/web-socket.js";
import type { WillForm } from "../../../firmware/sync/will-form.js";
import { downFilter, Lane, topicOf } from "../../../firmware/wire/lanes.js";
import { RealTimers } from "../../cloud/fleet/real-timers.js";
import { REAL_CLOCK } from "../../world/clock/real-clock.js";
import { type HostSocket, hostSocket } from "../../world/net/host-socket.js";
import { ProbeError, type Version } from "./probe.js";
import type { InteropTarget, Login } from "./target.js";
import type { Waiting } from "./waiting.js";

export interface BoxOptions {
  readonly version: Version;
  readonly box: string;
  readonly login: Login | undefined;
  readonly form: ReturnType<WillForm["at"]>;
  readonly socket: InteropTarget["socket"];
  readonly path: InteropTarget["path"];
}
const ENTROPY = { fill: (into: Uint8Array) => void randomFillSync(into) };

/** The box's own MQTT client on a real socket. */
export class BoxClient {
  readonly received: { readonly topic: string; readonly payload: Buffer }[] = [];
  ended: { readonly reason: string; readonly how: Ending } | undefined;
  accepted = false;
  subscribed = false;
  readonly #box: string;
  readonly #waiting: Waiting;
  readonly #socket: HostSocket;
  readonly #connection: MqttConnection;

  constructor({ version, box, login, form, socket, path }: BoxOptions, waiting: Waiting) {
    this.#box = box;
    this.#waiting = waiting;
    this.#socket = hostSocket(socket);
    const { host, port } = socket;
    const stream = path === undefined ? this.#socket : new WebSocketStream(this.#socket, { host, port, path }, ENTROPY);
    const tell = (work: () => void) => () => {
      work();
      waiting.notify();
    };
    this.#connection = new MqttConnection(
      stream,
      new RealTimers(),
      {
        version,
        clientId: `smartbox-${box}`,
        // A box always has both; brokers that take anybody do not look at them.
        username: login?.username ?? `smartbox-${box}`,
        password: login?.password ?? "none",
        will:
          form === "none"
            ? undefined
            : { topic: topicOf(box, Lane.state), payload: Buffer.from("will"), retain: form === "retained" },
        mayRetain: form === "retained",
        filter: downFilter(box),
      },
      {
        objection: () => new CertificateDates(REAL_CLOCK).beforeWriting(this.#socket.validity),
        accepted: tell(() => {
          this.accepted = true;
        }),
        subscribed: tell(() => {
          this.subscribed = true;
        }),
        message: (topic, payload) => {
          this.received.push({ topic, payload: Buffer.from(payload) });
          waiting.notify();
        },
        room: waiting.notify,
        closed: (reason, how) => {
          this.ended = { reason, how };
          waiting.notify();
        },
      },
    );
    // A PUBACK is no event of the connection.
    const receive = this.#socket.onData;
    this.#socket.onData = (bytes) => {
      receive?.(bytes);
      waiting.notify();
    };
  }

  /** Resolves at SUBACK; rejects with ProbeError that says why it does not come. */
  online(): Promise<void> {
    return this.#until("SUBACK for the box", () => this.subscribed);
  }

  /** Resolves when the connection has ended, whatever the reason. */
  async over(): Promise<string> {
    await this.#waiting.until("the end of the box's connection", () => this.ended !== undefined);
    return this.ended!.reason;
  }

  /** Publishes as soon as there is room. */
  async publish(lane: Lane, payload: Buffer, retain = false): Promise<void> {
    await this.#until("room for the box's next message", () => this.#connection.ready);
    this.#connection.publish(topicOf(this.#box, lane), payload, retain);
  }

  /** Resolves when the broker has acknowledged everything. */
  acknowledged(): Promise<void> {
    return this.#until("PUBACK for the box's messages", () => this.#connection.inFlight === 0);
  }

  /** Resolves when `count` messages have come. */
  got(count: number): Promise<void> {
    return this.#until(
      `${count} messages at the box (may its user read them, and the cloud's write them?)`,
      () => this.received.length >= count,
    );
  }

  /** Bytes of the longest payload that the broker takes on `lane`; undefined: it names no bound. */
  payloadBytesMax(lane: Lane): number | undefined {
    return this.#connection.payloadBytesMax(topicOf(this.#box, lane));
  }

  get inFlight(): number {
    return this.#connection.inFlight;
  }

  /** Loses its network: the broker is not told. */
  silence(): void {
    this.#socket.silence();
  }

  /** Ends without DISCONNECT, as a box always does. */
  close(): void {
    this.#connection.close("done");
  }

  #until(what: string, met: () => boolean): Promise<void> {
    return this.#waiting.until(what, () => {
      if (met()) return true;
      if (this.ended !== undefined) throw new ProbeError(this.ended.reason);
      return false;
    });
  }
}
