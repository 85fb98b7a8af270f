import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { listenOnLoopback } from "../listen.js";
import type { CloudService } from "../service.js";
import { cloudPage } from "./page.js";

/** Names by which a browser on this machine calls it. */
const HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** The cloud's page over HTTP, on 127.0.0.1 only: it shows who has which key, and asks nobody for a password. */
export class PageServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * `port` 0: any free one. `nowSeconds` is the cloud's time. `isUp`: whether the cloud answers, always if absent. Rejects with
   * CloudError when the port is taken.
   */
  static async start(
    cloud: CloudService,
    port: number,
    nowSeconds: () => number,
    isUp?: () => boolean,
  ): Promise<PageServer> {
    const server = createAdaptorServer({ fetch: pageApp(cloud, nowSeconds, isUp).fetch }) as Server;
    await listenOnLoopback(server, port);
    return new PageServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

export function pageApp(cloud: CloudService, nowSeconds: () => number, isUp: () => boolean = () => true): Hono {
  const app = new Hono();
  // A page elsewhere whose name was pointed at this machine must not read who has which key.
  app.use(async (context, next) => {
    if (!HOSTS.test(context.req.header("host") ?? "")) return context.text("only as localhost\n", 403);
    await next();
  });
  const contentSecurityPolicy = {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    scriptSrc: ["'unsafe-inline'"],
    connectSrc: ["'self'"],
    imgSrc: ["data:"],
  };
  app.use(secureHeaders({ contentSecurityPolicy }));
  app.get("/", async (context) => {
    context.header("Cache-Control", "no-store");
    if (!isUp()) return context.text("the cloud is down\n", 503);
    return context.html(await cloudPage(cloud, nowSeconds()));
  });
  app.notFound((context) => context.text("there is one page here: /\n", 404));
  return app;
}
