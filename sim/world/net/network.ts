import type { SocketOptions, Validity } from "../../../hal/ports/network.js";

/** What a box's socket has at the far end of its link: a listener in this process, or a real TCP or TLS connection. */
export interface Network {
  /**
   * Starts to connect; `events` come later, from the scheduler. The path from the box's link to here is the socket's business
   * (`BoxSocket`): this end has no delay and no faults of its own.
   */
  connect(options: SocketOptions, events: FarEvents): Far;
  /** Whether something of the real world takes part: a socket is open or connecting. */
  readonly external: boolean;
  /** Lets go of everything that is still open. */
  close(): void;
}

/** The box's handle on a connection. No event follows `end`, `reset` or `abandon`. */
export interface Far {
  /** Gives bytes to the far end. False: give no more before `drained`. */
  send(bytes: Uint8Array): boolean;
  /** Whether the box can take more bytes; while not, the far end is held back. */
  flow(on: boolean): void;
  /** The box has closed its end. */
  end(): void;
  /** The connection is broken, and both ends learn it. */
  reset(): void;
  /** The box vanished without a word, and the far end is not told. */
  abandon(): void;
}

export interface FarEvents {
  /** `validity`: of the certificates, with TLS. */
  opened(validity?: Validity): void;
  data(bytes: Uint8Array): void;
  /** After `send` gave false: there is room again. */
  drained(): void;
  /** `error` absent: closed cleanly by the far end. The last event. */
  closed(error?: string): void;
}
