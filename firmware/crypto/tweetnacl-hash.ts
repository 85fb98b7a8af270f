import nacl from "tweetnacl";
import type { HashPort } from "../../hal/ports/hash.js";

/** SHA-512's block, bytes (FIPS 180-4 section 1). */
const BLOCK_BYTES = 128;

function sha512(bytes: Uint8Array): Uint8Array {
  return nacl.hash(bytes);
}

/** RFC 2104 section 2 over SHA-512. */
function hmacSha512(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? sha512(key) : key);
  const inner = new Uint8Array(BLOCK_BYTES + message.length);
  const outer = new Uint8Array(BLOCK_BYTES + 64);
  for (let i = 0; i < BLOCK_BYTES; i++) {
    inner[i] = block[i]! ^ 0x36;
    outer[i] = block[i]! ^ 0x5c;
  }
  inner.set(message, BLOCK_BYTES);
  outer.set(sha512(inner), BLOCK_BYTES);
  return sha512(outer);
}

/** HashPort for where there is no native one. */
export const TWEETNACL_HASH: HashPort = { sha512, hmacSha512 };
