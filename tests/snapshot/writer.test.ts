import { describe, expect, test } from "vitest";
import { SnapshotError, type SnapshotView } from "../../firmware/snapshot/contract.js";
import { SlotFile } from "../../firmware/snapshot/slot-file.js";
import { FlashSnapshotSlots } from "../../firmware/snapshot/store.js";
import { FlashError } from "../../hal/ports/flash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { CutPlan, NorFlash, SectorFault } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { makeFlash } from "./support/flash.js";
import { modelOfBytes, randomModel, SMALL } from "./support/models.js";
import { askEverything, download, slotsOn } from "./support/slots.js";

const SIZES = { bins: 40, keys: 60, users: 30, accesses: 120 };
const OLD = { ...randomModel(1, SIZES), version: 5 };
const NEW = { ...randomModel(2, SIZES), version: 6 };
const OLD_FILE = buildSnapshot(OLD);
const NEW_FILE = buildSnapshot(NEW);

describe("a power cut at any flash operation of a download", () => {
  for (const alignBytes of [1, 32]) {
    for (const active of [0, 1] as const) {
      for (const at of ["before", "after", "scattered", 0, 77] as const) {
        test(`alignment ${alignBytes}, slot ${active} active, cut ${at}`, () => cutEverywhere(alignBytes, active, at));
      }
    }
  }

  function cutEverywhere(alignBytes: number, active: 0 | 1, at: CutPlan["at"]): void {
    const target = active === 0 ? 1 : 0;
    // What a former download left behind, so that erases have something to tear.
    const ready = makeFlash({ sectors: 9, alignBytes, fill: 0x24 });
    download(slotsOn(ready), active, 5, OLD_FILE);
    const kept = slotOf(ready, active);
    const operations = operationsOf(ready.clone(0), target);
    expect(operations).toBeGreaterThan(NEW_FILE.length / 600);

    for (let operation = 1; operation <= operations; operation++) {
      const flash = ready.clone(operation);
      flash.planCut({ operation, at });
      expect(() => download(slotsOn(flash), target, 6, NEW_FILE, 600)).toThrow(PowerCut);
      flash.powerOn();

      const slots = slotsOn(flash);
      expect(Buffer.compare(slotOf(flash, active), kept)).toBe(0);
      expect(slots.open(active, 5).userName(OLD.users[0]!.id)).toBe(OLD.users[0]!.name);
      openAnyhow(slots, target);
      const view = download(slots, target, 6, NEW_FILE);
      expect(view.userName(NEW.users[0]!.id)).toBe(NEW.users[0]!.name);
      expect(flash.overProgrammed + flash.overUnstable).toBe(0);
    }
  }

  function operationsOf(flash: NorFlash, slot: 0 | 1): number {
    const before = flash.erases + flash.programs;
    download(slotsOn(flash), slot, 6, NEW_FILE, 600);
    return flash.erases + flash.programs - before;
  }

  function slotOf(flash: NorFlash, slot: 0 | 1): Uint8Array {
    const { slotBytes } = slotsOn(flash);
    return flash.image().subarray(slot * slotBytes, (slot + 1) * slotBytes);
  }

  function openAnyhow(slots: FlashSnapshotSlots, slot: 0 | 1): void {
    let view: SnapshotView;
    try {
      view = slots.open(slot, 6);
    } catch (error) {
      expect(error).toBeInstanceOf(SnapshotError);
      return;
    }
    askEverything(view);
  }
});

