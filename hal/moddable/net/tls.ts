import TCP, { type Options } from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import Timer from "timer";
import { certificateDer } from "../../certificates/pem.js";
import type { OpenStream, Stream, StreamEvents } from "../../io/stream.js";
import type { Validity } from "../../ports/network.js";
import type { TlsServer } from "../../ports/tls-server.js";
import { enter } from "../crash.js";
import { HandshakeWatch } from "./handshake-watch.js";
import { StreamTcp } from "./stream-tcp.js";

/**
 * TLS 1.2 of the SDK over its TCP, or over `plain`. Its handshake runs inside TCP's callbacks and throws there, which would end the program:
 * what it throws becomes the stream's error. Our own callbacks run later, from a timer, so that nothing of the firmware is
 * inside that guard.
 */
export function tls({ host, port, authority, alpn }: TlsServer, plain?: OpenStream): OpenStream {
  return (address, events) => new TlsStream({ host, address, port, authority, alpn, plain }, events);
}

interface Server extends TlsServer {
  readonly address: string;
  readonly plain: OpenStream | undefined;
}

/** The options of the SDK's TLS, which hands all of them on. */
interface Guarded {
  readonly address: string;
  readonly port: number;
  readonly nodelay: boolean;
  readonly plain: OpenStream | undefined;
  readonly onReadable: (bytes: number) => void;
  readonly onWritable: (bytes: number) => void;
  readonly onError: () => void;
  readonly failed: (reason: string) => void;
}

/** TCP whose callbacks throw nothing, and which is read along with until the server is known. */
class GuardedTransport {
  readonly #io: TCP | StreamTcp;
  #watch: HandshakeWatch | undefined = new HandshakeWatch();
  /** Kept by the SDK's TLS. */
  readable = 0;
  writable = 0;

  constructor(options: Guarded) {
    const { plain, failed, onReadable, onWritable, onError } = options;
    const guarded = {
      ...options,
      onReadable: (bytes: number) => guard(failed, () => onReadable(bytes)),
      onWritable: (bytes: number) => guard(failed, () => onWritable(bytes)),
      onError: () => guard(failed, onError),
    };
    this.#io = plain === undefined ? new TCP(guarded as Options) : new StreamTcp({ ...guarded, plain });
  }

  /** The SDK's TLS reads in this way only. */
  read(into: Uint8Array): number {
    const count = (this.#io.read(into) as number | undefined) ?? 0;
    this.#watch?.feed(into.subarray(0, count));
    if (this.#watch?.isOver === true) this.#watch = undefined;
    return count;
  }

  write(bytes: Uint8Array | ArrayBuffer): void {
    this.#io.write(bytes);
  }

  close(): void {
    this.#io.close();
  }
}

function guard(failed: (reason: string) => void, work: () => void): void {
  try {
    work();
  } catch (error) {
    failed(error instanceof Error && error.message !== "" ? error.message : "TLS failed");
  }
}

/** Carries what happened out of the guard, in order. */
class TlsStream implements Stream {
  readonly #events: StreamEvents;
  readonly #socket: TLSSocket;
  readonly #arrived: ArrayBuffer[] = [];
  #room: number | undefined;
  #failure: { readonly reason: string | undefined } | undefined;
  #timer: Timer | undefined;
  #isStopped = false;
  #validity: Validity | undefined;

  constructor({ host, address, port, authority, alpn, plain }: Server, events: StreamEvents) {
    this.#events = events;
    this.#socket = new TLSSocket({
      TCP: { io: GuardedTransport },
      plain,
      host,
      address,
      port,
      nodelay: true,
      // Resumed sessions would save a handshake an hour, and need a second way past the watch.
      secure: {
        certificate: certificateDer(authority),
        cache: false,
        ...(alpn !== undefined && { applicationLayerProtocolNegotiation: [alpn] }),
        seen: (validity) => {
          this.#validity = validity;
        },
      },
      failed: (reason) => this.#fail(reason),
      onReadable: () => this.#readable(),
      onWritable: (bytes) => this.#writable(bytes),
      onError: () => this.#fail(undefined),
    });
  }

  get validity(): Validity | undefined {
    return this.#validity;
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  read(): ArrayBuffer | undefined {
    return this.#arrived.shift();
  }

  close(): void {
    this.#isStopped = true;
    if (this.#timer !== undefined) Timer.clear(this.#timer);
    this.#socket.close();
  }

  #writable(bytes: number): void {
    this.#room = bytes;
    this.#soon();
  }

  #readable(): void {
    const bytes = this.#socket.read();
    if (bytes !== undefined) this.#arrived.push(bytes);
    this.#soon();
  }

  #fail(reason: string | undefined): void {
    this.#failure ??= { reason };
    this.#soon();
  }

  #soon(): void {
    if (this.#isStopped) return;
    this.#timer ??= Timer.set(() => enter(() => this.#tell()), 0);
  }

  #tell(): void {
    this.#timer = undefined;
    const room = this.#room;
    this.#room = undefined;
    if (room !== undefined) this.#events.streamWritable(room);
    while (this.#arrived.length > 0 && !this.#isStopped) this.#events.streamReadable();
    if (this.#failure !== undefined && !this.#isStopped) this.#events.streamFailed(this.#failure.reason);
  }
}
