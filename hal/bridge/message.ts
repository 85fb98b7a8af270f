import { utf8Decode, utf8Encode } from "../bytes/utf8.js";
import { BridgeError, MAX_MESSAGE_BYTES } from "./codes.js";

/** Text to bytes and back. An engine that has them built in gives them to the bridge: walking a string costs time on XS. */
export interface TextCodec {
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

export const PLAIN_TEXT: TextCodec = { encode: utf8Encode, decode: utf8Decode };

const FIRST_BYTES = 256;

/** Builds one message at a time; `begin` forgets the one before. Throws RangeError on a message over 65,535 bytes. */
export class MessageWriter {
  readonly #text: TextCodec;
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** Of `#bytes`: a property of our own is found sooner than a buffer's length. */
  #capacity = FIRST_BYTES;
  #length = 0;

  constructor(text: TextCodec = PLAIN_TEXT) {
    this.#text = text;
  }

  begin(type: number): this {
    this.#length = 0;
    return this.u8(type);
  }

  /** A copy of what was written since `begin`. */
  end(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  u8(value: number): this {
    this.#room(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  flag(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  u32(value: number): this {
    this.#room(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  f64(value: number): this {
    this.#room(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  optionalF64(value: number | undefined): this {
    this.flag(value !== undefined);
    return value === undefined ? this : this.f64(value);
  }

  bytes(value: Uint8Array): this {
    const { length } = value;
    this.#room(2 + length);
    this.#bytes[this.#length++] = length;
    this.#bytes[this.#length++] = length >>> 8;
    this.#bytes.set(value, this.#length);
    this.#length += length;
    return this;
  }

  text(value: string): this {
    return this.bytes(this.#text.encode(value));
  }

  optionalText(value: string | undefined): this {
    this.flag(value !== undefined);
    return value === undefined ? this : this.text(value);
  }

  json(value: object): this {
    return this.text(JSON.stringify(value));
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#capacity) return;
    if (needed > MAX_MESSAGE_BYTES) throw new RangeError(`bridge message of ${needed} bytes`);
    const grown = new Uint8Array(Math.min(MAX_MESSAGE_BYTES, 2 ** Math.ceil(Math.log2(needed))));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#capacity = grown.length;
    this.#view = new DataView(grown.buffer);
  }
}

/** Takes one message apart, from the front. Throws BridgeError where it is shorter than what is asked for. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #length: number;
  readonly #text: TextCodec;
  /** Made when it is first needed: most messages have no number of more than a byte. */
  #madeView: DataView | undefined;
  #at = 0;

  constructor(bytes: Uint8Array, text: TextCodec = PLAIN_TEXT) {
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.#text = text;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  flag(): boolean {
    return this.u8() !== 0;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  optionalF64(): number | undefined {
    return this.flag() ? this.f64() : undefined;
  }

  /** A view of the message. */
  bytes(): Uint8Array {
    const head = this.#take(2);
    const length = this.#bytes[head]! | (this.#bytes[head + 1]! << 8);
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    return this.#text.decode(this.bytes());
  }

  optionalText(): string | undefined {
    return this.flag() ? this.text() : undefined;
  }

  /** Throws BridgeError, too, on what is no JSON: the line may have noise, or the far end another program. */
  json(): unknown {
    const text = this.text();
    try {
      return JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new BridgeError(`not JSON in a message: ${text.slice(0, 40)}`);
    }
  }

  /** Throws BridgeError unless everything was read. */
  end(): void {
    if (this.#at !== this.#length) throw new BridgeError(`${this.#length - this.#at} bytes too many in a message`);
  }

  get #view(): DataView {
    const bytes = this.#bytes;
    this.#madeView ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#madeView;
  }

  #take(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#length) throw new BridgeError(`message of ${this.#length} bytes is cut short`);
    return at;
  }
}
