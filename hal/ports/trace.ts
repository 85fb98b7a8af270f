/** Diagnostics for whoever holds the cable. Never given a code, a key, or a passphrase. */
export interface TracePort {
  /** One line of at most 200 ASCII characters. */
  line(text: string): void;
}
