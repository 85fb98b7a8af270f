import { interopSuite, mayUse, PASSWORD, USERS } from "./interop-suite.js";
import { virtualOnSockets } from "./virtual-on-sockets.js";

interopSuite("virtual", [4, 5], () => {
  const users = new Map<string, string | undefined>();
  return virtualOnSockets({
    authenticate(clientId, username, password) {
      users.set(clientId, username);
      return username !== undefined && USERS.includes(username) && password === PASSWORD;
    },
    authorize: (clientId, _action, topic) => mayUse(users.get(clientId), topic),
  });
});
