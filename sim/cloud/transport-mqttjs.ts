import type { Socket } from "node:net";
import mqtt, { ErrorWithReasonCode, type IClientOptions, type MqttClient } from "mqtt";
import { UP_FILTER } from "../../firmware/wire/lanes.js";
import { CloudError } from "./domain.js";
import { Takeovers } from "./takeovers.js";
import type { CloudTransport } from "./transport.js";

export interface BrokerAddress {
  /** `mqtt://host:port`, `mqtts://…`, `ws://…` or `wss://…`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Authority that the broker's certificate must come from, PEM; absent: the system's. */
  readonly ca?: string;
  /** With TLS: offered in the handshake (ALPN). */
  readonly alpn?: string;
  /** With TLS: what is shown to a broker that asks for a certificate, PEM. */
  readonly identity?: { readonly certificate: string; readonly key: string };
  readonly clientId?: string;
  /** Between attempts to connect again, ms; 1,000 if absent. */
  readonly reconnectMs?: number;
  /** Told of a connection lost and found again; for people. */
  readonly onState?: (state: string) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const CLIENT_ID = "smartbox-cloud";
const RECONNECT_MS = 1_000;
/** While another client seems to take the connection away: both would only take it from each other more often. */
const RIVAL_RECONNECT_MS = 60_000;
const SCHEMES = ["mqtt:", "mqtts:", "ws:", "wss:"];

/** As `connectLine`, subscribed to what all boxes say. */
export async function connectMqttjs(address: BrokerAddress): Promise<CloudTransport> {
  const line = await connectLine(address);
  await line.subscribe([UP_FILTER]);
  return line;
}

/** A connection whose user says what is to be heard. */
export interface BrokerLine extends CloudTransport {
  /**
   * From now on, after each connection anew. Rejects with CloudError, and ends the connection, when the broker refuses one of them; without a
   * connection it is asked when there is one.
   */
  subscribe(filters: readonly string[]): Promise<void>;
  unsubscribe(filters: readonly string[]): void;
}

/** Connects through MQTT.js. Rejects with CloudError that names the cause. After that it reconnects by itself, until it is closed. */
export async function connectLine(address: BrokerAddress): Promise<BrokerLine> {
  const shown = checkUrl(address.url);
  const client = mqtt.connect(address.url, optionsOf(address));
  client.on("connect", () => sendAtOnce(client));
  await firstConnection(client, shown);
  const heard = new Set<string>();
  const transport: BrokerLine = {
    onMessage: undefined,
    publish(topic, payload) {
      // MQTT.js would queue without bound; what waited for a connection belongs to a session that is over.
      if (client.connected) client.publish(topic, Buffer.from(payload), { qos: 1 });
    },
    subscribe: async (filters) => {
      for (const filter of filters) heard.add(filter);
      if (client.connected) await subscribe(client, filters, shown);
    },
    unsubscribe: (filters) => {
      for (const filter of filters) heard.delete(filter);
      if (client.connected) client.unsubscribe([...filters]);
    },
    hears: () => client.connected,
    close: () => void client.end(true),
  };
  client.on("message", (topic, payload) => transport.onMessage?.(topic, new Uint8Array(payload)));
  client.on("connect", () => void hearAgain(client, [...heard], (error) => address.onState?.(explain(error, shown))));
  client.on("error", (error) => address.onState?.(explain(error, shown)));
  client.on("offline", () => address.onState?.(`no connection to the broker at ${shown}`));
  client.on("connect", () => address.onState?.(`connected to the broker at ${shown}`));
  noticeTakeovers(client, address, shown);
  return transport;
}

/** Nagle's algorithm would hold each ack back until the broker has acknowledged the packet before it, 40 ms later. */
function sendAtOnce({ stream }: MqttClient): void {
  // MQTT.js calls it a Duplex; over WebSocket it is one.
  (stream as Partial<Socket>).setNoDelay?.(true);
}

function optionsOf({
  username,
  password,
  ca,
  clientId,
  reconnectMs = RECONNECT_MS,
  alpn,
  identity,
}: BrokerAddress): IClientOptions {
  return {
    protocolVersion: 4,
    clean: true,
    // Done here, in packets that every broker takes.
    resubscribe: false,
    clientId: clientId ?? CLIENT_ID,
    keepalive: 60,
    reconnectPeriod: reconnectMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
    ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
  };
}

/** The first connection is there already. */
function noticeTakeovers(client: MqttClient, address: BrokerAddress, shown: string): void {
  const { clientId = CLIENT_ID, reconnectMs = RECONNECT_MS, onState } = address;
  const takeovers = new Takeovers(Date.now);
  takeovers.connected();
  client.on("connect", () => takeovers.connected());
  client.prependListener("close", () => {
    takeovers.closed();
    client.options.reconnectPeriod = takeovers.suspected ? RIVAL_RECONNECT_MS : reconnectMs;
    if (!takeovers.suspected) return;
    onState?.(
      `the broker at ${shown} ends each connection of ${clientId} within minutes: another client seems to use that client id; give each its own`,
    );
  });
}

/** Answers the address as it may be shown: without credentials. */
function checkUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !SCHEMES.includes(parsed.protocol) || parsed.hostname === "") {
    throw new CloudError(`broker URL ${url} is not understood: write it as mqtt://host:1883 or mqtts://host:8883`);
  }
  return parsed.host;
}

