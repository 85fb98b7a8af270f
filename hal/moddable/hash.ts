import { Digest } from "crypt";
import type { HashPort } from "../ports/hash.js";

/** SHA-512's block, bytes (FIPS 180-4 section 1). */
const BLOCK_BYTES = 128;

function sha512(...pieces: readonly Uint8Array[]): Uint8Array {
  const digest = new Digest("SHA512");
  for (const piece of pieces) digest.write(bufferOf(piece));
  return new Uint8Array(digest.close());
}

/** RFC 2104 section 2. The SDK's own HMAC keeps the key in an object for as long as nobody collects it. */
function hmacSha512(key: Uint8Array, message: Uint8Array): Uint8Array {
  const short = key.length > BLOCK_BYTES ? sha512(key) : key;
  const inner = new Uint8Array(BLOCK_BYTES);
  const outer = new Uint8Array(BLOCK_BYTES);
  for (let i = 0; i < BLOCK_BYTES; i++) {
    const byte = i < short.length ? short[i]! : 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  const result = sha512(outer, sha512(inner, message));
  inner.fill(0);
  outer.fill(0);
  return result;
}

/** The SDK's digests take whole buffers only. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return (isWhole ? bytes.buffer : bytes.slice().buffer) as ArrayBuffer;
}

/** Digests in C. */
export const NATIVE_HASH: HashPort = { sha512: (bytes) => sha512(bytes), hmacSha512 };
