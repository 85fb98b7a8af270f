import type { OpenStream, Stream } from "../../io/stream.js";

/** What the SDK's TLS hands to the TCP class that it is given. */
export interface StreamTcpOptions {
  readonly address: string;
  readonly plain: OpenStream;
  readonly onReadable: (bytes: number) => void;
  readonly onWritable: (bytes: number) => void;
  readonly onError: () => void;
  /** Told the cause before `onError`, which has none. */
  readonly failed: (reason: string) => void;
}

/** A stream in the shape of ECMA-419's TCP, for TLS over what is not the system's own network. */
export class StreamTcp {
  readonly #stream: Stream;
  /** Arrived, and not read yet. */
  #held = new Uint8Array(0);

  constructor(options: StreamTcpOptions) {
    const { plain, address, onReadable, onWritable, onError, failed } = options;
    this.#stream = plain(address, {
      streamWritable: (bytes) => onWritable(bytes),
      streamReadable: () => {
        if (this.#pull()) onReadable(this.#held.length);
      },
      streamFailed: (reason) => {
        if (reason !== undefined) failed(reason);
        onError();
      },
    });
  }

  /** Into `into`, as much as there is; returns how many bytes. */
  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#held.length);
    into.set(this.#held.subarray(0, count));
    this.#held = this.#held.slice(count);
    return count;
  }

  write(bytes: Uint8Array | ArrayBuffer): void {
    this.#stream.write(bytes instanceof Uint8Array ? bytes.slice() : new Uint8Array(bytes.slice(0)));
  }

  close(): void {
    this.#stream.close();
  }

  #pull(): boolean {
    const bytes = this.#stream.read();
    if (bytes === undefined || bytes.byteLength === 0) return false;
    const joined = new Uint8Array(this.#held.length + bytes.byteLength);
    joined.set(this.#held);
    joined.set(new Uint8Array(bytes), this.#held.length);
    this.#held = joined;
    return true;
  }
}
