import { asciiBytes } from "../../hal/bytes/ascii.js";
import type { HashPort } from "../../hal/ports/hash.js";

export const OFFLINE_CODE_DIGITS = 8;

/**
 * HOTP (RFC 4226 section 5.3) with HMAC-SHA-512 in the place of HMAC-SHA-1, as RFC 6238 does: the low 4 bits of the last byte
 * choose the offset of the dynamic truncation.
 *
 * `counter`: 0 to 2^53-1. `digits`: 6 to 9. Returns exactly `digits` decimal digits.
 */
export function hotp(hash: HashPort, key: Uint8Array, counter: number, digits: number): string {
  const message = new Uint8Array(8);
  let rest = counter;
  for (let i = 7; i >= 0; i--) {
    message[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return truncate(hash.hmacSha512(key, message), digits);
}

/** RFC 4226 section 5.3, steps 2 and 3, for an HMAC of any length of 20 bytes and more. */
function truncate(mac: Uint8Array, digits: number): string {
  const offset = mac[mac.length - 1]! & 0xf;
  const binary =
    (mac[offset]! & 0x7f) * 0x1000000 + mac[offset + 1]! * 0x10000 + mac[offset + 2]! * 0x100 + mac[offset + 3]!;
  return String(binary % 10 ** digits).padStart(digits, "0");
}

/** The key of a target's codes. `target`: `bin:` and the bin's label, `all`, or `unmount`. One HMAC. */
export function targetKey(hash: HashPort, codesKey: Uint8Array, target: string): Uint8Array {
  return hash.hmacSha512(codesKey, asciiBytes(target));
}

/** A code of that target: `sheet` 1 to 999, `number` 1 to 99 as printed. One HMAC. */
export function codeOf(hash: HashPort, targetKey: Uint8Array, sheet: number, number: number): string {
  return hotp(hash, targetKey, sheet * 100 + number, OFFLINE_CODE_DIGITS);
}

/** Both in one. */
export function offlineCode(
  hash: HashPort,
  codesKey: Uint8Array,
  target: string,
  sheet: number,
  number: number,
): string {
  return codeOf(hash, targetKey(hash, codesKey, target), sheet, number);
}

/** Compares in a time that depends on the length of `typed` only. */
export function equalCodes(expected: string, typed: string): boolean {
  let difference = expected.length ^ typed.length;
  for (let i = 0; i < typed.length; i++) {
    difference |= typed.charCodeAt(i) ^ expected.charCodeAt(i % expected.length);
  }
  return difference === 0;
}
