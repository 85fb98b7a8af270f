import { describe, expect, test } from "vitest";
import { MetadataBootControl } from "../../hal/boot/boot-control.js";
import { type BootMetadata, MetadataStore } from "../../hal/boot/metadata.js";
import { chooseImage, TRIES } from "../../hal/boot/stub.js";
import { crc32 } from "../../hal/bytes/crc32.js";
import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import { GiveUp, type Slot } from "../../hal/ports/update.js";
import { trialImage } from "../../sim/trials/update-trial/releases.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";

const SECTOR = 4_096;

function part(sectors: number, content?: Uint8Array): NorFlash {
  const image = new Uint8Array(sectors * SECTOR).fill(0xff);
  if (content !== undefined) image.set(content);
  return new NorFlash({ sizeBytes: image.length, sectorBytes: SECTOR, alignBytes: 1, image });
}

/** Releases in the two slots, and what the metadata say. */
function board(releases: readonly [number | undefined, number | undefined], metadata?: BootMetadata) {
  const slot = (release: number | undefined) => part(3, release === undefined ? undefined : trialImage(release, 5_000));
  const slots = [slot(releases[0]), slot(releases[1])] as const;
  const update = part(6);
  if (metadata !== undefined) new MetadataStore(update).write(metadata);
  const choose = () => chooseImage(update, slots);
  const control = (running: Slot) => new MetadataBootControl({ metadata: update, slots, running });
  return { update, slots, choose, control, metadata: () => new MetadataStore(update).read() };
}

const SEVEN: BootMetadata = { confirmed: 0, release: 7, trial: undefined, floor: 1, returned: undefined };
const trialOf8 = (tries: number): BootMetadata => ({ ...SEVEN, trial: { slot: 1, release: 8, tries } });

describe("which image boots", () => {
  test("the confirmed one, however new the other is", () => {
    expect(board([7, 8], SEVEN).choose()).toMatchObject({ slot: 0, isTrial: false, image: { release: 7 } });
  });

  test("one on trial as often as it has tries, each counted before it runs; then the confirmed one, and why is told", () => {
    const { choose, metadata } = board([7, 8], trialOf8(TRIES));
    for (let left = TRIES - 1; left >= 0; left--) {
      expect(choose()).toMatchObject({ slot: 1, isTrial: true });
      expect(metadata()?.trial?.tries).toBe(left);
    }
    expect(choose()).toMatchObject({ slot: 0, isTrial: false });
    expect(metadata()).toMatchObject({ trial: undefined, returned: { release: 8, why: GiveUp.notConfirmed } });
  });

  test("no image on trial with a wrong byte, nor one of another release", () => {
    for (const spoil of [true, false]) {
      const { choose, slots, metadata } = board([7, spoil ? 8 : 9], trialOf8(TRIES));
      if (spoil) slots[1].flipBits(4_000, 1);
      expect(choose()).toMatchObject({ slot: 0, isTrial: false });
      expect(metadata()?.returned).toEqual({ release: 8, why: GiveUp.imageDamaged });
    }
  });

  test("no image whose try cannot be counted", () => {
    const { choose, update, metadata } = board([7, 8], trialOf8(TRIES));
    for (const sector of [0, 1]) update.setFault(sector, "program-ignored");
    expect(choose()).toMatchObject({ slot: 0, isTrial: false });
    expect(metadata()?.trial?.tries).toBe(TRIES);
  });

  test("a copy that did not read a moment ago is not in force once it does", () => {
    const { control, update, slots, metadata } = board([7, 8], trialOf8(TRIES));
    // Weak bits, for a cut came into it: it reads as none until the stub has written something.
    control(1).confirm();
    let isWeak = true;
    const part: FlashPort = {
      sizeBytes: update.sizeBytes,
      sectorBytes: update.sectorBytes,
      alignBytes: update.alignBytes,
      read: (offset, into) => {
        update.read(offset, into);
        if (isWeak && offset === SECTOR) into[0]! ^= 1;
      },
      program: (offset, bytes) => {
        isWeak = false;
        update.program(offset, bytes);
      },
      erase: (offset) => update.erase(offset),
    };
    // The copy that it went by is firm, the other one is erased, and the power goes.
    update.planCut({ operation: 4, at: "before" });
    expect(() => chooseImage(part, slots)).toThrow(PowerCut);
    update.powerOn();
    expect(metadata()).toEqual(trialOf8(TRIES));
  });

  test("the other one where the confirmed one has decayed, below the floor as well", () => {
    const { choose, slots, control } = board([8, 7], { ...SEVEN, release: 8, floor: 2 });
    slots[0].flipBits(100, 4);
    expect(choose()).toMatchObject({ slot: 1, isTrial: false, image: { release: 7 } });
    expect(control(1).facts()).toMatchObject({ release: 7, isTrial: false });
  });

  test("without metadata the newer of two images, on trial; and the only one, confirmed", () => {
    const two = board([7, 8]);
    expect(two.choose()).toMatchObject({ slot: 1, isTrial: true });
    expect(two.metadata()).toMatchObject({ confirmed: 0, release: 7, trial: { slot: 1, tries: TRIES - 1 } });
    expect(board([undefined, 8]).choose()).toMatchObject({ slot: 1, isTrial: false });
    expect(board([undefined, undefined]).choose()).toBeUndefined();
  });
});

