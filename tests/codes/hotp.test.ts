import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { equalCodes, hotp, offlineCode } from "../../firmware/codes/hotp.js";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import type { HashPort } from "../../hal/ports/hash.js";

/** SHA-1 where the firmware expects SHA-512, so that the published vectors apply. */
const SHA1: HashPort = {
  sha512: () => new Uint8Array(0),
  hmacSha512: (key, message) => createHmac("sha1", key).update(message).digest(),
};

test("RFC 4226 appendix D, with HMAC-SHA-1 in the place of HMAC-SHA-512", () => {
  const secret = new TextEncoder().encode("12345678901234567890");
  const expected = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489".split(" ");
  expect(expected.map((_, counter) => hotp(SHA1, secret, counter, 6))).toEqual(expected);
});

test("RFC 6238 appendix B, the SHA-512 rows: TOTP is HOTP at the counter time / 30", () => {
  const secret = new TextEncoder().encode("1234567890123456789012345678901234567890123456789012345678901234");
  const rows: readonly [number, string][] = [
    [59, "90693936"],
    [1111111109, "25091201"],
    [1111111111, "99943326"],
    [1234567890, "93441116"],
    [2000000000, "38618901"],
    [20000000000, "47863826"],
  ];
  for (const [seconds, code] of rows) {
    expect(hotp(TWEETNACL_HASH, secret, Math.floor(seconds / 30), 8)).toBe(code);
  }
});

test("agrees with a verifier written from the specification alone", () => {
  const independent = (codesKey: Uint8Array, target: string, sheet: number, number: number): string => {
    const key = createHmac("sha512", codesKey).update(target, "ascii").digest();
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(sheet * 100 + number));
    const mac = createHmac("sha512", key).update(counter).digest();
    const bits = mac.readUInt32BE(mac[63]! & 15) & 0x7fffffff;
    return String(bits % 100_000_000).padStart(8, "0");
  };
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom("all", "unmount", "bin:A-1", "bin:B-12", "bin:H-25"),
      fc.integer({ min: 1, max: 999 }),
      fc.integer({ min: 1, max: 99 }),
      (key, target, sheet, number) => {
        const code = offlineCode(TWEETNACL_HASH, key, target, sheet, number);
        expect(code).toBe(independent(key, target, sheet, number));
      },
    ),
    { seed: 4226, numRuns: 200 },
  );
});

test("comparison tells every difference", () => {
  expect(equalCodes("12345678", "12345678")).toBe(true);
  for (let i = 0; i < 8; i++) {
    const wrong = `${"12345678".slice(0, i)}x${"12345678".slice(i + 1)}`;
    expect(equalCodes("12345678", wrong)).toBe(false);
  }
  expect(equalCodes("12345678", "")).toBe(false);
  expect(equalCodes("12345678", "1234567")).toBe(false);
  expect(equalCodes("12345678", "1234567812345678")).toBe(false);
});
