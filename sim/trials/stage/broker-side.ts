import type { Identity } from "../../../firmware/identity/contract.js";
import type { TimersPort } from "../../../hal/ports/clock.js";
import type { TlsIdentity, Validity } from "../../../hal/ports/network.js";
import { type Accounts, publishPrefix, subscribePrefix } from "../../broker/accounts.js";
import { BadWay } from "../../broker/bad-way.js";
import { EmbeddedBroker } from "../../broker/embedded.js";
import { LyingWay } from "../../broker/lying-way.js";
import { Mosquitto, type MosquittoOptions } from "../../broker/mosquitto.js";
import { attachVirtual } from "../../broker/virtual/cloud-transport.js";
import { VirtualBroker } from "../../broker/virtual/virtual-broker.js";
import { CloudError } from "../../cloud/domain.js";
import type { CloudTransport } from "../../cloud/transport.js";
import { connectMqttjs } from "../../cloud/transport-mqttjs.js";
import type { Scheduler } from "../../world/clock/scheduler.js";
import type { VirtualNetwork } from "../../world/net/virtual-network.js";

export type BrokerKind = "virtual" | "embedded" | "mosquitto";
export const BROKER_KINDS: readonly BrokerKind[] = ["virtual", "embedded", "mosquitto"];

/** A broker with its way in for boxes and for the cloud. */
export interface BrokerSide {
  /** What boxes connect to. */
  readonly host: string;
  readonly port: number;
  readonly authority: string | undefined;
  /** How else it is reached: path of a WebSocket, ALPN, a certificate of the boxes' own; absent: MQTT alone. */
  readonly way?: Pick<Identity["broker"], "path" | "alpn" | "certificate" | "certificateKey">;
  /** What every box logs in with; absent: each with its own user and password. */
  readonly boxLogin?: { readonly username: string; readonly password: string };
  /** The cloud's connection. */
  connectCloud(): Promise<CloudTransport>;
  /** The broker itself, which a story may turn against box and cloud; undefined: a real one. */
  readonly virtual?: VirtualBroker;
  /** What lies between the boxes and it; undefined: nothing that can go wrong on its own. */
  readonly between?: BadWay;
  /** Who tells the boxes other things than it does; undefined: nobody can. */
  readonly lying?: LyingWay;
  /** When its certificates hold, as connections from now on see them; undefined: a real one's are as they were made. */
  readonly certify?: (validity: Validity) => void;
  /** The broker dies without a word and comes back; undefined where that cannot be done to it. */
  readonly crash: (() => Promise<void>) | undefined;
  readonly restart: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

/** The PEM that virtual TLS goes by: a name, not a key. */
const VIRTUAL_AUTHORITY = "-----BEGIN CERTIFICATE-----\nVIRTUAL\n-----END CERTIFICATE-----\n";

/** A broker inside virtual time: deterministic. `tls`: it wants its boxes to trust an authority. */
export function virtualBroker(
  network: VirtualNetwork,
  timers: TimersPort,
  accounts: () => Accounts,
  tls: boolean,
): BrokerSide {
  const boxOf = (clientId: string) => accounts().boxes.find((box) => clientId === `smartbox-${box.box}`);
  const broker = new VirtualBroker({
    scheduler: timers,
    authenticate: (clientId, username, password) => {
      const box = boxOf(clientId);
      return box !== undefined && box.username === username && box.password === password;
    },
    authorize: (clientId, action, topic) => {
      const box = boxOf(clientId);
      if (box === undefined) return false;
      return topic.startsWith(action === "publish" ? publishPrefix(box.box) : subscribePrefix(box.box));
    },
  });
  const host = "broker.virtual";
  const port = tls ? 8883 : 1883;
  const authority = tls ? VIRTUAL_AUTHORITY : undefined;
  let validity: Validity = { from: 0, until: Number.MAX_SAFE_INTEGER };
  network.listen(host, port, (endpoint) => broker.accept(endpoint), {
    ...(authority && { authority, validity: () => validity }),
  });
  return {
    certify: (given) => {
      validity = given;
    },
    virtual: broker,
    host,
    port,
    authority,
    connectCloud: async () => attachVirtual(broker, timers),
    crash: async () => broker.crash({ keepRetained: false }),
    restart: async () => broker.restart(),
    stop: async () => {},
  };
}

/** The broker of `npm start`: in this process, on a real port, without TLS. */
export async function embeddedBroker(port: number, accounts: () => Accounts): Promise<BrokerSide> {
  const broker = await EmbeddedBroker.start({ port, accounts });
  const { username, password } = accounts().cloud;
  return {
    host: "127.0.0.1",
    port: broker.port,
    authority: undefined,
    connectCloud: () => connectMqttjs({ url: broker.url, username, password }),
    crash: undefined,
    restart: undefined,
    stop: () => broker.stop(),
  };
}

export interface BrokerUrl {
  /** `mqtt://host:port` or `ws://host:port/path`, or, with `authority`, `mqtts://…` or `wss://…`. */
  readonly url: string;
  /** With TLS: offered in the handshake. */
  readonly alpn?: string | undefined;
  /** With TLS: what box and cloud show the broker. */
  readonly identity?: TlsIdentity | undefined;
  /** The cloud and the boxes log in with them; absent: the cloud without, each box with its own. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM of the authority that the broker's certificate must come from. */
  readonly authority?: string | undefined;
  /** Told of a connection lost and found again; for people. */
  readonly onState?: (state: string) => void;
}

const STANDARD_PORTS: Readonly<Record<string, number>> = { "mqtt:": 1883, "mqtts:": 8883, "ws:": 80, "wss:": 443 };

/** Any broker that is already there. Throws CloudError on a URL that boxes cannot use. */
export function urlBroker({ url, username, password, authority, alpn, identity, onState }: BrokerUrl): BrokerSide {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const standardPort = parsed && STANDARD_PORTS[parsed.protocol];
  if (parsed === undefined || parsed.hostname === "" || standardPort === undefined) {
    throw new CloudError(
      `broker URL ${url}: write mqtt://host:1883, mqtts://host:8883, or, through a WebSocket, ws://host/mqtt or wss://host/mqtt`,
    );
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new CloudError("broker URL with a user or password in it: give them with --user and --password");
  }
  const isTls = parsed.protocol === "mqtts:" || parsed.protocol === "wss:";
  if (isTls && authority === undefined) {
    throw new CloudError(`broker URL ${url}: a box trusts one authority only, give its certificate with --ca FILE`);
  }
  if (!isTls && (alpn !== undefined || identity !== undefined)) {
    throw new CloudError(`broker URL ${url}: certificates and ALPN are of TLS, write mqtts:// or wss://`);
  }
  if (!username !== !password) {
    throw new CloudError("a user without a password, or a password without a user: give both --user and --password");
  }
  const login = username && password ? { username, password } : undefined;
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: parsed.port === "" ? standardPort : Number(parsed.port),
    authority: isTls ? authority : undefined,
    way: {
      ...(parsed.protocol.startsWith("ws") && { path: `${parsed.pathname}${parsed.search}` }),
      ...(alpn !== undefined && { alpn }),
      ...(identity && { certificate: identity.certificate, certificateKey: identity.key }),
    },
    ...(login && { boxLogin: login }),
    connectCloud: () =>
      connectMqttjs({
        url,
        ...login,
        ...(isTls && authority ? { ca: authority } : {}),
        ...(alpn !== undefined && { alpn }),
        ...(identity && { identity }),
        ...(onState && { onState }),
      }),
    crash: undefined,
    restart: undefined,
    stop: async () => {},
  };
}

