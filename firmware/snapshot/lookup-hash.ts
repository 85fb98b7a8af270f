import { utf8Encode } from "../../hal/bytes/utf8.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { LOOKUP_HASH_BYTES } from "./contract.js";

/**
 * What a typed code or a scanned badge is searched by in the snapshot: the first 10 bytes of HMAC-SHA-512(`lookupKey`,
 * `text`). Codes and serials are ASCII; anything else is hashed too, as UTF-8, and matches nothing.
 */
export function lookupHash(hash: HashPort, lookupKey: Uint8Array, text: string): Uint8Array {
  return hash.hmacSha512(lookupKey, utf8Encode(text)).slice(0, LOOKUP_HASH_BYTES);
}
