import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Decode, utf8Encode } from "../../hal/bytes/utf8.js";

const reference = new TextDecoder("utf-8", { ignoreBOM: true });

test("encoding is what the platform's encoder gives, lone surrogates included", () => {
  const unit = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0xd7ff, max: 0xe000 }),
    fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0xfeff),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
      const text = String.fromCharCode(...units);
      expect(utf8Encode(text)).toEqual(new TextEncoder().encode(text));
    }),
    { seed: 5, numRuns: 3_000 },
  );
});

test("decoding is what the platform's decoder gives, on any bytes", () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xe0, 0xa0, 0x9f, 0xed, 0xef, 0xf0, 0x90, 0x8f, 0xf4, 0xf5, 0xff),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4 }), fc.array(byte, { maxLength: 40 }), (head, tail) => {
      const bytes = Uint8Array.from([...head, ...tail]);
      expect(utf8Decode(bytes)).toBe(reference.decode(bytes));
    }),
    { seed: 6, numRuns: 20_000 },
  );
});

test("text of every plane comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 64 }), (text) => {
      expect(utf8Decode(utf8Encode(text))).toBe(text);
    }),
    { seed: 7, numRuns: 2_000 },
  );
});
