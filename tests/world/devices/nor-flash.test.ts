import { describe, expect, test } from "vitest";
import { FlashError } from "../../../hal/ports/flash.js";
import { NorFlash } from "../../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../../sim/world/devices/power-cut.js";
import { Random } from "../../../sim/world/random.js";

function part(alignBytes = 4, seed = 1): NorFlash {
  return new NorFlash({ sizeBytes: 16_384, sectorBytes: 4096, alignBytes, seed });
}

function bytesAt(flash: NorFlash, offset: number, length: number): number[] {
  const into = new Uint8Array(length);
  flash.read(offset, into);
  return [...into];
}

describe("a sound part", () => {
  test("reads 0xFF when new; a program only clears bits; an erase sets its sector and no other", () => {
    const flash = part();
    expect(bytesAt(flash, 0, 4)).toEqual([255, 255, 255, 255]);
    flash.program(4092, Uint8Array.of(0xf0, 1, 2, 3));
    flash.program(4096, Uint8Array.of(9, 9, 9, 9));
    flash.program(4092, Uint8Array.of(0x3c, 0xff, 0xff, 3));
    expect(bytesAt(flash, 4092, 8)).toEqual([0x30, 1, 2, 3, 9, 9, 9, 9]);
    flash.erase(0);
    expect(bytesAt(flash, 4092, 8)).toEqual([255, 255, 255, 255, 9, 9, 9, 9]);
  });

  test("counts operations, bytes, wear and bits asked to be 1 over 0", () => {
    const flash = part();
    flash.program(0, Uint8Array.of(0xf0, 255, 255, 255));
    flash.program(0, Uint8Array.of(0xf0, 255, 255, 255));
    expect(flash.overProgrammed).toBe(0);
    flash.program(0, Uint8Array.of(0x0f, 255, 255, 255));
    expect(flash.overProgrammed).toBe(4);
    flash.erase(8192);
    bytesAt(flash, 0, 10);
    expect([flash.programs, flash.bytesProgrammed, flash.erases, flash.reads, flash.bytesRead]).toEqual([
      3, 12, 1, 1, 10,
    ]);
    expect([...flash.eraseCounts]).toEqual([0, 0, 1, 0]);
  });

  test("bad calls are refused with the operation and the offset in the message", () => {
    const flash = part(8);
    expect(() => flash.program(4, new Uint8Array(8))).toThrow(/program 4: .*aligned/);
    expect(() => flash.program(8, new Uint8Array(4))).toThrow(FlashError);
    expect(() => flash.program(16_384, new Uint8Array(8))).toThrow(/program 16384/);
    expect(() => flash.read(16_380, new Uint8Array(5))).toThrow(/read 16380/);
    expect(() => flash.read(-1, new Uint8Array(1))).toThrow(FlashError);
    expect(() => flash.erase(8)).toThrow(/erase 8/);
    expect(() => flash.erase(16_384)).toThrow(FlashError);
    expect(flash.programs + flash.erases).toBe(0);
    expect(() => new NorFlash({ sizeBytes: 5000, sectorBytes: 4096, alignBytes: 4 })).toThrow(RangeError);
    expect(() => new NorFlash({ sizeBytes: 4096, sectorBytes: 4096, alignBytes: 4, image: new Uint8Array(5) })).toThrow(
      RangeError,
    );
    expect(() => flash.load(new Uint8Array(5))).toThrow(RangeError);
  });

  test("an image goes out and in; the hook sees each operation", () => {
    const flash = part();
    const seen: string[] = [];
    flash.onOperation = ({ kind, offset, byteLength }) => seen.push(`${kind} ${offset} ${byteLength}`);
    flash.program(8, Uint8Array.of(1, 2, 3, 4));
    flash.erase(4096);
    bytesAt(flash, 8, 2);
    expect(seen).toEqual(["program 8 4", "erase 4096 4096", "read 8 2"]);
    const other = part();
    other.load(flash.image());
    expect(bytesAt(other, 8, 4)).toEqual([1, 2, 3, 4]);
  });
});

test("an onlooker sees what is there, unstable bits by chances of its own, leaves no trace, and writes nothing", () => {
  const seen = (flash: NorFlash, looks: number): number[] => {
    const into = new Uint8Array(8);
    for (let i = 0; i < looks; i++) flash.look(1).read(0, into);
    return [...into];
  };
  const torn = (): NorFlash => {
    const flash = part(4, 11);
    flash.planCut({ operation: 1, at: "scattered" });
    expect(() => flash.program(0, new Uint8Array(8).fill(0x0f))).toThrow(PowerCut);
    return flash;
  };
  const watched = torn();
  const first = seen(watched, 1);
  expect(seen(watched, 5)).toEqual(first);
  watched.powerOn();
  const alone = torn();
  alone.powerOn();
  for (let i = 0; i < 5; i++) expect(bytesAt(watched, 0, 8)).toEqual(bytesAt(alone, 0, 8));
  expect(watched.reads).toBe(alone.reads);
  watched.program(8, Uint8Array.of(1, 2, 3, 4));
  const into = new Uint8Array(4);
  watched.look(1).read(8, into);
  expect([...into]).toEqual([1, 2, 3, 4]);
  expect(() => watched.look(1).program(0, into)).toThrow(FlashError);
  expect(() => watched.look(1).erase(0)).toThrow(FlashError);
});

