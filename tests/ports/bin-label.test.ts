import { expect, test } from "vitest";
import { binLabel, readBinLabel, unitLetter } from "../../hal/ports/bin-label.js";

test("what is written is read back, from the first bin of the base unit to the last of the last", () => {
  expect(binLabel(unitLetter(0), 1)).toBe("A-1");
  for (const [unit, number] of [
    [0, 1],
    [7, 25],
    [25, 200],
  ] as const) {
    expect(readBinLabel(binLabel(unitLetter(unit), number))).toEqual({ unit: unitLetter(unit), number });
  }
});

test.each(["", "A", "A-", "A-0", "A-01", "a-1", "AA-1", "A-1000", "A 1", "A-1 "])("%j is no label", (text) => {
  expect(readBinLabel(text)).toBeUndefined();
});
