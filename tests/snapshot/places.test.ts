import { describe, expect, test } from "vitest";
import { SnapshotError } from "../../firmware/snapshot/contract.js";
import { FlashError } from "../../hal/ports/flash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import { makeFlash, poke } from "./support/flash.js";
import { modelOfBytes, SMALL } from "./support/models.js";
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

describe("what an earlier attempt left in the middle", () => {
  const MIDDLE = 6 * 4_096;
  const isBlank = (flash: ReturnType<typeof flashOf>) => flash.image()[MIDDLE] === 0xff;

  test("is erased when the same version comes to the start, and another version is not", () => {
    for (const version of [6, 7]) {
      const flash = poke(flashOf(), MIDDLE, FILE);
      slotsOn(flash).begin(1, version, FILE.length);
      expect(isBlank(flash)).toBe(version === 6);
      expect([...flash.eraseCounts]).toEqual([0, 0, 0, 0, 0, 0, version === 6 ? 1 : 0, 0]);
    }
  });

  test("and cannot be erased stops the attempt before its first byte; the download that is on goes on", () => {
    const flash = poke(flashOf(), MIDDLE, FILE);
    flash.setFault(6, "erase-ignored");
    const slots = slotsOn(flash);
    const other = slots.begin(0, 5, FILE.length);
    expect(() => slots.begin(1, 6, FILE.length)).toThrow("slot 1: an earlier attempt cannot be erased");
    expect(() => slots.begin(1, 6, FILE.length)).toThrow(FlashError);
    other.write(fileOf(5));
    expect(other.finish().version).toBe(5);
  });

  test("of one that goes beyond the slot is no file", () => {
    const large = buildSnapshot({ ...modelOfBytes(5_000), version: 6 });
    const flash = makeFlash();
    expect(slotsOn(poke(flash, 0, large)).open(0, 6).version).toBe(6);
    flash.erase(0);
    expect(() => slotsOn(poke(flash, 4_096, large)).open(0, 6)).toThrow(SnapshotError);
  });
});

test("the middle is a whole number of sectors, half of the slot's at most", () => {
  for (const [sectors, start, middle] of [
    [4, 2, 3],
    [11, 5, 7],
    [12, 6, 9],
  ] as const) {
    const flash = makeFlash({ sectors });
    flash.setFault(start, "program-ignored");
    expect(persist(slotsOn(flash), 6, 2)).toBe(2);
    const erased = [...flash.eraseCounts].flatMap((count, sector) => (count > 0 ? [sector] : []));
    expect(erased).toEqual([start, middle]);
  }
});

test("a place that fails is left for the other one, each time", () => {
  const flash = flashOf();
  const slots = slotsOn(flash);
  for (const bad of [4, 6, 4, 6]) {
    flash.setFault(bad, "program-ignored");
    expect(persist(slots, 6, 1)).toBe(0);
    flash.setFault(bad, undefined);
  }
  expect(persist(slots, 6, 1)).toBe(1);
  expect(flash.image()[4 * 4_096]).toBe(FILE[0]);
});

test("a file that is just not too large goes to the middle; one byte more, and it stays at the start", () => {
  for (const [totalBytes, attempts] of [
    [4_096, 1],
    [4_097, 0],
  ] as const) {
    const file = buildSnapshot(modelOfBytes(totalBytes));
    expect(file).toHaveLength(totalBytes);
    const flash = makeFlash();
    download(slotsOn(flash), 1, 5, fileOf(5));
    const other = flash.image().subarray(2 * 4_096);
    flash.setFault(0, "program-ignored");
    const slots = slotsOn(flash);
    const attempt = () => download(slots, 0, SMALL.version, file).version;
    expect(attempt).toThrow(FlashError);
    if (attempts === 1) expect(attempt()).toBe(SMALL.version);
    else expect(attempt).toThrow(FlashError);
    expect(flash.image().subarray(2 * 4_096)).toEqual(other);
  }
});

test("slots of one sector have one place, which is erased once for each file", () => {
  const flash = makeFlash({ sectors: 2 });
  for (const times of [1, 2]) {
    download(slotsOn(flash), 1, 6, FILE);
    expect([...flash.eraseCounts]).toEqual([0, times]);
  }
  expect(slotsOn(flash).open(1, 6).version).toBe(6);
  expect(() => slotsOn(flash).open(0, 6)).toThrow("truncated: the slot is blank");
});

test("a file that does not fit behind the middle goes to the start each time", () => {
  const flash = makeFlash({ sectors: 2 });
  flash.setFault(1, "program-ignored");
  const slots = slotsOn(flash);
  expect(persist(slots, 6, 3)).toBe(0);
  flash.setFault(1, undefined);
  expect(persist(slots, 6, 1)).toBe(1);
});
