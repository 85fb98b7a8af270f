import mqtt, { type MqttClient } from "mqtt";
import type { Random } from "../../world/random.js";

/** Below `smartbox/`, where the cloud may write, and not where it listens. */
const TOPIC = "smartbox/bench/replay";

const LIMIT_MS = 120_000;

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly ca: string | undefined;
}

/**
 * What most people would use: MQTT.js at QoS 1, which gives the broker everything at once. From the first publish to the last message at
 * a second client beside the broker; nothing is committed there.
 */
export class MqttjsReplay {
  readonly #publisher: MqttClient;
  readonly #subscriber: MqttClient;

  private constructor(publisher: MqttClient, subscriber: MqttClient) {
    this.#publisher = publisher;
    this.#subscriber = subscriber;
  }

  /** `nearPort`: the broker's own; `farPort`: its way with the delay. */
  static async open(nearPort: number, farPort: number, login: Login): Promise<MqttjsReplay> {
    const subscriber = await clientOf(nearPort, login);
    await subscriber.subscribeAsync(TOPIC, { qos: 1 });
    return new MqttjsReplay(await clientOf(farPort, login), subscriber);
  }

  /** Messages a second, of `messages` messages of `bytes` bytes. */
  async replay(messages: number, bytes: number, random: Random): Promise<number> {
    const payloads = Array.from({ length: messages }, () => Buffer.from(random.bytes(bytes)));
    let left = messages;
    const delivered = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${left} messages never came`)), LIMIT_MS);
      const count = (): void => {
        if (--left > 0) return;
        clearTimeout(late);
        this.#subscriber.off("message", count);
        resolve();
      };
      this.#subscriber.on("message", count);
    });
    const began = performance.now();
    const acknowledged = payloads.map((payload) => this.#publisher.publishAsync(TOPIC, payload, { qos: 1 }));
    await delivered;
    const seconds = (performance.now() - began) / 1_000;
    await Promise.all(acknowledged);
    return messages / seconds;
  }

  async close(): Promise<void> {
    await this.#publisher.endAsync(true);
    await this.#subscriber.endAsync(true);
  }
}

function clientOf(port: number, { username, password, ca }: Login): Promise<MqttClient> {
  const url = ca === undefined ? `mqtt://127.0.0.1:${port}` : `mqtts://localhost:${port}`;
  return mqtt.connectAsync(url, { protocolVersion: 4, username, password, ...(ca !== undefined && { ca }) });
}
