import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export interface Told {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly box: string;
    readonly place: number;
    readonly time: number | null;
    readonly data: Record<string, unknown>;
  };
}

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** A program that takes webhooks, on a real socket, and checks each by the library for receivers. */
export class Receiver {
  /** All that it took, in the order in which it came. */
  readonly told: Told[] = [];
  /** Tries that came, taken or not. */
  tries = 0;
  secret: string | undefined;
  /** What it does in place of taking a message. */
  behaviour: Behaviour | undefined;
  /** Of a box of this name it takes nothing, and answers 503. */
  refusedBox: string | undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on("request", (request, response) => {
      let body = "";
      request.on("data", (bytes) => {
        body += bytes;
      });
      request.on("end", () => receiver.#take(request, response, body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/told`;
  }

  ofBox(box: string): readonly number[] {
    return this.told.filter((one) => one.data.box === box).map((one) => one.data.place);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse, body: string): void {
    this.tries++;
    if (this.behaviour !== undefined) {
      this.behaviour(request, response);
      return;
    }
    const message = new Webhook(this.secret!).verify(body, request.headers as Record<string, string>) as Omit<
      Told,
      "id"
    >;
    if (message.data.box === this.refusedBox) {
      response.writeHead(503).end();
      return;
    }
    this.told.push({ ...message, id: request.headers["webhook-id"] as string });
    response.writeHead(204).end();
  }
}
