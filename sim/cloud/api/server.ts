import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { listenOn } from "../listen.js";
import { type ApiHost, apiApp } from "./app.js";

/** A request whose headers or body do not come is given up after this, ms: somebody who sends slowly holds no place. */
const REQUEST_TIMEOUT_MS = 15_000;
const CONNECTIONS_MOST = 1_000;

/** The API, listening. TLS is the business of whatever stands before it. */
export class ApiServer {
  readonly #server: Server;
  readonly #host: string;

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.#host = host;
  }

  /** `port` 0: any free one. Rejects with CloudError when the port cannot be had. */
  static async start(api: ApiHost, port: number, host: string): Promise<ApiServer> {
    const server = createAdaptorServer({ fetch: apiApp(api).fetch }) as Server;
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    server.headersTimeout = REQUEST_TIMEOUT_MS;
    server.maxConnections = CONNECTIONS_MOST;
    await listenOn(server, port, host);
    return new ApiServer(server, host);
  }

  get url(): string {
    const host = this.#host.includes(":") ? `[${this.#host}]` : this.#host;
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
