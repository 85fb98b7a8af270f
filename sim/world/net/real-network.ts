import { X509Certificate } from "node:crypto";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { Certificate } from "../../../hal/certificates/certificate.js";
import { trusted } from "../../../hal/certificates/chain.js";
import type { Validity } from "../../../hal/ports/network.js";
import type { Scheduler } from "../clock/scheduler.js";
import type { ConnectOptions, Far, FarEvents, Network } from "./network.js";

/** How long the socket of a box that vanished stays open, so that its broker notices by its own means. */
const ABANDONED_MS = 120_000;

/** Real TCP and TLS connections of the host. Needs a paced driver. */
export class RealNetwork implements Network {
  readonly #scheduler: Scheduler;
  readonly #addresses: Readonly<Record<string, string>>;
  readonly #open = new Set<Socket>();
  readonly #abandoned = new Set<Socket>();

  /** `addresses`: IP addresses of host names that are not in the DNS; certificates are still checked against the names. */
  constructor(scheduler: Scheduler, options: { addresses?: Readonly<Record<string, string>> } = {}) {
    this.#scheduler = scheduler;
    this.#addresses = options.addresses ?? {};
  }

  get external(): boolean {
    return this.#open.size > 0;
  }

  connect(options: ConnectOptions, events: FarEvents): Far {
    const socket = this.#dial(options);
    this.#open.add(socket);
    const state = { over: false, error: undefined as string | undefined };
    const post = (work: () => void) =>
      this.#scheduler.post(() => {
        if (!state.over) work();
      });
    socket.setNoDelay(true);
    socket.once("connect", () => {
      if (!(socket instanceof TLSSocket)) post(() => events.opened());
    });
    socket.once("secureConnect", () => {
      const validity = trustedPeer(socket as TLSSocket, options);
      if (typeof validity !== "string") post(() => events.opened(validity));
      else socket.destroy(new Error(`the certificate of ${options.host} does not verify: ${validity}`));
    });
    socket.on("data", (bytes: Buffer) => post(() => events.data(new Uint8Array(bytes))));
    socket.on("drain", () => post(() => events.drained()));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      state.error = describe(error, options);
    });
    socket.on("close", () => {
      // Counted as open until the scheduler has told the box, or virtual time would jump ahead of the news.
      this.#scheduler.post(() => {
        this.#open.delete(socket);
        this.#abandoned.delete(socket);
        if (state.over) return;
        state.over = true;
        events.closed(state.error);
      });
    });
    const leave = () => {
      state.over = true;
      this.#open.delete(socket);
    };
    return {
      send: (bytes) => socket.write(bytes),
      flow: (on) => void (on ? socket.resume() : socket.pause()),
      end: () => {
        state.over = true;
        socket.resume();
        socket.end();
      },
      reset: () => {
        leave();
        // Node can reset a bare TCP socket only.
        if (socket instanceof TLSSocket) socket.destroy();
        else socket.resetAndDestroy();
      },
      abandon: () => {
        leave();
        this.#abandon(socket);
      },
    };
  }

  close(): void {
    for (const socket of [...this.#open, ...this.#abandoned]) socket.destroy();
    this.#open.clear();
    this.#abandoned.clear();
  }

  #dial(options: ConnectOptions): Socket {
    const { host, port, tlsAuthority } = options;
    const address = this.#addresses[host] ?? host;
    if (tlsAuthority === undefined) return connectTcp({ host: address, port });
    // An IP address is no server name (RFC 6066 section 3); the certificate is checked against it all the same.
    const name = isIP(host) === 0 ? { servername: host } : {};
    // Node would look at the dates by this computer's clock, which is not the box's: `trustedPeer` checks all but those.
    return connectTls({ host: address, port, rejectUnauthorized: false, minVersion: "TLSv1.2", ...name });
  }

  #abandon(socket: Socket): void {
    socket.pause();
    socket.unref();
    this.#abandoned.add(socket);
    setTimeout(() => {
      this.#abandoned.delete(socket);
      socket.destroy();
    }, ABANDONED_MS).unref();
  }
}

/** As a board checks the chain that the server has sent. */
function trustedPeer(socket: TLSSocket, { host, tlsAuthority }: ConnectOptions): Validity | string {
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

function describe(error: NodeJS.ErrnoException, options: ConnectOptions): string {
  const { host, port } = options;
  const code = error.code ?? "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `cannot resolve ${host}`;
  if (code === "ECONNREFUSED") return `connection refused by ${host}:${port}`;
  if (code === "ECONNRESET") return `connection reset by ${host}:${port}`;
  if (code === "ETIMEDOUT") return `connection to ${host}:${port} timed out`;
  if (/^ERR_(SSL|TLS)/.test(code) || code === "EPROTO") return `TLS with ${host}:${port} failed: ${error.message}`;
  if (error.message.startsWith(`the certificate of ${host} `)) return error.message;
  return `connection to ${host}:${port} failed: ${error.message}`;
}
