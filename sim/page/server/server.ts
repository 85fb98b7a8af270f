import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { listenOn } from "../../cloud/listen.js";
import type { Assets } from "../build.js";
import { pageApp } from "./app.js";
import { Live } from "./live.js";
import { Shown } from "./shown.js";
import type { Theatre } from "./theatre.js";

export const LOOPBACK = "127.0.0.1";

export interface PageOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Address to listen on. Anything but loopback asks everybody for a token. */
  readonly host: string;
  readonly assets: Assets;
}

/** The page over HTTP: it shows the session and works it. */
export class PageServer {
  readonly #server: Server;
  readonly #live: Live;
  readonly #token: string | undefined;
  readonly #host: string;

  private constructor(server: Server, live: Live, token: string | undefined, host: string) {
    this.#server = server;
    this.#live = live;
    this.#token = token;
    this.#host = host;
  }

  /** Rejects with PortError when the port cannot be had. */
  static async start(theatre: Theatre, { port, host, assets }: PageOptions): Promise<PageServer> {
    const token = isLoopback(host) ? undefined : randomBytes(18).toString("base64url");
    const shown = new Shown(theatre);
    const live = new Live(shown);
    const server = createAdaptorServer({ fetch: pageApp({ theatre: shown, live, assets, token }).fetch }) as Server;
    try {
      await listenOn(server, port, host);
    } catch (error) {
      live.close();
      throw error;
    }
    return new PageServer(server, live, token, host);
  }

  /** For a browser; with the token, where one is asked for. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    const host = this.#host.includes(":") ? `[${this.#host}]` : this.#host;
    return `http://${host}:${port}/${this.#token === undefined ? "" : `?token=${this.#token}`}`;
  }

  async stop(): Promise<void> {
    this.#live.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

function isLoopback(host: string): boolean {
  return host === LOOPBACK || host === "::1" || host === "localhost";
}
