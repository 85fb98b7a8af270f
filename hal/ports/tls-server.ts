import type { SocketOptions } from "./network.js";

/** What a platform's TLS needs to know of a server. */
export interface TlsServer {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly authority: string;
  /** Offered in the handshake; undefined: nothing. */
  readonly alpn: string | undefined;
}

/** Undefined: plain TCP. */
export function tlsServer({ host, port, tlsAuthority, alpn }: SocketOptions): TlsServer | undefined {
  return tlsAuthority === undefined ? undefined : { host, port, authority: tlsAuthority, alpn };
}

/** Why a board cannot do what is asked of its TLS; undefined: it can. */
export function beyondTls({ tlsIdentity }: SocketOptions): string | undefined {
  return tlsIdentity === undefined ? undefined : "this board shows no certificate of its own: use a password";
}
