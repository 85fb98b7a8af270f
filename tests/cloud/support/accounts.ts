import { connect, type MqttClient } from "mqtt";
import { type Accounts, accountsOf } from "../../../sim/broker/accounts.js";

export const CLOUD_PASSWORD = "cloud-secret";

export const ACCOUNTS: Accounts = accountsOf(
  [
    { id: "A", username: "box-a", password: "password-a" },
    { id: "B", username: "box-b", password: "password-b" },
  ],
  CLOUD_PASSWORD,
);

export interface Peer {
  readonly client: MqttClient;
  readonly got: string[];
}

/** A connected client; `got` holds the topics of what it receives. */
export function connectBox(
  url: string,
  box: "A" | "B",
  options: { ca?: string; password?: string; clientId?: string } = {},
): Promise<Peer> {
  const client = connect(url, {
    clientId: options.clientId ?? `smartbox-${box}`,
    username: `box-${box.toLowerCase()}`,
    password: options.password ?? `password-${box.toLowerCase()}`,
    reconnectPeriod: 0,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  const got: string[] = [];
  client.on("message", (topic) => void got.push(topic));
  return new Promise((resolve, reject) => {
    client.once("connect", () => resolve({ client, got }));
    client.once("error", (error) => {
      client.end(true);
      reject(error);
    });
  });
}

/** The QoS that the broker granted, 128: refused. */
export function subscribe(client: MqttClient, filter: string): Promise<number> {
  return new Promise((resolve) => {
    client.subscribe(filter, { qos: 1 }, (error, granted) => resolve(error ? 128 : (granted?.[0]?.qos ?? 128)));
  });
}

/** Resolves when `condition` holds, asked after each message of any of the clients; rejects after 10 s. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
