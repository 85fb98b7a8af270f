import { expect, test } from "vitest";
import { erasedRun } from "../../hal/bytes/erased.js";

/** The same by its definition. */
function run(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === 0xff) at++;
  return at - from;
}

test("is the run of erased bytes from every place to every end, wherever it is broken", () => {
  const bytes = new Uint8Array(new ArrayBuffer(64), 4, 44);
  const wrong: string[] = [];
  for (let broken = -1; broken < bytes.length; broken++) {
    bytes.fill(0xff);
    // One bit is enough.
    if (broken >= 0) bytes[broken] = 0xff & ~(1 << (broken % 8));
    for (let from = 0; from <= bytes.length; from++) {
      for (let end = from; end <= bytes.length; end++) {
        if (erasedRun(bytes, from, end) !== run(bytes, from, end)) wrong.push(`broken at ${broken}: ${from} to ${end}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});
