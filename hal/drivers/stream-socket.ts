import type { OpenStream, Stream, StreamEvents } from "../io/stream.js";
import type { TimersPort } from "../ports/clock.js";
import type { SocketPort, Validity } from "../ports/network.js";

/** What may wait to be sent, bytes: what the port promises of an empty send buffer. */
const BUFFER_BYTES = 4_096;
/** A server that answers neither the connection nor the handshake, ms. */
const OPEN_WITHIN_MS = 30_000;
const NOTHING = new Uint8Array(0);

export interface StreamSocketOptions {
  readonly timers: TimersPort;
  /** For messages: host and port. */
  readonly target: string;
  /** Looks the host up; undefined: there is no such name. */
  readonly resolve: (done: (address: string | undefined) => void) => void;
  readonly open: OpenStream;
  /** Called once, when the socket will not be used any more. */
  readonly ended: () => void;
}

/** A socket of the firmware over a stream: with a send buffer, and with callbacks in the order the port promises. */
export class StreamSocket implements SocketPort, StreamEvents {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onWritable: (() => void) | undefined;
  onClose: ((error?: string) => void) | undefined;

  readonly #timers: TimersPort;
  readonly #target: string;
  readonly #ended: () => void;
  /** Waits to be sent. Made for what waits and let go with it: a board has no 4 KiB for a socket that is idle. */
  #waiting = NOTHING;
  /** Bytes that the stream takes now. */
  #room = 0;
  #stream: Stream | undefined;
  #state: "opening" | "open" | "closed" = "opening";
  #isShort = false;
  readonly #openTimer: number;

  constructor(options: StreamSocketOptions) {
    // What opens it is not kept: with the certificate in it, that is a kilobyte for as long as the box is online.
    const { timers, target, resolve, open, ended } = options;
    this.#timers = timers;
    this.#target = target;
    this.#ended = ended;
    this.#openTimer = timers.set(OPEN_WITHIN_MS, () => this.#end(`${this.#target} does not answer`));
    resolve((address) => {
      if (this.#state !== "opening") return;
      if (address === undefined) this.#end(`cannot resolve ${this.#target}`);
      else this.#connect(open, address);
    });
  }

  get validity(): Validity | undefined {
    return this.#state === "open" ? this.#stream?.validity : undefined;
  }

  get writable(): number {
    return this.#state === "open" ? BUFFER_BYTES - this.#waiting.length : 0;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.writable);
    if (taken < bytes.length) this.#isShort = true;
    if (taken > 0) {
      const joined = new Uint8Array(this.#waiting.length + taken);
      joined.set(this.#waiting);
      joined.set(bytes.subarray(0, taken), this.#waiting.length);
      this.#waiting = joined;
    }
    this.#pump();
    return taken;
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#release();
  }

  /** The link went away: the far end is not told. */
  drop(reason: string): void {
    this.#end(reason);
  }

  #connect(open: OpenStream, address: string): void {
    try {
      this.#stream = open(address, this);
    } catch (error) {
      // Nothing of the firmware runs in there: the SDK throws plain Errors, for a lack of sockets or a bad certificate.
      this.#end(`connection to ${this.#target} failed: ${error instanceof Error ? error.message : "unknown"}`);
    }
  }

  streamWritable(bytes: number): void {
    if (this.#state === "closed") return;
    this.#room = bytes;
    if (this.#state === "opening") {
      this.#state = "open";
      this.#timers.clear(this.#openTimer);
      this.onOpen?.();
    }
    this.#pump();
    if (this.#isShort && this.writable > 0) {
      this.#isShort = false;
      this.onWritable?.();
    }
  }

  streamReadable(): void {
    const bytes = this.#stream?.read();
    if (bytes !== undefined && bytes.byteLength > 0) this.onData?.(new Uint8Array(bytes));
  }

  streamFailed(reason?: string): void {
    const cause = reason === undefined ? "" : `: ${reason}`;
    const how = this.#state === "opening" ? "failed" : "ended";
    // The server's name twice in a line that is cut would push the cause out of it.
    const isWhole = reason?.startsWith("the certificate of ") === true;
    this.#end(isWhole ? reason : `connection to ${this.#target} ${how}${cause}`);
  }

  #pump(): void {
    const count = Math.min(this.#waiting.length, this.#room);
    if (count === 0 || this.#stream === undefined) return;
    const sent = this.#waiting.slice(0, count);
    this.#waiting = count === this.#waiting.length ? NOTHING : this.#waiting.slice(count);
    this.#room -= count;
    this.#stream.write(sent);
  }

  #end(error: string): void {
    if (this.#state === "closed") return;
    this.#release();
    this.onClose?.(error);
  }

  #release(): void {
    this.#state = "closed";
    this.#timers.clear(this.#openTimer);
    this.#stream?.close();
    this.#stream = undefined;
    this.#ended();
  }
}
