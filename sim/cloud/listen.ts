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
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        reject(new PortError(port, "is taken by another program: stop it, or choose another port (0: any free one)"));
      } else if (error.code === "EACCES") {
        reject(new PortError(port, "may not be used without more rights: choose one above 1023"));
      } else reject(error);
    });
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
