import type { TimersPort } from "../../hal/ports/clock.js";
import { type Accounts, publishPrefix, subscribePrefix } from "../broker/accounts.js";
import { EmbeddedBroker } from "../broker/embedded.js";
import { Mosquitto } from "../broker/mosquitto.js";
import { VirtualBroker } from "../broker/virtual/virtual-broker.js";
import type { Scheduler } from "../clock/scheduler.js";
import type { CloudTransport } from "../cloud/transport.js";
import { connectMqttjs } from "../cloud/transport-mqttjs.js";
import { attachVirtual } from "../cloud/transport-virtual.js";
import type { VirtualNetwork } from "../net/virtual-network.js";

export type BrokerKind = "virtual" | "embedded" | "mosquitto";
export const BROKER_KINDS: readonly BrokerKind[] = ["virtual", "embedded", "mosquitto"];

/** A broker with its way in for boxes and for the cloud. */
export interface BrokerSide {
  /** What boxes connect to. */
  readonly host: string;
  readonly port: number;
  readonly authority: string | undefined;
  /** The cloud's connection. */
  connectCloud(): Promise<CloudTransport>;
  /** The broker dies without a word and comes back; undefined where that cannot be done to it. */
  readonly crash: (() => Promise<void>) | undefined;
  readonly restart: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

/** The PEM that virtual TLS goes by: a name, not a key. */
const VIRTUAL_AUTHORITY = "-----BEGIN CERTIFICATE-----\nVIRTUAL\n-----END CERTIFICATE-----\n";

/** A broker inside virtual time: deterministic. */
export function virtualBroker(network: VirtualNetwork, timers: TimersPort, accounts: () => Accounts): BrokerSide {
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
  const port = 8883;
  network.listen(host, port, (endpoint) => broker.accept(endpoint), { authority: VIRTUAL_AUTHORITY });
  return {
    host,
    port,
    authority: VIRTUAL_AUTHORITY,
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

/** A real mosquitto with TLS, passwords and an ACL per box. */
export async function mosquittoBroker(accounts: Accounts): Promise<BrokerSide & { readonly mosquitto: Mosquitto }> {
  const mosquitto = new Mosquitto({ port: 0, accounts });
  await mosquitto.start();
  const { username, password } = accounts.cloud;
  return {
    mosquitto,
    host: "localhost",
    port: mosquitto.port,
    authority: mosquitto.authority,
    connectCloud: () => connectMqttjs({ url: mosquitto.url, username, password, ca: mosquitto.authority }),
    crash: () => mosquitto.kill(),
    restart: () => mosquitto.start(),
    stop: () => mosquitto.stop(),
  };
}

/** Messages of a real broker come in when they like; the cloud sees them as events of the world's clock. */
export function inWorldTime(transport: CloudTransport, scheduler: Scheduler): CloudTransport {
  const wrapped: CloudTransport = {
    onMessage: undefined,
    publish: (topic, payload) => transport.publish(topic, payload),
    close: () => transport.close(),
  };
  transport.onMessage = (topic, payload) => scheduler.post(() => wrapped.onMessage?.(topic, payload));
  return wrapped;
}
