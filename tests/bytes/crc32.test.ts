import { crc32 as zlibCrc32 } from "node:zlib";
import { expect, test } from "vitest";
import { crc32 } from "../../hal/bytes/crc32.js";

/** Taken word by word in the middle: where a stretch begins and ends in its buffer must not matter. */
test("is zlib's, wherever the bytes begin and end, in one piece or two", () => {
  const buffer = Uint8Array.from({ length: 120 }, (_, i) => (i * 149 + 7) & 0xff).buffer;
  for (let offset = 0; offset < 5; offset++) {
    const bytes = new Uint8Array(buffer, offset, 100);
    for (let start = 0; start < 6; start++) {
      for (let end = start; end <= start + 44; end++) {
        const expected = zlibCrc32(bytes.subarray(start, end));
        expect(crc32(bytes, start, end)).toBe(expected);
        const middle = (start + end) >>> 1;
        expect(crc32(bytes, middle, end, crc32(bytes, start, middle))).toBe(expected);
      }
    }
  }
});
