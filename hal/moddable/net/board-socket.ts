import type { TimersPort } from "../../ports/clock.js";
import type { SocketPort } from "../../ports/network.js";
import type { OpenStream, Stream } from "./stream.js";

/** Send buffer, bytes: what the port promises of an empty one. */
const BUFFER_BYTES = 4_096;
/** A server that answers neither the connection nor the handshake, ms. */
const OPEN_WITHIN_MS = 30_000;

export interface SocketParts {
  readonly timers: TimersPort;
  /** For messages: host and port. */
  readonly target: string;
  /** Looks the host up; undefined: there is no such name. */
  readonly resolve: (done: (address: string | undefined) => void) => void;
  readonly open: OpenStream;
  /** Called once, when the socket will not be used any more. */
  readonly ended: () => void;
}

/** A socket of the firmware over a stream of the SDK: with a send buffer, and with callbacks in the order the port promises. */
export class BoardSocket implements SocketPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onWritable: (() => void) | undefined;
  onClose: ((error?: string) => void) | undefined;

  readonly #parts: SocketParts;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #used = 0;
  /** Bytes that the stream takes now. */
  #room = 0;
  #stream: Stream | undefined;
  #state: "opening" | "open" | "closed" = "opening";
  #isShort = false;
  readonly #openTimer: number;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    this.#openTimer = parts.timers.set(OPEN_WITHIN_MS, () => this.#end(`${parts.target} does not answer`));
    parts.resolve((address) => {
      if (this.#state !== "opening") return;
      if (address === undefined) this.#end(`cannot resolve ${parts.target}`);
      else this.#connect(address);
    });
  }

  get writable(): number {
    return this.#state === "open" ? BUFFER_BYTES - this.#used : 0;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.writable);
    this.#buffer.set(bytes.subarray(0, taken), this.#used);
    this.#used += taken;
    if (taken < bytes.length) this.#isShort = true;
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

  #connect(address: string): void {
    try {
      this.#stream = this.#parts.open(address, {
        onWritable: (bytes) => this.#writableNow(bytes),
        onReadable: () => this.#readable(),
        onError: (reason) => this.#failed(reason),
      });
    } catch (error) {
      // Nothing of the firmware runs in there: the SDK throws plain Errors, for a lack of sockets or a bad certificate.
      this.#end(`connection to ${this.#parts.target} failed: ${error instanceof Error ? error.message : "unknown"}`);
    }
  }

  #writableNow(bytes: number): void {
    if (this.#state === "closed") return;
    this.#room = bytes;
    if (this.#state === "opening") {
      this.#state = "open";
      this.#parts.timers.clear(this.#openTimer);
      this.onOpen?.();
    }
    this.#pump();
    if (this.#isShort && this.writable > 0) {
      this.#isShort = false;
      this.onWritable?.();
    }
  }

  #readable(): void {
    const bytes = this.#stream?.read();
    if (bytes !== undefined && bytes.byteLength > 0) this.onData?.(new Uint8Array(bytes));
  }

  #failed(reason: string | undefined): void {
    const { target } = this.#parts;
    const cause = reason === undefined ? "" : `: ${reason}`;
    this.#end(
      this.#state === "opening" ? `connection to ${target} failed${cause}` : `connection to ${target} ended${cause}`,
    );
  }

  #pump(): void {
    const count = Math.min(this.#used, this.#room);
    if (count === 0 || this.#stream === undefined) return;
    // A copy: TLS encrypts later and must not see what is written after this.
    this.#stream.write(this.#buffer.slice(0, count));
    this.#buffer.copyWithin(0, count, this.#used);
    this.#used -= count;
    this.#room -= count;
  }

  #end(error: string): void {
    if (this.#state === "closed") return;
    this.#release();
    this.onClose?.(error);
  }

  #release(): void {
    this.#state = "closed";
    this.#parts.timers.clear(this.#openTimer);
    this.#stream?.close();
    this.#stream = undefined;
    this.#parts.ended();
  }
}
