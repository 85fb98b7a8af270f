import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { listenOnLoopback } from "../listen.js";
import type { Metrics } from "./metrics.js";

export interface Health {
  /** Whether it can do its work now. */
  readonly ready: boolean;
  readonly tenants: number;
  readonly boxes: number;
}

/** `/healthz`: the process is there; `/readyz`: database and broker are, too (503 where not); `/metrics`. On 127.0.0.1 only. */
export class HealthServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `port` 0: any free one. Rejects with CloudError when the port is taken. */
  static async start(port: number, health: () => Health, metrics: Metrics): Promise<HealthServer> {
    const app = new Hono();
    app.get("/healthz", (context) => context.json({ alive: true }));
    app.get("/readyz", (context) => {
      const now = health();
      return context.json(now, now.ready ? 200 : 503);
    });
    app.get("/metrics", async (context) =>
      context.body(await metrics.text(), 200, { "Content-Type": metrics.contentType }),
    );
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    await listenOnLoopback(server, port);
    return new HealthServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
