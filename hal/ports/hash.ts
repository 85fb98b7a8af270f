/** Message digests. Boards have them in silicon or in C; elsewhere tweetnacl computes them (`firmware/crypto`). */
export interface HashPort {
  /** SHA-512 (FIPS 180-4) of `bytes`: 64 bytes. */
  sha512(bytes: Uint8Array): Uint8Array;
  /** HMAC-SHA-512 (RFC 2104, RFC 4231): 64 bytes. `key` of any length. */
  hmacSha512(key: Uint8Array, message: Uint8Array): Uint8Array;
}
