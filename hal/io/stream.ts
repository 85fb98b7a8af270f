import type { Validity } from "../ports/network.js";

/** A connection under way or open, in the manner of ECMA-419's TCP. `write` takes at most what `onWritable` announced. */
export interface Stream {
  /** As a socket's, from the first `streamWritable` on; without TLS there is none. */
  readonly validity?: Validity | undefined;
  write(bytes: Uint8Array): void;
  /** What has arrived; undefined when nothing has. */
  read(): ArrayBuffer | undefined;
  close(): void;
}

/** Whoever uses a stream. An object with methods, not with functions: those would be copied into RAM for each connection. */
export interface StreamEvents {
  /** Bytes that can be written now. The first call says that the connection is up. */
  streamWritable(bytes: number): void;
  streamReadable(): void;
  /** Over; nothing follows. A reason that begins with `the certificate of` names the server and is told as it is. */
  streamFailed(reason?: string): void;
}

/** Connects to an IPv4 address. */
export type OpenStream = (address: string, events: StreamEvents) => Stream;
