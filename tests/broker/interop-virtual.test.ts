import { createServer } from "node:net";
import type { Endpoint } from "../../sim/broker/virtual/endpoint.js";
import { VirtualBroker } from "../../sim/broker/virtual/virtual-broker.js";
import { interopSuite, mayUse, PASSWORD, USERS } from "./interop-suite.js";
import { listen } from "./listen.js";

interopSuite("virtual", [4, 5], async () => {
  const users = new Map<string, string | undefined>();
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
    authenticate(clientId, username, password) {
      users.set(clientId, username);
      return username !== undefined && USERS.includes(username) && password === PASSWORD;
    },
    authorize: (clientId, _action, topic) => mayUse(users.get(clientId), topic),
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
});
