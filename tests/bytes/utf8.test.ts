import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipUtf8, utf8Length, writeUtf8 } from "../../hal/bytes/utf8.js";

const SEED = 4711;

describe("UTF-8", () => {
  it("is what Node makes of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const bytes = new Uint8Array(utf8Length(text) + 2);
        expect(writeUtf8(text, bytes, 1)).toBe(bytes.length - 1);
        expect([...bytes.subarray(1, -1)]).toEqual([...Buffer.from(text, "utf8")]);
      }),
      { seed: SEED },
    );
  });

  it("replaces half a surrogate pair", () => {
    const bytes = new Uint8Array(3);
    expect(writeUtf8("\ud800", bytes, 0)).toBe(3);
    expect([...bytes]).toEqual([0xef, 0xbf, 0xbd]);
  });

  it("is cut between characters", () => {
    expect(clipUtf8("aé🔑b", 2)).toBe("a");
    expect(clipUtf8("aé🔑b", 3)).toBe("aé");
    expect(clipUtf8("aé🔑b", 6)).toBe("aé");
    expect(clipUtf8("aé🔑b", 7)).toBe("aé🔑");
    expect(clipUtf8("aé🔑b", 99)).toBe("aé🔑b");
  });
});