describe("cuts", () => {
  const data = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0);

  test("before, after and inside; the part is dead until the power is back", () => {
    const flash = part();
    flash.planCut({ operation: 2, at: "before" });
    flash.program(0, data);
    expect(() => flash.program(8, data)).toThrow(PowerCut);
    expect(() => flash.read(0, new Uint8Array(1))).toThrow(PowerCut);
    expect(() => flash.erase(0)).toThrow(PowerCut);
    flash.powerOn();
    expect(bytesAt(flash, 8, 8)).toEqual(Array(8).fill(255));
    flash.planCut({ operation: 1, at: "after" });
    expect(() => flash.program(8, data)).toThrow(PowerCut);
    flash.powerOn();
    expect(bytesAt(flash, 8, 8)).toEqual([...data]);
    flash.planCut({ operation: 1, at: 3 });
    expect(() => flash.program(16, data)).toThrow(PowerCut);
    flash.powerOn();
    const torn = bytesAt(flash, 16, 8);
    expect([...torn.slice(0, 3), ...torn.slice(4)]).toEqual([0, 0, 0, 255, 255, 255, 255]);
  });

  test("torn bits are unstable until they are programmed to 0 or erased; a 1 over them settles nothing and is counted", () => {
    const flash = part();
    flash.planCut({ operation: 1, at: "scattered" });
    expect(() => flash.program(0, new Uint8Array(256))).toThrow(PowerCut);
    flash.powerOn();
    const differs = () => {
      const once = bytesAt(flash, 0, 256).join();
      return bytesAt(flash, 0, 256).join() !== once;
    };
    expect(differs()).toBe(true);
    flash.program(0, new Uint8Array(256).fill(0xff));
    expect(differs()).toBe(true);
    expect(flash.overUnstable).toBeGreaterThan(100);
    flash.program(0, new Uint8Array(256));
    expect(bytesAt(flash, 0, 256)).toEqual(Array(256).fill(0));
    flash.planCut({ operation: 1, at: "scattered" });
    expect(() => flash.erase(0)).toThrow(PowerCut);
    flash.powerOn();
    expect(differs()).toBe(true);
    flash.erase(0);
    expect(bytesAt(flash, 0, 256)).toEqual(Array(256).fill(255));
  });

  test("the same seed tears the same way; a clone goes its own way from the same state", () => {
    const tear = (flash: NorFlash) => {
      flash.planCut({ operation: 1, at: "scattered" });
      expect(() => flash.program(0, new Uint8Array(64))).toThrow(PowerCut);
      flash.powerOn();
      return bytesAt(flash, 0, 64).join();
    };
    expect(tear(part(4, 5))).toBe(tear(part(4, 5)));
    expect(tear(part(4, 5))).not.toBe(tear(part(4, 6)));
    const original = part();
    original.program(64, data);
    const copy = original.clone(9);
    tear(copy);
    expect(bytesAt(original, 0, 64)).toEqual(Array(64).fill(255));
    expect(bytesAt(copy, 64, 8)).toEqual([...data]);
  });
});

describe("faults", () => {
  test("errors, ignored commands, stuck and flipped bits", () => {
    const flash = part();
    flash.setFault(0, "program-error");
    expect(() => flash.program(0, new Uint8Array(8))).toThrow(/program error/);
    expect(bytesAt(flash, 0, 8)).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
    flash.setFault(0, "erase-error");
    expect(() => flash.erase(0)).toThrow(/erase error/);
    flash.setFault(0, undefined);
    flash.erase(0);
    flash.setFault(0, "program-ignored");
    flash.program(0, new Uint8Array(4));
    expect(bytesAt(flash, 0, 4)).toEqual([255, 255, 255, 255]);
    flash.program(4096, new Uint8Array(4));
    flash.setFault(1, "erase-ignored");
    flash.erase(4096);
    expect(bytesAt(flash, 4096, 4)).toEqual([0, 0, 0, 0]);
    flash.stickBit(8192, 3, 1);
    flash.stickBit(8192, 0, 0);
    expect(bytesAt(flash, 8192, 1)).toEqual([0xfe]);
    flash.program(8192, new Uint8Array(4));
    expect(bytesAt(flash, 8192, 1)).toEqual([0x08]);
    flash.flipBits(12_288, 0x81);
    expect(bytesAt(flash, 12_288, 1)).toEqual([0x7e]);
  });
});

test("Random: the same seed gives the same numbers, evenly, and different seeds others", () => {
  const random = new Random(1);
  const again = new Random(1);
  const counts = new Uint32Array(10);
  for (let i = 0; i < 10_000; i++) {
    const value = random.next();
    expect(value).toBe(again.next());
    counts[Math.floor(value * 10)]!++;
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => new Random(seed).int(2 ** 32)));
  expect(firsts.size).toBe(1000);
  expect(new Random(1).int(2 ** 32)).not.toBe(new Random(1 + 2 ** 32).int(2 ** 32));
  expect(random.bytes(5).length).toBe(5);
  expect(["a", "b"]).toContain(random.pick(["a", "b"]));
  expect(() => random.pick([])).toThrow(RangeError);
});
