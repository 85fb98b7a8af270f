import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type AuthenticateError, type Client } from "aedes";
import { MAX_SEALED_BYTES } from "../../firmware/wire/envelope.js";
import { CloudError } from "../cloud/domain.js";
import { listenOnLoopback } from "../cloud/listen.js";
import { type Accounts, publishPrefix, subscribePrefix } from "./accounts.js";

const NOT_AUTHORISED = 5;
const BAD_CREDENTIALS = 4;
/** What a client may hold back before its connection is cut, ms. */
const DRAIN_TIMEOUT_MS = 10_000;

/** A broker inside this process, on 127.0.0.1 without TLS: for desks and tests. */
export class EmbeddedBroker {
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(aedes: Aedes, server: Server) {
    this.#aedes = aedes;
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /**
   * `port` 0: any free one. `accounts` is asked at each connection, so that a box added later may come in. Rejects with
   * CloudError when the port is taken.
   */
  static async start(options: { readonly port: number; readonly accounts: () => Accounts }): Promise<EmbeddedBroker> {
    const roles = new WeakMap<Client, Role>();
    const aedes = await Aedes.createBroker({
      maxClientsIdLength: 64,
      maxTopicLevels: 8,
      drainTimeout: DRAIN_TIMEOUT_MS,
      authenticate(client, username, password, done) {
        const role = roleOf(options.accounts(), username, password?.toString("utf8"));
        if (role === undefined) return done(refusal("wrong user name or password", BAD_CREDENTIALS), false);
        // A client that takes another's identifier would cut that one off.
        if (role.box !== undefined && client.id !== `smartbox-${role.box}`) {
          return done(refusal("this user must connect as its own box", NOT_AUTHORISED), false);
        }
        roles.set(client, role);
        done(null, true);
      },
      authorizePublish(client, packet, done) {
        const role = client === null ? undefined : roles.get(client);
        if (packet.payload.length > MAX_SEALED_BYTES) return done(new Error("payload too long"));
        const mayPublish =
          role !== undefined && (role.box === undefined || packet.topic.startsWith(publishPrefix(role.box)));
        done(mayPublish ? null : new Error(`publish to ${packet.topic} is not allowed`));
      },
      authorizeSubscribe(client, subscription, done) {
        const role = roles.get(client);
        const maySubscribe =
          role !== undefined && (role.box === undefined || subscription.topic.startsWith(subscribePrefix(role.box)));
        // No subscription and no error: SUBACK says 128 and the client stays.
        done(null, maySubscribe ? subscription : null);
      },
    });
    const server = createServer((socket) => void aedes.handle(socket));
    const broker = new EmbeddedBroker(aedes, server);
    await listenOnLoopback(server, options.port).catch(async (error: unknown) => {
      await broker.stop();
      throw error;
    });
    return broker;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new CloudError("the embedded broker is not running");
    return address.port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    await closed;
  }
}

/** `box` undefined: the cloud. */
interface Role {
  readonly box: string | undefined;
}

function roleOf(accounts: Accounts, username: string | undefined, password: string | undefined): Role | undefined {
  if (username === undefined || password === undefined) return undefined;
  if (username === accounts.cloud.username && password === accounts.cloud.password) return { box: undefined };
  const account = accounts.boxes.find((a) => a.username === username && a.password === password);
  return account === undefined ? undefined : { box: account.box };
}

function refusal(message: string, returnCode: number): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}
