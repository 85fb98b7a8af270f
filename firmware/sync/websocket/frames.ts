/** Opcodes of RFC 6455 section 5.2. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const FINAL = 0x80;
const MASKED = 0x80;
const MAX_CONTROL_BYTES = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
/** Of a frame that the box sends, besides its payload: a payload is shorter than 65,536 bytes. */
export const MAX_FRAME_OVERHEAD_BYTES = 8;

/** One whole frame, masked, as a client's must be. `payload`: at most 65,535 bytes. */
export function maskedFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Uint8Array {
  const isShort = payload.length < LENGTH_16;
  const head = isShort ? 2 : 4;
  const frame = new Uint8Array(head + 4 + payload.length);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | (isShort ? payload.length : LENGTH_16);
  if (!isShort) {
    frame[2] = payload.length >>> 8;
    frame[3] = payload.length & 0xff;
  }
  frame.set(mask, head);
  for (let i = 0; i < payload.length; i++) frame[head + 4 + i] = payload[i]! ^ mask[i & 3]!;
  return frame;
}

/** The server broke RFC 6455. */
export class FrameError extends Error {}

export interface FrameVisitor {
  /** Some of a message's bytes: where messages begin and end means nothing to MQTT. */
  data(bytes: Uint8Array): void;
  /** A whole control frame. */
  control(opcode: number, payload: Uint8Array): void;
}

/** Cuts a server's stream into frames. Nothing of a message is kept, and of a control frame 125 bytes at most. */
export class FrameReader {
  #head: number[] = [];
  #opcode = 0;
  /** Bytes of the present frame that have not come. */
  #left = 0;
  #isInFrame = false;
  /** Inside a message in several frames. */
  #isInMessage = false;
  #control: number[] = [];

  /** Throws FrameError; the reader is of no use after that. */
  feed(bytes: Uint8Array, visitor: FrameVisitor): void {
    let at = 0;
    while (at < bytes.length) {
      if (!this.#isInFrame) {
        this.#head.push(bytes[at++]!);
        if (!this.#takeHead()) continue;
      }
      const piece = bytes.subarray(at, at + Math.min(this.#left, bytes.length - at));
      at += piece.length;
      this.#left -= piece.length;
      if (this.#opcode >= Opcode.close) this.#control.push(...piece);
      else if (piece.length > 0) visitor.data(piece.slice());
      if (this.#left > 0) continue;
      this.#isInFrame = false;
      if (this.#opcode < Opcode.close) continue;
      const payload = Uint8Array.from(this.#control);
      this.#control = [];
      visitor.control(this.#opcode, payload);
    }
  }

  /** True: the head is whole, and the frame begins. */
  #takeHead(): boolean {
    const first = this.#head[0];
    const second = this.#head[1];
    if (first === undefined || second === undefined) return false;
    const short = second & 0x7f;
    const lengthBytes = short === LENGTH_16 ? 2 : short === LENGTH_64 ? 8 : 0;
    if (this.#head.length < 2 + lengthBytes) return false;
    const length = lengthBytes === 0 ? short : this.#head.slice(2).reduce((sum, byte) => sum * 256 + byte, 0);
    this.#head = [];
    this.#begin(first, second, length);
    return true;
  }

  #begin(first: number, second: number, length: number): void {
    const opcode = first & 0x0f;
    const isFinal = (first & FINAL) !== 0;
    if ((first & 0x70) !== 0) throw new FrameError("a frame with reserved bits");
    if ((second & MASKED) !== 0) throw new FrameError("a masked frame from a server");
    if (opcode >= Opcode.close) {
      if (!isFinal || length > MAX_CONTROL_BYTES) throw new FrameError("a control frame in pieces");
      if (opcode > Opcode.pong) throw new FrameError(`opcode ${opcode}`);
    } else {
      if (opcode === Opcode.text) throw new FrameError("a text frame");
      if (opcode > Opcode.binary) throw new FrameError(`opcode ${opcode}`);
      if ((opcode === Opcode.continuation) !== this.#isInMessage) throw new FrameError("frames out of order");
      this.#isInMessage = !isFinal;
    }
    if (!Number.isSafeInteger(length)) throw new FrameError("a frame without an end");
    this.#opcode = opcode;
    this.#left = length;
    this.#isInFrame = true;
  }
}
