import type { SocketPort } from "../../../hal/ports/network.js";

/** Packets on their way into a socket that may take less than it is given. */
export class SendQueue {
  readonly #socket: SocketPort;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(socket: SocketPort) {
    this.#socket = socket;
  }

  /** Bytes that the socket has not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  send(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.flush();
  }

  /** Writes what the socket takes. */
  flush(): void {
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const taken = this.#socket.write(head);
      this.#waitingBytes -= taken;
      if (taken < head.length) {
        this.#waiting[0] = head.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
  }
}
