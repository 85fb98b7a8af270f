import type { LinkKind, LinkPort, Links, SocketOptions, SocketPort, Validity } from "../../../hal/ports/network.js";
import type { Endpoint } from "../../../sim/broker/virtual/endpoint.js";
import type { VirtualTime } from "../../support/virtual-time.js";

/** How connections over a link fare. `mute`: opens, takes everything, answers nothing. `full`: as mute, takes `room` bytes. */
export type LinkMode = "ok" | "refuse" | "noAnswer" | "mute" | "full";

export class FakeLink implements LinkPort {
  readonly kind: LinkKind;
  onChange: ((up: boolean) => void) | undefined;
  up = true;
  started = 0;
  stopped = 0;
  mode: LinkMode = "ok";

  constructor(kind: LinkKind) {
    this.kind = kind;
  }

  start(): void {
    this.started++;
  }

  stop(): void {
    this.stopped++;
  }

  change(up: boolean): void {
    this.up = up;
    this.onChange?.(up);
  }
}

const LATENCY_MS = 5;

/** Links whose sockets end at `accept`, with a small delay either way. */
export class FakeNet implements Links {
  readonly all: readonly FakeLink[];
  readonly wifi = undefined;
  /** Link, time and target of each `connect`. */
  readonly attempts: { readonly kind: LinkKind; readonly atMs: number; readonly options: SocketOptions }[] = [];
  /** Bytes that the send buffer holds, and how they leave: freed `LATENCY_MS` after `write`. */
  sendBufferBytes = 8192;
  /** Sees what the broker writes; false: it is lost. */
  toBox: (bytes: Uint8Array) => boolean = () => true;
  /** Sees what the box writes. */
  fromBox: (bytes: Uint8Array) => void = () => {};
  accept: (endpoint: Endpoint) => void = () => {};
  /** What answers plain HTTP and hangs up, or with `holds` does not; undefined: nobody listens. Such connections are no attempts. */
  web: ((request: string) => string) | undefined;
  webHolds = false;
  webConnections = 0;
  /** Of the certificates of every connection that opens from now on. */
  validity: Validity | undefined;
  /** Ends the last connection as the network would. */
  breakLast: (error?: string) => void = () => {};
  /** Ends it as the far end would. */
  hangUp: () => void = () => {};
  /** Sends bytes over it as the far end would. */
  say: (bytes: Uint8Array) => void = () => {};
  readonly #time: VirtualTime;

  constructor(time: VirtualTime, ...kinds: LinkKind[]) {
    this.#time = time;
    this.all = kinds.map((kind) => new FakeLink(kind));
  }

  connect(link: LinkPort, options: SocketOptions): SocketPort {
    if (options.port === 80) return webSocket(this, this.#time);
    const { mode } = link as FakeLink;
    this.attempts.push({ kind: link.kind, atMs: this.#time.nowMs, options });
    const net = this;
    let open = false;
    let closed = false;
    let usedBytes = 0;
    let short = false;
    const endpoint: Endpoint = {
      onData: undefined,
      onClose: undefined,
      write: (bytes) => {
        if (!net.toBox(bytes)) return;
        const copy = bytes.slice();
        later(() => socket.onData?.(new Uint8Array(copy)));
      },
      close: () => later(() => end(undefined)),
    };
    const later = (work: () => void) => {
      net.#time.set(LATENCY_MS, () => {
        if (!closed) work();
      });
    };
    const end = (error: string | undefined) => {
      closed = true;
      socket.onClose?.(error);
    };
    const socket: SocketPort = {
      validity: this.validity,
      onOpen: undefined,
      onData: undefined,
      onWritable: undefined,
      onClose: undefined,
      get writable() {
        return open && !closed ? net.sendBufferBytes - usedBytes : 0;
      },
      write(bytes) {
        const taken = Math.min(bytes.length, this.writable);
        short = taken < bytes.length;
        if (taken === 0) return 0;
        const copy = bytes.slice(0, taken);
        net.fromBox(copy);
        usedBytes += taken;
        if (mode === "full") return taken;
        net.#time.set(LATENCY_MS, () => {
          usedBytes -= taken;
          if (mode === "ok") endpoint.onData?.(copy);
          if (short && !closed) {
            short = false;
            socket.onWritable?.();
          }
        });
        return taken;
      },
      close: () => {
        if (closed) return;
        closed = true;
        net.#time.set(LATENCY_MS, () => endpoint.onClose?.());
      },
    };
    const ends = (error: string | undefined) => {
      if (closed) return;
      end(error);
      endpoint.onClose?.();
    };
    this.breakLast = (error = "connection reset") => ends(error);
    this.hangUp = () => ends(undefined);
    this.say = (bytes) => endpoint.write(bytes);
    if (mode === "refuse") later(() => end("connection refused"));
    else if (mode !== "noAnswer") {
      later(() => {
        open = true;
        if (mode === "ok") net.accept(endpoint);
        socket.onOpen?.();
      });
    }
    return socket;
  }
}

/** To a web server that answers once. */
function webSocket(net: FakeNet, time: VirtualTime): SocketPort {
  net.webConnections++;
  let isOver = false;
  const later = (work: () => void) =>
    time.set(LATENCY_MS, () => {
      if (!isOver) work();
    });
  const end = (error?: string) => {
    isOver = true;
    socket.onClose?.(error);
  };
  const socket: SocketPort = {
    validity: undefined,
    onOpen: undefined,
    onData: undefined,
    onWritable: undefined,
    onClose: undefined,
    writable: net.sendBufferBytes,
    write: (bytes) => {
      const answer = net.web?.(Buffer.from(bytes).toString()) ?? "";
      later(() => {
        if (answer !== "") socket.onData?.(new Uint8Array(Buffer.from(answer)));
        if (!net.webHolds) later(() => end());
      });
      return bytes.length;
    },
    close: () => {
      isOver = true;
    },
  };
  later(() => (net.web === undefined ? end("connection refused") : socket.onOpen?.()));
  return socket;
}
