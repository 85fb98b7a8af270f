import { createServer } from "node:net";
import type { Endpoint } from "../../sim/broker/virtual/endpoint.js";
import { VirtualBroker, type VirtualBrokerOptions } from "../../sim/broker/virtual/virtual-broker.js";
import type { RunningBroker } from "./interop-suite.js";
import { listen } from "./listen.js";

/** The broker of virtual time on a real port and in real time. */
export function virtualOnSockets(options: Omit<VirtualBrokerOptions, "scheduler">): Promise<RunningBroker> {
  const timeouts = new Map<number, NodeJS.Timeout>();
  let lastTimeout = 0;
  const broker = new VirtualBroker({
    scheduler: {
      set(delayMs, callback) {
        timeouts.set(++lastTimeout, setTimeout(callback, delayMs).unref());
        return lastTimeout;
      },
      clear(id) {
        clearTimeout(timeouts.get(id));
        timeouts.delete(id);
      },
    },
    ...options,
  });
  const server = createServer((socket) => {
    const endpoint: Endpoint = {
      onData: undefined,
      onClose: undefined,
      write: (bytes) => void socket.write(bytes),
      close: () => void socket.end(() => socket.destroy()),
    };
    socket.on("data", (bytes) => endpoint.onData?.(bytes));
    socket.on("error", () => {});
    socket.on("close", () => endpoint.onClose?.());
    broker.accept(endpoint);
  });
  return listen(server);
}