function firstConnection(client: MqttClient, shown: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      client.end(true);
      reject(new CloudError(explain(error, shown)));
    };
    const failed = (error: Error): void =>
      fail(isParsers(error) ? new Error(`what answers is no MQTT: ${NO_MQTT}`) : error);
    client.once("connect", () => {
      client.off("error", failed);
      client.off("close", closed);
      resolve();
    });
    const closed = (): void => fail(new Error(`it closed the connection before it answered: ${NO_MQTT}`));
    client.once("error", failed);
    client.once("close", closed);
  });
}

/** What the parser of MQTT says of bytes that are none has no code, and helps nobody. */
function isParsers(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === undefined && !(error instanceof AggregateError);
}

/** Filters in one SUBSCRIBE. */
const FILTERS_AT_ONCE = 200;

async function subscribe(client: MqttClient, filters: readonly string[], shown: string): Promise<void> {
  for (let at = 0; at < filters.length; at += FILTERS_AT_ONCE) {
    await subscribeSome(client, filters.slice(at, at + FILTERS_AT_ONCE), shown);
  }
}

/** After a connection was lost. */
async function hearAgain(
  client: MqttClient,
  filters: readonly string[],
  failed: (error: Error) => void,
): Promise<void> {
  try {
    await subscribe(client, filters, "the address");
  } catch (error) {
    failed(error as Error);
  }
}

function subscribeSome(client: MqttClient, filters: readonly string[], shown: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.subscribe([...filters], { qos: 1 }, (error, granted) => {
      // Without a connection there is no answer, and with the next one it is asked again.
      const isRefused = granted?.some((grant) => grant.qos >= 128) ?? false;
      if (!isRefused && (!error || !client.connected)) return resolve();
      client.end(true);
      reject(new CloudError(`the broker at ${shown} refuses ${filters[0]} to this user: allow it in the broker's ACL`));
    });
  });
}

const NO_MQTT = "does this port speak MQTT, with TLS or without as the URL says?";

const NETWORK_CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused: is the broker running, and is that its port?",
  ENOTFOUND: "there is no such host: check the name",
  EAI_AGAIN: "the host name could not be looked up: check the name and the network",
  EHOSTUNREACH: "the host cannot be reached: check the network",
  ENETUNREACH: "the network cannot be reached: check it",
  ETIMEDOUT: "it did not answer in time: check the address and the network",
  ECONNRESET: `it closed the connection: ${NO_MQTT}`,
  EPROTO: `it does not speak TLS: ${NO_MQTT}`,
  CERT_HAS_EXPIRED: "its certificate has ended: renew it, or set this machine's clock",
  CERT_NOT_YET_VALID: "its certificate does not hold yet: set this machine's clock",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name: write the host as the certificate has it",
};

function explain(error: Error, shown: string): string {
  const at = `the broker at ${shown}`;
  if (error instanceof ErrorWithReasonCode) {
    if (error.code === 4 || error.code === 134) return `${at}: user name or password is wrong`;
    if (error.code === 5 || error.code === 135)
      return `${at}: this user is not authorised: check user name and password`;
    return `${at} refused: ${error.message}`;
  }
  // A name with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = (first as NodeJS.ErrnoException).code ?? "";
  const cause = NETWORK_CAUSES[code];
  if (cause !== undefined) return `${at}: ${cause}`;
  if (code.includes("CERT") || code.includes("SIGN") || code.startsWith("ERR_TLS")) {
    return `${at}: its certificate is not trusted (${first.message}): give the authority that signed it`;
  }
  return `${at}: ${first.message}`;
}
