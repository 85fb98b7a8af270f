import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const repeated = (byte: number, count: number) => new Uint8Array(count).fill(byte);

test("RFC 4231 test cases 1, 3 and 6 (a key longer than the block)", () => {
  const cases: readonly [Uint8Array, Uint8Array, string][] = [
    [repeated(0x0b, 20), Buffer.from("Hi There"), "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"],
    [repeated(0xaa, 20), repeated(0xdd, 50), "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"],
    [
      repeated(0xaa, 131),
      Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First"),
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352",
    ],
  ];
  for (const [key, message, start] of cases) {
    expect(hex(TWEETNACL_HASH.hmacSha512(key, message)).slice(0, 64)).toBe(start);
  }
});

test("agrees with OpenSSL for any key and message", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, (key, message) => {
      expect(hex(TWEETNACL_HASH.hmacSha512(key, message))).toBe(
        createHmac("sha512", key).update(message).digest("hex"),
      );
      expect(hex(TWEETNACL_HASH.sha512(message))).toBe(createHash("sha512").update(message).digest("hex"));
    }),
    { seed: 2104, numRuns: 200 },
  );
});
