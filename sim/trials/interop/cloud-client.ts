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

  /** Publishes without waiting. */
  send(topic: string, payload: Buffer | string): void {
    this.mqtt.publish(topic, payload, { qos: 1 }, (error) => {
      if (error) this.failure ??= wordsOf(error);
      this.#waiting.notify();
    });
  }

  /** Resolves when `count` messages have come. */
  got(count: number, which: (one: Arrived) => boolean = () => true): Promise<void> {
    return this.#until(`${count} messages at the cloud`, () => this.received.filter(which).length >= count);
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
