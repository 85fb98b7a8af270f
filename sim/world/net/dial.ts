import { X509Certificate } from "node:crypto";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { Certificate } from "../../../hal/certificates/certificate.js";
import { trusted } from "../../../hal/certificates/chain.js";
import type { SocketOptions, Validity } from "../../../hal/ports/network.js";

/**
 * Starts a TCP or TLS connection of the host, as a board would: TLS 1.2 at least, and the server's name in the handshake.
 * `address`: where the host is, for names that are not in the DNS; its certificate is still checked against the name. Nothing may be
 * written before `whenOpen` has said so.
 */
export function dial(options: SocketOptions, address = options.host): Socket {
  const { host, port, tlsAuthority, tlsIdentity, alpn } = options;
  if (tlsAuthority === undefined) return connectTcp({ host: address, port });
  return connectTls({
    host: address,
    port,
    // Node would look at the dates by this computer's clock, which is not the box's: `trustedPeer` checks all but those.
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    // An IP address is no server name (RFC 6066 section 3); the certificate is checked against it all the same.
    ...(isIP(host) === 0 && { servername: host }),
    ...(tlsIdentity && { cert: tlsIdentity.certificate, key: tlsIdentity.key }),
    ...(alpn !== undefined && { ALPNProtocols: [alpn] }),
  });
}

/** Calls `open` once the server is known, with when its certificates hold; a server of another authority becomes an error. */
export function whenOpen(socket: Socket, options: SocketOptions, open: (validity?: Validity) => void): void {
  if (!(socket instanceof TLSSocket)) {
    socket.once("connect", () => open());
    return;
  }
  socket.once("secureConnect", () => {
    const validity = trustedPeer(socket, options);
    if (typeof validity !== "string") open(validity);
    else socket.destroy(new Error(`the certificate of ${options.host} does not verify: ${validity}`));
  });
}

/** As a board checks the chain that the server has sent. */
function trustedPeer(socket: TLSSocket, { host, tlsAuthority }: SocketOptions): Validity | string {
  const authority = new Uint8Array(new X509Certificate(tlsAuthority!).raw);
  return trusted(chainOf(socket.getPeerCertificate(true)), { authority, host, isSignedBy });
}

function chainOf(own: DetailedPeerCertificate): Uint8Array[] {
  const chain = [new Uint8Array(own.raw)];
  for (let one = own; one.issuerCertificate !== undefined && one.issuerCertificate !== one; ) {
    one = one.issuerCertificate;
    chain.push(new Uint8Array(one.raw));
  }
  return chain;
}

function isSignedBy(certificate: Certificate, signer: Certificate): boolean {
  return new X509Certificate(certificate.der).verify(new X509Certificate(signer.der).publicKey);
}

/** Why a connection could not be made, or ended, in words. */
export function describe(error: NodeJS.ErrnoException, options: SocketOptions): string {
  const { host, port } = options;
  const code = error.code ?? "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `cannot resolve ${host}`;
  if (code === "ECONNREFUSED") return `connection refused by ${host}:${port}`;
  if (code === "ECONNRESET") return `connection reset by ${host}:${port}`;
  if (code === "ETIMEDOUT") return `connection to ${host}:${port} timed out`;
  if (/^ERR_(SSL|TLS)/.test(code) || code === "EPROTO") return `TLS with ${host}:${port} failed: ${tlsWords(error)}`;
  if (error.message.startsWith(`the certificate of ${host} `)) return error.message;
  return `connection to ${host}:${port} failed: ${error.message}`;
}

/** What OpenSSL says of a handshake, without the lines of its source: `ID:error:NUMBER:library:function:reason:file:line:`. */
function tlsWords({ message }: NodeJS.ErrnoException): string {
  const reason = message.split(":")[5] ?? message;
  if (/wrong version number|packet length too long|http request/.test(reason)) return "what answers does not speak TLS";
  if (/alert (certificate required|bad certificate|unknown ca|certificate unknown|certificate expired)/.test(reason)) {
    return `it wants a certificate of this box, or another one (${reason})`;
  }
  return reason;
}
