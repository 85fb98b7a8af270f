/**
 * The part of Node's Buffer that mqtt-packet calls, on Uint8Array. XS has no Buffer, and Node's own polyfill costs more code
 * than the packet codec does.
 */
import { utf8Decode, utf8Encode, utf8Length, writeUtf8 } from "../../../../hal/bytes/utf8.js";

export class Buffer extends Uint8Array {
  static alloc(size: number): Buffer {
    return new Buffer(size);
  }

  static allocUnsafe(size: number): Buffer {
    return new Buffer(size);
  }

  static override from(source: string | ArrayLike<unknown> | Iterable<unknown>): Buffer {
    // mqtt-packet gives text and arrays of bytes only.
    const bytes = typeof source === "string" ? utf8Encode(source) : (source as ArrayLike<number>);
    const buffer = new Buffer(bytes.length);
    buffer.set(bytes);
    return buffer;
  }

  static isBuffer(value: unknown): value is Buffer {
    return value instanceof Buffer;
  }

  static byteLength(value: string | ArrayBufferView): number {
    return typeof value === "string" ? utf8Length(value) : value.byteLength;
  }

  /** Copies all of this to `target` at `at`. */
  copy(target: Uint8Array, at = 0): number {
    target.set(this, at);
    return this.length;
  }

  write(text: string, at = 0): number {
    return writeUtf8(text, this, at) - at;
  }

  writeUInt8(value: number, at: number): number {
    this[at] = value;
    return at + 1;
  }

  writeUInt16BE(value: number, at: number): number {
    this[at] = value >>> 8;
    this[at + 1] = value;
    return at + 2;
  }

  writeUInt32BE(value: number, at: number): number {
    this.writeUInt16BE(value >>> 16, at);
    return this.writeUInt16BE(value & 0xffff, at + 2);
  }

  override toString(): string {
    return utf8Decode(this);
  }
}
