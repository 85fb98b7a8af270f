import { crc32 } from "../bytes/crc32.js";
import { BridgeError, MAX_MESSAGE_BYTES } from "./codes.js";

/** Messages on a byte stream (PROTOCOL.md section 6). */

const TRAILER_BYTES = 4;
/** Bytes that a stretch of COBS covers at most. */
const STRETCH_BYTES = 254;

export interface BridgeFrame {
  /** 0 to 255. */
  readonly turn: number;
  readonly message: Uint8Array;
}

/** The bytes of a frame, its closing zero included. */
export function encodeFrame(turn: number, message: Uint8Array): Uint8Array {
  if (message.length < 1 || message.length > MAX_MESSAGE_BYTES) {
    throw new RangeError(`a message has 1 to ${MAX_MESSAGE_BYTES} bytes`);
  }
  const plain = new Uint8Array(1 + message.length + TRAILER_BYTES);
  plain[0] = turn;
  plain.set(message, 1);
  const checked = plain.length - TRAILER_BYTES;
  new DataView(plain.buffer).setUint32(checked, crc32(plain, 0, checked), true);
  return stuff(plain);
}

/** Cuts a stream into frames. What is not a frame is dropped and counted; nothing is kept beyond `maxMessageBytes`. */
export class BridgeFrameReader {
  readonly #stuffed: Uint8Array;
  #length = 0;
  #overlong = false;
  #dropped = 0;

  constructor(maxMessageBytes: number = MAX_MESSAGE_BYTES) {
    const plain = 1 + maxMessageBytes + TRAILER_BYTES;
    this.#stuffed = new Uint8Array(plain + Math.floor(plain / STRETCH_BYTES) + 1);
  }

  /** Stretches between zeros that were not frames, so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes more of the stream and gives every frame that is complete to `visit`, which owns the message. */
  feed(bytes: Uint8Array, visit: (frame: BridgeFrame) => void): void {
    for (const byte of bytes) {
      if (byte !== 0) {
        if (this.#length < this.#stuffed.length) this.#stuffed[this.#length++] = byte;
        else this.#overlong = true;
        continue;
      }
      const frame = this.#overlong ? undefined : parse(this.#stuffed.subarray(0, this.#length));
      if (frame === undefined && this.#length > 0) this.#dropped++;
      this.#length = 0;
      this.#overlong = false;
      if (frame !== undefined) visit(frame);
    }
  }
}

/**
 * One end of a stream: numbers what it sends, and answers a frame that comes again with the one it sent last. Waiting and
 * giving up are the caller's, who has a clock.
 */
export class FrameLine {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #reader: BridgeFrameReader;
  #turn = 0;
  #farTurn: number | undefined;
  #last: Uint8Array | undefined;

  constructor(send: (bytes: Uint8Array) => void, maxMessageBytes?: number) {
    this.#send = send;
    this.#reader = new BridgeFrameReader(maxMessageBytes);
    // What noise came before is a frame of its own, and is dropped.
    send(new Uint8Array(1));
  }

  send(message: Uint8Array): void {
    this.#turn = (this.#turn + 1) & 0xff;
    this.#last = encodeFrame(this.#turn, message);
    this.#send(this.#last);
  }

  /** Sends the last frame again. Throws BridgeError when there is none. */
  again(): void {
    if (this.#last === undefined) throw new BridgeError("nothing was sent yet");
    this.#send(this.#last);
  }

  /** Takes more of the stream; `visit` gets each message once. */
  feed(bytes: Uint8Array, visit: (message: Uint8Array) => void): void {
    this.#reader.feed(bytes, ({ turn, message }) => {
      if (turn === this.#farTurn) {
        // The answer got lost. Before the first answer there is none to repeat: the caller is still at work on it.
        if (this.#last !== undefined) this.again();
        return;
      }
      this.#farTurn = turn;
      this.#last = undefined;
      visit(message);
    });
  }
}

function parse(stuffed: Uint8Array): BridgeFrame | undefined {
  const plain = unstuff(stuffed);
  if (plain === undefined || plain.length < 2 + TRAILER_BYTES) return undefined;
  const checked = plain.length - TRAILER_BYTES;
  const expected = new DataView(plain.buffer, plain.byteOffset).getUint32(checked, true);
  if (crc32(plain, 0, checked) !== expected) return undefined;
  return { turn: plain[0]!, message: plain.slice(1, checked) };
}

/** COBS, with the closing zero. */
function stuff(plain: Uint8Array): Uint8Array {
  const out = new Uint8Array(plain.length + Math.floor(plain.length / STRETCH_BYTES) + 2);
  let codeAt = 0;
  let at = 1;
  for (let index = 0; index < plain.length; index++) {
    const byte = plain[index]!;
    if (byte !== 0) out[at++] = byte;
    const isFull = at - codeAt > STRETCH_BYTES;
    if (byte !== 0 && (!isFull || index === plain.length - 1)) continue;
    out[codeAt] = at - codeAt;
    codeAt = at++;
  }
  out[codeAt] = at - codeAt;
  return out.slice(0, at + 1);
}

/** Undefined: not COBS. */
function unstuff(stuffed: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(stuffed.length);
  let length = 0;
  for (let at = 0; at < stuffed.length; ) {
    const code = stuffed[at]!;
    if (at + code > stuffed.length) return undefined;
    out.set(stuffed.subarray(at + 1, at + code), length);
    length += code - 1;
    at += code;
    if (code <= STRETCH_BYTES && at < stuffed.length) length++;
  }
  return out.subarray(0, length);
}
