import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import type { RunningBroker } from "./interop-suite.js";

/** Puts `server` on a free port of 127.0.0.1. */
export async function listen(server: Server, stop?: () => Promise<void>): Promise<RunningBroker> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      await stop?.();
    },
  };
}
