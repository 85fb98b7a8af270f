import type { Server } from "node:net";
import { CloudError } from "./domain.js";

/** Resolves when `server` listens on 127.0.0.1. Rejects with CloudError when the port is taken or may not be had. */
export function listenOnLoopback(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        reject(
          new CloudError(`port ${port} is taken by another program: stop it, or choose another port (0: any free one)`),
        );
      } else if (error.code === "EACCES") {
        reject(new CloudError(`port ${port} may not be used without more rights: choose one above 1023`));
      } else reject(error);
    });
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