/** How a mosquitto of the stage is set up and reached, where not as usual. */
export type MosquittoWays = Omit<MosquittoOptions, "port" | "accounts">;

/** A real mosquitto with TLS, passwords and an ACL per box; with `webSocket` boxes reach it through one. */
export async function mosquittoBroker(
  accounts: Accounts,
  options: MosquittoWays = {},
): Promise<BrokerSide & { readonly mosquitto: Mosquitto }> {
  const mosquitto = new Mosquitto({ port: 0, accounts, ...options });
  await mosquitto.start();
  const { username, password } = accounts.cloud;
  const { webSocket = false, wantsCertificates = false } = options;
  const { authority: ca, clientIdentity: identity } = mosquitto;
  return {
    mosquitto,
    host: "localhost",
    port: webSocket ? mosquitto.webSocketPort : mosquitto.port,
    authority: ca,
    way: {
      ...(webSocket && { path: "/mqtt" }),
      ...(wantsCertificates && { certificate: identity.certificate, certificateKey: identity.key }),
    },
    connectCloud: () =>
      connectMqttjs({ url: mosquitto.url, username, password, ca, ...(wantsCertificates && { identity }) }),
    crash: () => mosquitto.kill(),
    restart: () => mosquitto.start(),
    stop: () => mosquitto.stop(),
  };
}

/** The same broker, with a way in front of it that can go wrong. */
export async function overBadWay(broker: BrokerSide): Promise<BrokerSide> {
  const between = await BadWay.start(broker.port);
  return {
    ...broker,
    port: between.port,
    between,
    stop: async () => {
      await between.stop();
      await broker.stop();
    },
  };
}

/** The same broker, with somebody in front of it who may lie to the boxes. */
export async function overLyingWay(broker: BrokerSide & { readonly mosquitto?: Mosquitto }): Promise<BrokerSide> {
  const { mosquitto } = broker;
  const tls = mosquitto && { identity: mosquitto.serverIdentity, authority: mosquitto.authority };
  const lying = await LyingWay.start(broker.port, tls);
  return {
    ...broker,
    port: lying.port,
    lying,
    stop: async () => {
      await lying.stop();
      await broker.stop();
    },
  };
}

/** Messages of a real broker come in when they like; the cloud sees them as events of the world's clock. */
export function inWorldTime(transport: CloudTransport, scheduler: Scheduler): CloudTransport {
  const wrapped: CloudTransport = {
    onMessage: undefined,
    publish: (topic, payload) => transport.publish(topic, payload),
    hears: () => transport.hears?.() ?? true,
    close: () => transport.close(),
  };
  transport.onMessage = (topic, payload) => scheduler.post(() => wrapped.onMessage?.(topic, payload));
  return wrapped;
}
