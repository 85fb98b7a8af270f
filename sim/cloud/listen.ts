import type { Server } from "node:net";
import { CloudError } from "./domain.js";

/** The port cannot be had; the message says why. */
export class PortError extends CloudError {
  readonly port: number;

  constructor(port: number, why: string) {
    super(`port ${port} ${why}`);
    this.port = port;
  }
}

/** Resolves when `server` listens on 127.0.0.1. Rejects with PortError when the port is taken or may not be had. */
export function listenOnLoopback(server: Server, port: number): Promise<void> {
  return listenOn(server, port, "127.0.0.1");
}

/** The same on an address of this machine. */
export function listenOn(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        reject(new PortError(port, "is taken by another program: stop it, or choose another port (0: any free one)"));
      } else if (error.code === "EACCES") {
        reject(new PortError(port, "may not be used without more rights: choose one above 1023"));
      } else if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
        reject(new PortError(port, `cannot be had at ${host}: that is no address of this machine`));
      } else reject(error);
    });
    server.listen(port, host, () => resolve());
  });
}
