import type { AddressInfo } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Issued } from "../../../sim/broker/certificate-shop.js";

/** A TLS server on loopback that counts who trusts it with a word, and answers none. */
export class TlsServer {
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();
  /** Clients that said something after the handshake. */
  trusted = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on("secureConnection", (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("data", () => {
        this.trusted++;
      });
    });
    server.on("tlsClientError", () => {});
  }

  /** Shows `chain`, with the key of `holder`. */
  static open(holder: Issued, chain: readonly Issued[]): Promise<TlsServer> {
    const cert = chain.map((one) => one.pem).join("");
    const server = createServer({ cert, key: holder.key, maxVersion: "TLSv1.2" });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(new TlsServer(server)));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
