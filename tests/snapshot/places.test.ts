import { describe, expect, test } from "vitest";
import { SnapshotError } from "../../firmware/snapshot/contract.js";
import { FlashError } from "../../hal/ports/flash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import { makeFlash } from "./support/flash.js";
import { SMALL } from "./support/models.js";
import { download, slotsOn } from "./support/slots.js";

const fileOf = (version: number) => buildSnapshot({ ...SMALL, version });
const FILE = fileOf(6);
/** Slots of four sectors: a file begins at the first or at the third. */
const flashOf = () => makeFlash({ sectors: 8 });

/** Tries until the file is taken, `attempts` at most; answers how many it took. */
function persist(slots: ReturnType<typeof slotsOn>, version: number, attempts: number): number {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      download(slots, 1, version, fileOf(version));
      return attempt;
    } catch (error) {
      if (!(error instanceof SnapshotError || error instanceof FlashError)) throw error;
    }
  }
  return 0;
}

describe("a bad sector", () => {
  test.each(["program-ignored", "program-error", "erase-ignored", "erase-error"] as const)(
    "with a sector that has an %s the second attempt begins in the slot's middle, and is found there",
    (fault) => {
      const flash = flashOf();
      flash.program(4 * 4_096, new Uint8Array(4_096));
      flash.setFault(4, fault);
      const slots = slotsOn(flash);
      expect(persist(slots, 6, 3)).toBe(2);
      expect(slots.open(1, 6).version).toBe(6);
      // A new boot does not remember the place.
      expect(slotsOn(flash).open(1, 6).keyById(SMALL.keys[0]!.id)).toBeDefined();
      expect(persist(slotsOn(flash), 8, 3)).toBe(2);
      expect(slotsOn(flash).open(1, 8).version).toBe(8);
      expect(() => slotsOn(flash).open(1, 6)).toThrow(SnapshotError);
    },
  );

  test("what a failed attempt left at the other place is never taken for the file", () => {
    const flash = flashOf();
    // The header and the first rows are taken; the end is not.
    const last = FILE.length - 1;
    flash.stickBit(4 * 4_096 + last, 0, FILE[last]! & 1 ? 0 : 1);
    const slots = slotsOn(flash);
    expect(persist(slots, 6, 2)).toBe(2);
    const head = new Uint8Array(4);
    flash.read(4 * 4_096, head);
    expect([...head]).toEqual([0xff, 0xff, 0xff, 0xff]);
  });

  test("with both places broken nothing is taken, and the other slot is as it was", () => {
    const flash = flashOf();
    download(slotsOn(flash), 0, 5, fileOf(5));
    const before = flash.image().subarray(0, 4 * 4_096);
    for (const sector of [4, 6]) flash.setFault(sector, "program-ignored");
    expect(persist(slotsOn(flash), 6, 4)).toBe(0);
    expect(flash.image().subarray(0, 4 * 4_096)).toEqual(before);
    expect(slotsOn(flash).open(0, 5).version).toBe(5);
  });
});

test("a file that does not fit behind the middle goes to the start each time", () => {
  const flash = makeFlash({ sectors: 2 });
  flash.setFault(1, "program-ignored");
  const slots = slotsOn(flash);
  expect(persist(slots, 6, 3)).toBe(0);
  flash.setFault(1, undefined);
  expect(persist(slots, 6, 1)).toBe(1);
});
