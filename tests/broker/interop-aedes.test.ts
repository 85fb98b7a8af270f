import { createServer } from "node:net";
import { Aedes, type Client } from "aedes";
import { interopSuite, mayUse, PASSWORD, USERS } from "./interop-suite.js";
import { listen } from "./listen.js";

interopSuite("aedes", [4], async () => {
  const users = new WeakMap<Client, string | undefined>();
  const aedes = await Aedes.createBroker({
    authenticate(client, username, password, done) {
      users.set(client, username);
      done(null, username !== undefined && USERS.includes(username) && password?.toString() === PASSWORD);
    },
    authorizePublish(client, packet, done) {
      done(client === null || mayUse(users.get(client), packet.topic) ? null : new Error("not allowed"));
    },
    authorizeSubscribe(client, subscription, done) {
      done(null, mayUse(users.get(client), subscription.topic) ? subscription : null);
    },
  });
  return listen(
    createServer((socket) => void aedes.handle(socket)),
    () => new Promise((done) => aedes.close(() => done())),
  );
});