describe("boot control", () => {
  test("tries the other slot only with the sound image of that release, and not from an image on trial", () => {
    const { control, slots } = board([7, 8], SEVEN);
    expect(() => control(0).tryOther(9)).toThrow(FlashError);
    control(0).tryOther(8);
    expect(() => control(1).tryOther(7)).toThrow(/on trial itself/);
    slots[1].flipBits(70, 1);
    expect(() => control(0).tryOther(8)).toThrow(/no sound image/);
  });

  test("confirming raises the floor to the image's, never lowers it, and counts once", () => {
    const { control, metadata } = board([7, 8], { ...trialOf8(2), returned: { release: 6, why: 1 } });
    expect(control(1).facts()).toMatchObject({ release: 8, isTrial: true, floor: 1 });
    control(1).confirm();
    control(1).confirm();
    expect(metadata()).toEqual({ confirmed: 1, release: 8, trial: undefined, floor: 2, returned: undefined });
    const high = board([7, 8], { ...trialOf8(2), floor: 5 });
    high.control(1).confirm();
    expect(high.metadata()?.floor).toBe(5);
  });

  test("an image that runs for the decayed confirmed one is the one to go back to", () => {
    const { control, choose, slots, metadata } = board([8, 7], { ...SEVEN, release: 8 });
    slots[0].flipBits(100, 4);
    expect(choose()?.slot).toBe(1);
    slots[0].load(part(3, trialImage(9, 5_000)).image());
    control(1).tryOther(9);
    expect(metadata()).toMatchObject({ confirmed: 1, release: 7, trial: { slot: 0, release: 9 } });
  });

  test("giving up is written once, and leaves the floor alone", () => {
    const { control, metadata } = board([7, 8], trialOf8(2));
    control(1).giveUp(GiveUp.selfTest);
    control(1).giveUp(GiveUp.stopped);
    expect(metadata()).toMatchObject({ trial: undefined, floor: 1, returned: { release: 8, why: GiveUp.selfTest } });
  });
});

describe("the two copies", () => {
  test("a sequence that has come to its end goes on from 0", () => {
    const { update, metadata } = board([7, 8], SEVEN);
    const record = update.image().slice(0, 64);
    new DataView(record.buffer).setUint32(8, 0xffff_ffff, true);
    new DataView(record.buffer).setUint32(60, crc32(record, 0, 60), true);
    update.erase(0);
    update.program(0, record);
    for (const floor of [2, 3]) {
      new MetadataStore(update).write({ ...SEVEN, floor });
      expect(metadata()?.floor).toBe(floor);
    }
  });

  test("a part that takes nothing more keeps what it has, and says so", () => {
    for (const fault of ["program-error", "erase-error", "program-ignored", "erase-ignored"] as const) {
      const { update, metadata } = board([7, 8], SEVEN);
      // The copy in force is in the first sector; the next goes into the second, which something was in before.
      new MetadataStore(update).write({ ...SEVEN, floor: 2 });
      new MetadataStore(update).write({ ...SEVEN, floor: 3 });
      update.setFault(1, fault);
      expect(() => new MetadataStore(update).write(trialOf8(3)), fault).toThrow(FlashError);
      expect(metadata(), fault).toEqual({ ...SEVEN, floor: 3 });
    }
  });

  test("a stuck bit in one sector is found by reading back", () => {
    const { update, metadata } = board([7, 8], SEVEN);
    update.stickBit(SECTOR + 20, 0, 0);
    expect(() => new MetadataStore(update).write(trialOf8(3))).toThrow(/erase 4096 failed/);
    expect(metadata()).toEqual(SEVEN);
  });

  test("a record that a cut left weak is in force at every boot from the first that took it on", () => {
    let taken = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const { update } = board([7, 8], SEVEN);
      const flash = update.clone(seed);
      flash.planCut({ operation: 3, at: seed % 2 === 0 ? 63 : 60 });
      expect(() => new MetadataStore(flash).write(trialOf8(3))).toThrow(PowerCut);
      flash.powerOn();
      let isTaken = false;
      for (let boot = 0; boot < 12; boot++) {
        const isThere = new MetadataStore(flash).read()!.trial !== undefined;
        if (isTaken) expect(isThere, `seed ${seed}`).toBe(true);
        isTaken ||= isThere;
      }
      if (isTaken) taken++;
    }
    expect(taken).toBeGreaterThan(5);
  });
});
