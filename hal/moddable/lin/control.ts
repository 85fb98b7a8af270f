import TCP from "embedded:io/socket/tcp";
import type { PlayedDeed } from "./happening.js";

/** Bytes that may wait to be sent; more means that nobody reads. */
const MAX_WAITING_BYTES = 65_536;

/**
 * The way to whoever plays the world: a TCP connection to a server on this machine. The simulator connects, so that it opens
 * no port of its own. Lines are ASCII.
 */
export class Control {
  onHappening: ((happening: PlayedDeed) => void) | undefined;
  readonly #socket: TCP;
  #room = 0;
  #waiting = "";
  #line = "";

  constructor(port: number) {
    this.#socket = new TCP({
      address: "127.0.0.1",
      port,
      nodelay: true,
      onReadable: () => this.#readable(),
      onWritable: (bytes) => {
        this.#room = bytes;
        this.#pump();
      },
      onError: () => trace("the control connection ended\n"),
    });
  }

  /** Tells the far end; letters outside ASCII are escaped. */
  tell(message: object): void {
    if (this.#waiting.length > MAX_WAITING_BYTES) return;
    this.#waiting += `${escaped(JSON.stringify(message))}\n`;
    this.#pump();
  }

  #pump(): void {
    while (this.#room > 0 && this.#waiting !== "") {
      const part = this.#waiting.slice(0, this.#room);
      this.#waiting = this.#waiting.slice(part.length);
      this.#room -= part.length;
      this.#socket.write(ArrayBuffer.fromString(part));
    }
  }

  #readable(): void {
    this.#line += String.fromArrayBuffer(this.#socket.read() as ArrayBuffer);
    let end = this.#line.indexOf("\n");
    while (end >= 0) {
      const line = this.#line.slice(0, end);
      this.#line = this.#line.slice(end + 1);
      this.onHappening?.(JSON.parse(line) as PlayedDeed);
      end = this.#line.indexOf("\n");
    }
  }
}

function escaped(json: string): string {
  let ascii = "";
  for (const letter of json) {
    const code = letter.codePointAt(0)!;
    if (code < 0x7f) ascii += letter;
    else if (code <= 0xffff) ascii += unit(code);
    else ascii += unit(0xd800 + ((code - 0x10000) >> 10)) + unit(0xdc00 + ((code - 0x10000) & 0x3ff));
  }
  return ascii;
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
