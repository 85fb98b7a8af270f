import type { Sim7000 } from "../drivers/sim7000.js";
import { StreamSocket } from "../drivers/stream-socket.js";
import type { OpenStream } from "../io/stream.js";
import type { TimersPort } from "../ports/clock.js";
import type { Links, SocketOptions, SocketPort } from "../ports/network.js";

/** TLS with `host` over a connection that `plain` opens; nobody but `authority` (PEM) is trusted. */
export type Secure = (plain: OpenStream, host: string, port: number, authority: string) => OpenStream;

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
  const overModem = ({ host, port, tlsAuthority }: SocketOptions): SocketPort => {
    const plain = modem.open(host, port);
    const socket: StreamSocket = new StreamSocket({
      timers,
      target: `${host}:${port}`,
      // The module resolves names. Later in every case: callbacks never come from inside `connect`.
      resolve: (done) => timers.set(0, () => (modem.up ? done(host) : socket.drop("the link is down"))),
      open: tlsAuthority === undefined || secure === undefined ? plain : secure(plain, host, port, tlsAuthority),
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
