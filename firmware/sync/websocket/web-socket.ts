import { EntropyError, type EntropyPort } from "../../../hal/ports/entropy.js";
import type { SocketPort, Validity } from "../../../hal/ports/network.js";
import { FrameError, FrameReader, MAX_FRAME_OVERHEAD_BYTES, maskedFrame, Opcode } from "./frames.js";
import { Handshake, type WebSocketAddress } from "./handshake.js";

const NONCE_BYTES = 16;
const MASK_BYTES = 4;
const MAX_PAYLOAD_BYTES = 0xffff;
/** Status codes of RFC 6455 section 7.4.1. */
const NORMAL = 1000;
const CLOSES: readonly (readonly [code: number, words: string])[] = [
  [1001, "goes away"],
  [1002, "says that the box breaks the protocol"],
  [1003, "takes no such messages"],
  [1008, "refuses by a rule of its own"],
  [1009, "takes no message of that size"],
  [1011, "has a fault"],
  [1012, "restarts"],
  [1013, "is busy"],
];

/**
 * A byte stream inside a WebSocket (RFC 6455) on another stream, for sites that let nothing but web traffic out. To whoever uses it,
 * it is a socket: what is written goes out in binary frames, and it opens when the server has taken the handshake.
 */
export class WebSocketStream implements SocketPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onWritable: (() => void) | undefined;
  onClose: ((error?: string) => void) | undefined;
  readonly #socket: SocketPort;
  readonly #entropy: EntropyPort;
  readonly #address: WebSocketAddress;
  readonly #frames = new FrameReader();
  #handshake: Handshake | undefined;
  #state: "opening" | "shaking" | "open" | "closed" = "opening";
  /** `write` took less than it was given. */
  #isShort = false;
  /** The answer to the last ping, which found no room. */
  #pong: Uint8Array | undefined;
  /** Of a frame that the socket took in part. */
  #rest: Uint8Array | undefined;
  /** Of the last frame: each has another. */
  #mask = 0;

  constructor(socket: SocketPort, address: WebSocketAddress, entropy: EntropyPort) {
    this.#socket = socket;
    this.#address = address;
    this.#entropy = entropy;
    socket.onOpen = () => this.#shake();
    socket.onData = (bytes) => this.#receive(bytes);
    socket.onWritable = () => this.#writable();
    socket.onClose = (error) => this.#end(error ?? this.#cutOff());
  }

  get validity(): Validity | undefined {
    return this.#socket.validity;
  }

  get writable(): number {
    if (this.#state !== "open" || this.#rest !== undefined) return 0;
    return Math.max(0, Math.min(MAX_PAYLOAD_BYTES, this.#socket.writable - MAX_FRAME_OVERHEAD_BYTES));
  }

  write(bytes: Uint8Array): number {
    const room = this.writable;
    const taken = Math.min(bytes.length, room);
    if (taken < bytes.length) this.#isShort = true;
    if (taken > 0) this.#send(Opcode.binary, bytes.subarray(0, taken));
    return taken;
  }

  close(): void {
    if (this.#state === "closed") return;
    if (this.#state === "open" && this.writable > 2)
      this.#send(Opcode.close, Uint8Array.of(NORMAL >>> 8, NORMAL & 0xff));
    this.#state = "closed";
    this.#socket.close();
  }

  #shake(): void {
    const random = this.#random(NONCE_BYTES + MASK_BYTES);
    if (random === undefined) return;
    this.#state = "shaking";
    this.#handshake = new Handshake(this.#address, random.subarray(0, NONCE_BYTES));
    // 0 is the one state that xorshift never leaves.
    this.#mask = new DataView(random.buffer).getUint32(NONCE_BYTES) || 1;
    this.#put(this.#handshake.request);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state === "open") {
      this.#read(bytes);
      return;
    }
    const answer = this.#state === "shaking" ? this.#handshake?.feed(bytes) : undefined;
    if (answer === undefined) return;
    if (typeof answer === "string") {
      this.#fail(answer);
      return;
    }
    this.#state = "open";
    this.#handshake = undefined;
    this.onOpen?.();
    this.#read(answer);
  }

  #read(bytes: Uint8Array): void {
    // Only what the frames themselves are is caught: any other error comes from the firmware that the bytes were handed to.
    let broken: FrameError | undefined;
    try {
      this.#frames.feed(bytes, {
        data: (piece) => {
          if (this.#state === "open") this.onData?.(piece);
        },
        control: (opcode, payload) => this.#control(opcode, payload),
      });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      broken = error;
    }
    if (broken !== undefined) this.#fail(`breaks the WebSocket protocol: ${broken.message}`);
  }

  #control(opcode: number, payload: Uint8Array): void {
    if (this.#state !== "open") return;
    if (opcode === Opcode.ping) {
      this.#pong = payload;
      this.#sendPong();
    } else if (opcode === Opcode.close) {
      const code = payload.length >= 2 ? (payload[0]! << 8) | payload[1]! : NORMAL;
      const words = CLOSES.find((row) => row[0] === code)?.[1];
      this.#fail(code === NORMAL ? undefined : `closes the WebSocket: ${words ?? "for a reason of its own"} (${code})`);
    }
  }

  #sendPong(): void {
    const payload = this.#pong;
    if (payload === undefined || this.writable < payload.length) return;
    this.#pong = undefined;
    this.#send(Opcode.pong, payload);
  }

  #send(opcode: number, payload: Uint8Array): void {
    this.#put(maskedFrame(opcode, payload, this.#nextMask()));
  }

  #put(bytes: Uint8Array): void {
    const taken = this.#socket.write(bytes);
    this.#rest = taken < bytes.length ? bytes.subarray(taken) : undefined;
  }

  /** xorshift32. A mask keeps what a script in a browser writes from being read as something else on the way; a box runs none. */
  #nextMask(): Uint8Array {
    let x = this.#mask;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#mask = x >>> 0;
    const bytes = new Uint8Array(MASK_BYTES);
    new DataView(bytes.buffer).setUint32(0, this.#mask);
    return bytes;
  }

  #writable(): void {
    if (this.#rest !== undefined) this.#put(this.#rest);
    this.#sendPong();
    if (!this.#isShort || this.writable === 0) return;
    this.#isShort = false;
    this.onWritable?.();
  }

  /** Undefined: there is none, and the stream has ended. */
  #random(count: number): Uint8Array | undefined {
    const bytes = new Uint8Array(count);
    try {
      this.#entropy.fill(bytes);
      return bytes;
    } catch (error) {
      if (!(error instanceof EntropyError)) throw error;
    }
    this.#fail("no random numbers for a WebSocket");
    return undefined;
  }

  #cutOff(): string | undefined {
    return this.#state === "shaking" ? "closed during the WebSocket handshake" : undefined;
  }

  #fail(error: string | undefined): void {
    this.#socket.close();
    this.#end(error);
  }

  #end(error: string | undefined): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.onClose?.(error);
  }
}
