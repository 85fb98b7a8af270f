import mqtt, {
  ErrorWithReasonCode,
  type IClientOptions,
  type IConnackPacket,
  type IPublishPacket,
  type MqttClient,
} from "mqtt";
import { ProbeError, type Version } from "./probe.js";
import type { InteropTarget, Login } from "./target.js";
import type { Waiting } from "./waiting.js";

/** Of MQTT 5 section 3.2.2.3.3, where the broker names none. */
const MOST_IN_FLIGHT = 65_535;

export interface Arrived {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
}

/** MQTT.js, as the cloud and others use it. */
export class CloudClient {
  readonly mqtt: MqttClient;
  readonly received: Arrived[] = [];
  readonly #waiting: Waiting;
  /** Publishes that wait for room: MQTT.js sends whatever it is given, whatever receive maximum the broker has. */
  readonly #unsent: (() => void)[] = [];
  #inFlight = 0;
  connack: IConnackPacket | undefined;
  /** What went wrong; undefined: nothing yet. */
  failure: string | undefined;
  closed = false;

  constructor(
    target: InteropTarget,
    version: Version,
    login: Login | undefined,
    waiting: Waiting,
    options: IClientOptions,
  ) {
    const { tlsAuthority, tlsIdentity, alpn } = target.socket;
    this.#waiting = waiting;
    this.mqtt = mqtt.connect(target.url, {
      protocolVersion: version,
      clean: true,
      keepalive: 60,
      reconnectPeriod: 0,
      ...(login ?? {}),
      ...(tlsAuthority === undefined ? {} : { ca: tlsAuthority }),
      ...(tlsIdentity === undefined ? {} : { cert: tlsIdentity.certificate, key: tlsIdentity.key }),
      ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
      ...options,
    });
    this.mqtt.on("connect", (connack) => {
      this.connack = connack;
      waiting.notify();
    });
    this.mqtt.on("error", (error) => {
      this.failure ??= wordsOf(error);
      waiting.notify();
    });
    this.mqtt.on("close", () => {
      this.closed = true;
      waiting.notify();
    });
    this.mqtt.on("message", (topic, payload, { qos, retain, dup }: IPublishPacket) => {
      this.received.push({ topic, payload: Buffer.from(payload), qos, retain, dup });
      waiting.notify();
    });
  }

  /** Resolves at CONNACK; rejects with ProbeError that says why there is none. */
  online(): Promise<void> {
    return this.#until("CONNACK for the cloud's client", () => this.connack !== undefined);
  }

  async subscribe(filter: string): Promise<void> {
    let granted: number | undefined;
    let failure: string | undefined;
    this.mqtt.subscribe(filter, { qos: 1 }, (error, grants) => {
      if (error) failure = wordsOf(error);
      granted = grants?.[0]?.qos;
      this.#waiting.notify();
    });
    await this.#until(`SUBACK for ${filter}`, () => {
      if (failure !== undefined) throw new ProbeError(`subscription to ${filter} is refused: ${failure}`);
      return granted !== undefined;
    });
    if (granted! >= 128) throw new ProbeError(`subscription to ${filter} is refused (code ${granted})`);
    if (granted === 0) throw new ProbeError(`subscription to ${filter} is granted at QoS 0 only`);
  }

  /** Publishes without waiting, as fast as the broker lets. */
  send(topic: string, payload: Buffer | string): void {
    this.#unsent.push(() =>
      this.mqtt.publish(topic, payload, { qos: 1 }, (error) => {
        if (error) this.failure ??= wordsOf(error);
        this.#inFlight--;
        this.#sendMore();
        this.#waiting.notify();
      }),
    );
    this.#sendMore();
  }

  /** Whether every message that was sent is acknowledged. */
  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#unsent.length === 0;
  }

  #sendMore(): void {
    const most = this.connack?.properties?.receiveMaximum ?? MOST_IN_FLIGHT;
    while (this.#inFlight < most && this.#unsent.length > 0) {
      this.#inFlight++;
      this.#unsent.shift()!();
    }
  }

  /** Resolves when `count` messages have come. */
  got(count: number, which: (one: Arrived) => boolean = () => true): Promise<void> {
    return this.#until(
      `${count} messages at the cloud (may its user read them, and the box's write them?)`,
      () => this.received.filter(which).length >= count,
    );
  }

  end(): void {
    this.mqtt.end(true);
  }

  #until(what: string, met: () => boolean): Promise<void> {
    return this.#waiting.until(what, () => {
      if (met()) return true;
      if (this.failure !== undefined) throw new ProbeError(this.failure);
      if (this.closed) throw new ProbeError("the broker closed the connection of the cloud's client");
      return false;
    });
  }
}

function wordsOf(error: Error): string {
  if (error instanceof ErrorWithReasonCode) return `${error.message} (code ${error.code})`;
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  return first.message;
}
