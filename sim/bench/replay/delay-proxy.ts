import { connect, createServer, type Server, type Socket } from "node:net";
import { listenOnLoopback } from "../../cloud/listen.js";

/**
 * A long way on one machine: a TCP proxy on loopback that hands on each piece half a round trip after it came, in order and without a
 * bound on how much is on its way.
 */
export class DelayProxy {
  /** Of what comes from now on, ms. */
  roundTripMs = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** In front of `targetPort` on 127.0.0.1. */
  static async start(targetPort: number): Promise<DelayProxy> {
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ host: "127.0.0.1", port: targetPort, noDelay: true });
      proxy.#join(near, far);
      proxy.#join(far, near);
    });
    const proxy = new DelayProxy(server);
    await listenOnLoopback(server, 0);
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    const later = (work: () => void): void => {
      if (this.roundTripMs === 0) work();
      else setTimeout(work, this.roundTripMs / 2);
    };
    from.on("data", (bytes) => later(() => to.write(bytes)));
    // What an end does wrong, the other end sees as its going away.
    from.on("error", () => {});
    from.on("close", () => {
      this.#sockets.delete(from);
      later(() => to.destroy());
    });
  }
}
