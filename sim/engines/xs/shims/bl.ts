/** The part of the buffer list `bl` that mqtt-packet's parser calls: bytes go in at the end and out at the front. */
import { utf8Decode } from "../../../../hal/bytes/utf8.js";
import { Buffer } from "./buffer.js";

class BufferList {
  #bytes = new Uint8Array(0);

  get length(): number {
    return this.#bytes.length;
  }

  append(bytes: Uint8Array): this {
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
    return this;
  }

  consume(count: number): this {
    // A copy: a view would keep the whole of what came in alive.
    this.#bytes = this.#bytes.slice(count);
    return this;
  }

  slice(from: number, to: number): Buffer {
    return Buffer.from(this.#bytes.subarray(from, to));
  }

  toString(_encoding: string, from: number, to: number): string {
    return utf8Decode(this.#bytes.subarray(from, to));
  }

  readUInt8(at: number): number {
    if (at >= this.#bytes.length) throw new RangeError("read beyond the end of the list");
    return this.#bytes[at]!;
  }

  readUInt16BE(at: number): number {
    return this.readUInt8(at) * 0x100 + this.readUInt8(at + 1);
  }

  readUInt32BE(at: number): number {
    return this.readUInt16BE(at) * 0x10000 + this.readUInt16BE(at + 2);
  }
}

export function bl(): BufferList {
  return new BufferList();
}
