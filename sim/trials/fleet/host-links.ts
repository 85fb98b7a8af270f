import { connect, type Socket } from "node:net";
import type { LinkPort, Links, SocketOptions, SocketPort } from "../../../hal/ports/network.js";

/** What a socket takes before it says that it is full, bytes. */
const SEND_BUFFER_BYTES = 16_384;

/** The computer's own network as the one link of a box: always up, TCP without TLS. */
export class HostLinks implements Links {
  readonly wifi = undefined;
  readonly all: readonly LinkPort[] = [
    { kind: "ethernet", up: true, onChange: undefined, start: () => {}, stop: () => {} },
  ];

  connect(_link: LinkPort, { host, port }: SocketOptions): SocketPort {
    return new HostSocket(connect({ host, port, noDelay: true }));
  }
}

class HostSocket implements SocketPort {
  readonly validity = undefined;
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onWritable: (() => void) | undefined;
  onClose: ((error?: string) => void) | undefined;
  readonly #socket: Socket;
  #isOpen = false;
  #isClosed = false;
  #isShort = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("connect", () => {
      this.#isOpen = true;
      if (!this.#isClosed) this.onOpen?.();
    });
    socket.on("data", (bytes: Buffer) => {
      if (!this.#isClosed) this.onData?.(new Uint8Array(bytes));
    });
    socket.on("drain", () => {
      if (this.#isClosed || !this.#isShort) return;
      this.#isShort = false;
      this.onWritable?.();
    });
    let failure: string | undefined;
    socket.on("error", (error) => {
      failure = error.message;
    });
    socket.on("close", () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.onClose?.(failure);
    });
  }

  get writable(): number {
    return this.#isOpen && !this.#isClosed ? Math.max(0, SEND_BUFFER_BYTES - this.#socket.writableLength) : 0;
  }

  write(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.writable);
    if (count > 0) this.#socket.write(bytes.slice(0, count));
    if (count < bytes.length) this.#isShort = true;
    return count;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
  }
}
