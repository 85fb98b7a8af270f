import { asciiBytes, textOfBytes } from "../../../hal/bytes/ascii.js";
import { base64 } from "./base64.js";
import { sha1 } from "./sha1.js";

/** Bytes of an answer that are read before it counts as none. */
const MAX_ANSWER_BYTES = 4096;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const PROTOCOL = "mqtt";

export interface WebSocketAddress {
  readonly host: string;
  readonly port: number;
  /** Begins with `/`. */
  readonly path: string;
}

/** The opening handshake (RFC 6455 section 4.2.2 and MQTT 5 section 6): asks for MQTT and checks what is answered. */
export class Handshake {
  readonly #address: WebSocketAddress;
  readonly #key: string;
  #answer = new Uint8Array(0);

  /** `nonce`: 16 random bytes. */
  constructor(address: WebSocketAddress, nonce: Uint8Array) {
    this.#address = address;
    this.#key = base64(nonce);
  }

  get request(): Uint8Array {
    const { host, port, path } = this.#address;
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${this.#key}`,
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Protocol: ${PROTOCOL}`,
    ];
    return asciiBytes(`${lines.join("\r\n")}\r\n\r\n`);
  }

  /** Takes more of the answer: what follows it once it is whole and right; a sentence where it is not; undefined: there is more to come. */
  feed(bytes: Uint8Array): Uint8Array | string | undefined {
    const all = new Uint8Array(this.#answer.length + bytes.length);
    all.set(this.#answer);
    all.set(bytes, this.#answer.length);
    this.#answer = all;
    const end = endOfHead(all);
    if (end === undefined) {
      return all.length > MAX_ANSWER_BYTES ? "answers, but not as a web server: mend the broker's port" : undefined;
    }
    const refusal = this.#refusal(textOfBytes(all.subarray(0, end)).split("\r\n"));
    return refusal ?? all.slice(end + 4);
  }

  #refusal(lines: readonly string[]): string | undefined {
    const status = /^HTTP\/1\.[01] ([1-5]\d\d)/.exec(lines[0] ?? "")?.[1];
    if (status === undefined) return "answers, but not as a web server: mend the broker's port";
    if (status !== "101") return this.#wordsOf(status);
    const header = (name: string) => {
      const line = lines.find((one) => one.toLowerCase().startsWith(`${name}:`));
      return line === undefined ? "" : line.slice(name.length + 1).trim();
    };
    const wanted = base64(sha1(asciiBytes(this.#key + GUID)));
    if (header("sec-websocket-accept") !== wanted)
      return "answers the WebSocket handshake wrongly: is a proxy in the way?";
    if (header("sec-websocket-protocol") !== PROTOCOL)
      return "has a WebSocket, but not for MQTT: mend the broker's path";
    return undefined;
  }

  #wordsOf(status: string): string {
    if (status.startsWith("3") || status === "511") {
      return `answers with another page (HTTP ${status}): sign in to this network, or mend the broker's address`;
    }
    if (status === "404") return `has no WebSocket at ${this.#address.path} (HTTP 404): mend the broker's path`;
    if (status === "426" || status === "400")
      return `refuses the WebSocket (HTTP ${status}): mend the broker's port or path`;
    return `refuses the WebSocket (HTTP ${status})`;
  }
}

function endOfHead(bytes: Uint8Array): number | undefined {
  for (let at = 0; at + 3 < bytes.length; at++) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return undefined;
}