describe("a writer is over", () => {
  const FILE = buildSnapshot(SMALL);
  const OVER = /^this download is over: begin again$/;

  test("when another one was begun, even with the same slot and version", () => {
    const slots = slotsOn(makeFlash());
    const first = slots.begin(0, 6, FILE.length);
    first.write(FILE.subarray(0, 200));
    const second = slots.begin(0, 6, FILE.length);
    expect(second.offset).toBe(0);
    expect(() => first.write(FILE.subarray(200, 300))).toThrow(OVER);
    expect(() => first.finish()).toThrow(OVER);
    second.write(FILE);
    expect(second.finish().version).toBe(6);
  });

  test("when it has finished, well or not", () => {
    const slots = slotsOn(makeFlash());
    const writer = slots.begin(0, 6, FILE.length);
    writer.write(FILE);
    writer.finish();
    expect(() => writer.finish()).toThrow(OVER);
    const wrong = slots.begin(0, 9, FILE.length);
    expect(() => wrong.write(FILE)).toThrow(/^of another version/);
    expect(() => wrong.finish()).toThrow(OVER);
  });

  test.each<[SectorFault, RegExp]>([
    ["erase-error", /the part reports an erase error$/],
    ["program-error", /the part reports a program error$/],
    ["erase-ignored", /^erase at \d+: the part has ignored it$/],
    ["program-ignored", /^program at \d+: reads back something else$/],
  ])("when the part has an %s", (fault, message) => {
    const flash = makeFlash({ fill: 0x24 });
    flash.setFault(0, fault);
    const slots = slotsOn(flash);
    const writer = slots.begin(0, 6, FILE.length);
    expect(() => writer.write(FILE)).toThrow(message);
    expect(() => writer.write(FILE)).toThrow(OVER);
    expect(() => writer.finish()).toThrow(OVER);
    flash.setFault(0, undefined);
    const again = slots.begin(0, 6, FILE.length);
    expect(() => again.write(FILE)).not.toThrow();
  });

  test.each<[number, "takes" | "leaves"]>([
    [8, "takes"],
    [9, "leaves"],
  ])("a sector of whose first bytes %i are worn out it %s", (worn, does) => {
    const flash = makeFlash({});
    // Bits that are clear in the file: what is programmed there reads back well.
    const clear = [...FILE.keys()].filter((at) => at < 256 && FILE[at] !== 0xff).slice(0, worn);
    for (const at of clear) flash.stickBit(at, 31 - Math.clz32(~FILE[at]! & 0xff), 0);
    const write = () => slotsOn(flash).begin(0, 6, FILE.length).write(FILE);
    if (does === "takes") expect(write).not.toThrow();
    else expect(write).toThrow(new FlashError("erase at 0: the part has ignored it"));
    expect(flash.programs > 0).toBe(does === "takes");
  });

  test.each([1, 8, 32])("when the flash does not hold what was programmed (alignment %i)", (alignBytes) => {
    for (let stuck = 0; stuck < FILE.length; stuck++) {
      if (FILE[stuck] === 0xff) continue;
      const flash = makeFlash({ alignBytes });
      // Any bit that is to be cleared and stays.
      flash.stickBit(stuck, 31 - Math.clz32(~FILE[stuck]! & 0xff), 1);
      const writer = slotsOn(flash).begin(0, 6, FILE.length);
      expect(() => writer.write(FILE)).toThrow(new FlashError(`program at ${stuck}: reads back something else`));
      expect(() => writer.finish()).toThrow(OVER);
    }
  });
});

test("each sector of the file is erased once, and no other", () => {
  const flash = makeFlash({ sectors: 9, alignBytes: 4 });
  download(slotsOn(flash), 1, 6, NEW_FILE, 333);
  const sectors = Math.ceil(NEW_FILE.length / 4_096);
  expect(sectors).toBeGreaterThan(1);
  expect([...flash.eraseCounts]).toEqual(Array.from({ length: 9 }, (_, i) => (i >= 4 && i < 4 + sectors ? 1 : 0)));
});

test("a file may fill its slot to the last byte, at any alignment", () => {
  const full = buildSnapshot(modelOfBytes(4_096));
  expect(full).toHaveLength(4_096);
  for (const alignBytes of [1, 32])
    expect(download(slotsOn(makeFlash({ sectors: 2, alignBytes })), 1, 6, full).sheet).toBe(2);
});

test("a file may fill its slot with rows alone: nothing behind it is read", () => {
  const badges = Array.from({ length: 244 }, (_, i) => ({ serial: `BADGE ${i}`, user: 1 + (i % 2) }));
  const users = [1, 2].map((id) => ({ id, name: "" }));
  const location = { ...SMALL.location, name: "", offsets: [] };
  const full = buildSnapshot({ ...SMALL, location, users, badges, bins: [], keys: [], accesses: [], codes: [] });
  expect(full).toHaveLength(4_096);
  expect(download(slotsOn(makeFlash({ sectors: 2 })), 1, 6, full).userName(2)).toBe("");
});

test("pieces may be smaller than what the part programs at once, and have 1,024 bytes at most", () => {
  const file = buildSnapshot(modelOfBytes(2_000));
  for (const pieceBytes of [1, 7, 31, 32, 33, 1_024]) {
    const flash = makeFlash({ alignBytes: 32 });
    download(slotsOn(flash), 0, 6, file, pieceBytes);
    expect(flash.image().subarray(0, file.length)).toEqual(file);
  }
  const writer = slotsOn(makeFlash()).begin(0, 6, file.length);
  for (const pieceBytes of [0, 1_025])
    expect(() => writer.write(new Uint8Array(pieceBytes))).toThrow(`a piece has 1 to 1024 bytes, not ${pieceBytes}`);
});

test("the last piece is filled up with 0xFF, whatever its buffer held before", () => {
  const flash = makeFlash({ alignBytes: 32, fill: 0x24 });
  const file = buildSnapshot(SMALL);
  expect(file.length % 32).not.toBe(0);
  download(slotsOn(flash), 0, 6, file, 100);
  expect(
    flash
      .image()
      .subarray(file.length, 4_096)
      .every((byte) => byte === 0xff),
  ).toBe(true);
});

test("nothing is read beyond a slot", () => {
  const file = new SlotFile(makeFlash(), 0, 8_192);
  expect(() => file.read(8_185, new Uint8Array(8))).toThrow(SnapshotError);
  expect(() => file.read(-1, new Uint8Array(8))).toThrow(SnapshotError);
  expect(() => file.read(8_184, new Uint8Array(8))).not.toThrow();
});

test("a partition without room for two slots is refused", () => {
  expect(() => new FlashSnapshotSlots({ flash: makeFlash({ sectors: 1 }), box: "BOX-7" })).toThrow(SnapshotError);
});
