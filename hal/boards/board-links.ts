import type { Sim7000 } from "../drivers/sim7000.js";
import { StreamSocket } from "../drivers/stream-socket.js";
import type { OpenStream } from "../io/stream.js";
import type { TimersPort } from "../ports/clock.js";
import type { Links, SocketOptions, SocketPort } from "../ports/network.js";
import { beyondTls, type TlsServer, tlsServer } from "../ports/tls-server.js";

/** TLS with `host` over a connection that `plain` opens; nobody but `authority` (PEM) is trusted. */
export type Secure = (plain: OpenStream, server: TlsServer) => OpenStream;

export interface BoardLinksOptions {
  /** What the platform provides. A cellular link among them gives way to the modem. */
  readonly links: Links;
  readonly modem: Sim7000;
  readonly timers: TimersPort;
  /** The platform's TLS; absent: its own cellular link, if it has one, carries what needs TLS. */
  readonly secure?: Secure | undefined;
}

/** The platform's links and, last, the modem. */
export function boardLinks({ links, modem, timers, secure }: BoardLinksOptions): Links {
  const direct = links.all.find(({ kind }) => kind === "cellular");
  const overModem = (options: SocketOptions): SocketPort => {
    const { host, port } = options;
    const plain = modem.open(host, port);
    const server = tlsServer(options);
    const objection = () => beyondTls(options) ?? (modem.up ? undefined : "the link is down");
    const socket: StreamSocket = new StreamSocket({
      timers,
      target: `${host}:${port}`,
      // The module resolves names. Later in every case: callbacks never come from inside `connect`.
      resolve: (done) =>
        timers.set(0, () => {
          const reason = objection();
          if (reason === undefined) done(host);
          else socket.drop(reason);
        }),
      open: server === undefined || secure === undefined ? plain : secure(plain, server),
      ended: () => {},
    });
    return socket;
  };
  return {
    all: [...links.all.filter((link) => link !== direct), modem],
    wifi: links.wifi,
    connect: (link, options) => {
      if (link !== modem) return links.connect(link, options);
      const isDirect = options.tlsAuthority !== undefined && secure === undefined;
      if (!isDirect) return overModem(options);
      if (direct === undefined) throw new RangeError("a platform without TLS has no link for it");
      return links.connect(direct, options);
    },
  };
}
