import { StreamSocket } from "../../drivers/stream-socket.js";
import type { TimersPort } from "../../ports/clock.js";
import type { LinkPort, Links, SocketOptions, SocketPort } from "../../ports/network.js";
import { beyondTls, tlsServer } from "../../ports/tls-server.js";
import { resolve } from "./resolve.js";
import { tcp } from "./tcp.js";
import { tls } from "./tls.js";

/** A link that tells when it goes down, before the firmware is told. */
export interface DroppingLink extends LinkPort {
  onDown: (() => void) | undefined;
}

/** The `connect` of the links port: sockets end with their link. */
export function socketsOf(links: readonly DroppingLink[], timers: TimersPort): Links["connect"] {
  const open = new Map<LinkPort, Set<StreamSocket>>();
  for (const link of links) {
    const sockets = new Set<StreamSocket>();
    open.set(link, sockets);
    link.onDown = () => dropAll(sockets, timers);
  }
  return (link, options) => openSocket(link, options, open.get(link)!, timers);
}

function dropAll(sockets: Iterable<StreamSocket>, timers: TimersPort): void {
  for (const socket of sockets) timers.set(0, () => socket.drop("the link went down"));
}

function openSocket(
  link: LinkPort,
  options: SocketOptions,
  sockets: Set<StreamSocket>,
  timers: TimersPort,
): SocketPort {
  const { host, port } = options;
  const server = tlsServer(options);
  const objection = () => beyondTls(options) ?? (link.up ? undefined : "the link is down");
  const socket: StreamSocket = new StreamSocket({
    timers,
    target: `${host}:${port}`,
    // Later in every case: callbacks never come from inside `connect`.
    resolve: (done) =>
      timers.set(0, () => {
        const reason = objection();
        if (reason === undefined) resolve(host, done);
        else socket.drop(reason);
      }),
    open: server === undefined ? tcp(port) : tls(server),
    ended: () => sockets.delete(socket),
  });
  sockets.add(socket);
  return socket;
}
