import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import type { Issued } from "./certificates.js";

/** A TLS server on loopback that counts who trusts it, and takes what they say no further. */
export class TlsServer {
  readonly #server: Server;
  /** Clients that finished the handshake. */
  trusted = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on("secureConnection", (socket) => {
      this.trusted++;
      socket.on("error", () => {});
      socket.destroy();
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
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
