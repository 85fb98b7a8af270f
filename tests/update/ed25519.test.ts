import fc from "fast-check";
import nacl from "tweetnacl";
import { expect, test } from "vitest";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { SlicedVerification } from "../../firmware/update/ed25519.js";

function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array, slice = 256): boolean {
  const one = new SlicedVerification(key, message, signature, TWEETNACL_HASH);
  for (let i = 0; i <= 256; i++) {
    const verdict = one.step(slice);
    if (verdict !== undefined) return verdict;
  }
  throw new Error("no verdict after 256 steps");
}

const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

test("RFC 8032, section 7.1, tests 1 to 3", () => {
  for (const [key, message, signature] of [
    [
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
  ] as const) {
    expect(verify(fromHex(key), fromHex(message), fromHex(signature))).toBe(true);
  }
});

test("says what tweetnacl says, of good signatures and of such with a bit turned over, in slices of any size", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(64 * 8 + 300 * 8 + 32 * 8),
      fc.integer({ min: 1, max: 256 }),
      (seed, message, flip, slice) => {
        const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
        const signature = nacl.sign.detached(message, secretKey);
        expect(verify(publicKey, message, signature, slice)).toBe(true);
        const all = [signature, publicKey, message];
        let at = flip;
        for (const bytes of all) {
          if (at < bytes.length * 8) {
            bytes[at >> 3]! ^= 1 << (at & 7);
            break;
          }
          at -= bytes.length * 8;
        }
        // tweetnacl takes an S above the order; a bit turned over cannot be one that fits.
        expect(verify(publicKey, message, signature, slice)).toBe(
          nacl.sign.detached.verify(message, signature, publicKey),
        );
      },
    ),
    { numRuns: 12 },
  );
});

test("S plus the order of the group, which tweetnacl takes, is refused", () => {
  const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(9));
  const message = Uint8Array.of(1, 2, 3);
  const signature = nacl.sign.detached(message, secretKey);
  const order = fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  let carry = 0;
  for (let i = 0; i < 32; i++) {
    const sum = signature[32 + i]! + order[i]! + carry;
    signature[32 + i] = sum & 0xff;
    carry = sum >> 8;
  }
  expect(nacl.sign.detached.verify(message, signature, publicKey)).toBe(true);
  expect(verify(publicKey, message, signature)).toBe(false);
});

test("what is no key and no signature is refused, not thrown", () => {
  const message = Uint8Array.of(1);
  const signature = new Uint8Array(64);
  expect(verify(new Uint8Array(31), message, signature)).toBe(false);
  expect(verify(new Uint8Array(32), message, new Uint8Array(63))).toBe(false);
  // y = 2 is not on the curve.
  const off = new Uint8Array(32);
  off[0] = 2;
  expect(verify(off, message, signature)).toBe(false);
});
