export type LinkKind = "ethernet" | "wifi" | "cellular";

/** A network that a Wi-Fi scan found. */
export interface WifiNetwork {
  /** Name, 1 to 32 bytes, already reduced to printable ASCII by the port. */
  readonly ssid: string;
  /** Received signal, dBm: -100 to 0. */
  readonly rssi: number;
  readonly secured: boolean;
}

/**
 * One way to the internet. `up` means that the link has an address; it does not promise that anything can be reached.
 */
export interface LinkPort {
  readonly kind: LinkKind;
  readonly up: boolean;
  /** Called once per change, after `up` gives the new value. */
  onChange: ((up: boolean) => void) | undefined;
  /** Powers the link and starts to connect with the credentials the board keeps; returns at once. Idempotent. */
  start(): void;
  /** Drops the link and takes its power away; open sockets end with an error. Idempotent. */
  stop(): void;
}

export interface WifiPort extends LinkPort {
  readonly kind: "wifi";
  /**
   * Looks for networks for at most 10 s; `done` gets at most 8, strongest first, or an error's text. One scan at a time: a
   * second one replaces the first, whose `done` is not called.
   */
  scan(done: (networks: readonly WifiNetwork[], error?: string) => void): void;
  /**
   * Joins `ssid` with `passphrase` (8 to 63 ASCII characters, or empty for an open network) within 15 s; the credentials are
   * kept beside the configured network until `forget`. `done` gets undefined on success, else the error's text.
   */
  join(ssid: string, passphrase: string, done: (error?: string) => void): void;
  /** Forgets what `join` learnt. Idempotent. */
  forget(): void;
}

export interface Links {
  /** In the order in which the sync task tries them: Ethernet, Wi-Fi, cellular; a board without one leaves it out. */
  readonly all: readonly LinkPort[];
  readonly wifi: WifiPort | undefined;
  /**
   * Opens a TCP or TLS connection over `link`; returns at once. Errors, including a name that does not resolve, a refused
   * connection and a certificate that does not verify, are told by `onClose`.
   */
  connect(link: LinkPort, options: SocketOptions): SocketPort;
}

export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  /**
   * PEM of the authority that must have signed the server's certificate, whose name must match `host`; absent: plain TCP. The dates of
   * the certificates are not looked at: that is the caller's, by `validity`.
   */
  readonly tlsAuthority?: string;
  /** What the box shows a TLS server that asks who it is: certificate, with its chain, and private key, both PEM. */
  readonly tlsIdentity?: TlsIdentity;
  /** Protocol that is offered in the TLS handshake (ALPN, RFC 7301), such as `mqtt`; absent: none. */
  readonly alpn?: string;
}

export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** When all certificates of a chain hold, the authority's own included: both ends included, s since 1970 UTC. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/** A byte stream in the manner of ECMA-419's TCP. Callbacks never come from inside a method of the socket. */
export interface SocketPort {
  /**
   * When the server's certificates hold; undefined before `onOpen`, and of plain TCP. Whoever opened the socket compares it with the time
   * before anything secret is written: only the firmware knows whether the box has one.
   */
  readonly validity: Validity | undefined;
  /** Connected, and the TLS handshake is done. Called once, before any other callback but `onClose`. */
  onOpen: (() => void) | undefined;
  /** Bytes arrived; the callee owns the array. */
  onData: ((bytes: Uint8Array) => void) | undefined;
  /** There is room again after `write` took less than it was given. */
  onWritable: (() => void) | undefined;
  /**
   * The stream ended; `error` names the cause when it was not the far end's clean close. Called once; nothing follows. Of a name that does
   * not resolve it begins with `cannot resolve`, of a certificate that is not taken it has `does not verify`: the panel goes by that.
   */
  onClose: ((error?: string) => void) | undefined;
  /** Takes as many of the bytes as fit in the send buffer (at least 4,096 when empty), copies them, and returns how many. */
  write(bytes: Uint8Array): number;
  /** Bytes that `write` would take now. 0 before `onOpen`. */
  readonly writable: number;
  /** Ends the stream; no callback follows. Idempotent. */
  close(): void;
}
