import type { LinkPort, SocketPort } from "../../hal/ports/network.js";
import type { Lasting } from "./lasting.js";
import { type ConnectionHost, type ConnectionOptions, type Ending, MqttConnection } from "./mqtt/connection.js";
import { Session, type SessionHost } from "./session.js";
import type { SessionSeal } from "./session-seal.js";

export interface AttemptHost extends SessionHost {
  /** The broker took the box's name and password. */
  accepted(attempt: Attempt): void;
  /** It is over; called once, last. */
  closed(attempt: Attempt, reason: string, how: Ending): void;
}

/** Over which link, and with what. */
export interface LinkRoute {
  readonly link: LinkPort;
  readonly linkIndex: number;
  readonly socket: SocketPort;
  readonly seal: SessionSeal;
}

/** A connection over one link, from the moment its socket is opened, and the session on it. */
export class Attempt implements ConnectionHost {
  readonly link: LinkPort;
  readonly linkIndex: number;
  readonly connection: MqttConnection;
  readonly session: Session;
  /** Monotonic ms of CONNACK. */
  acceptedAtMs: number | undefined;
  /** When something of the cloud last came, which the box acknowledged and mostly answered; pings apart, monotonic ms. */
  spokeAtMs = 0;
  readonly #lasting: Lasting;
  readonly #socket: SocketPort;
  readonly #host: AttemptHost;

  constructor(
    lasting: Lasting,
    { link, linkIndex, socket, seal }: LinkRoute,
    options: ConnectionOptions,
    host: AttemptHost,
  ) {
    this.#lasting = lasting;
    this.#socket = socket;
    this.#host = host;
    this.link = link;
    this.linkIndex = linkIndex;
    this.connection = new MqttConnection(socket, lasting.timers, options, this);
    this.session = new Session(lasting, { link: link.kind, socket, outlet: this.connection, seal }, host);
  }

  /** `ConnectionHost`. */
  objection(): string | undefined {
    return this.#lasting.dates.beforeWriting(this.#socket.validity);
  }

  /** `ConnectionHost`. */
  accepted(): void {
    this.acceptedAtMs = this.#lasting.clock.monotonicMs();
    this.#host.accepted(this);
  }

  /** `ConnectionHost`. */
  subscribed(): void {
    this.session.hello();
  }

  /** `ConnectionHost`. */
  message(topic: string, payload: Uint8Array): void {
    this.spokeAtMs = this.#lasting.clock.monotonicMs();
    this.session.message(topic, payload);
    this.#lasting.lag.look();
  }

  /** `ConnectionHost`. */
  room(): void {
    this.session.wantsToSend();
  }

  /** `ConnectionHost`. */
  closed(reason: string, how: Ending): void {
    this.#host.closed(this, reason, how);
  }
}
