import { describe, expect, test } from "vitest";
import type { Identity } from "../../firmware/identity/contract.js";
import { identityImage, loadIdentity } from "../../firmware/identity/copies.js";
import { encodeCopy, IdentityError } from "../../firmware/identity/identity.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { Random } from "../../sim/world/random.js";
import { poke } from "../snapshot/support/flash.js";

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".padEnd(5_000, "\n");
const IDENTITY: Identity = {
  box: "BOX-7",
  sealingKey: new Uint8Array(32).fill(1),
  codesKey: new Uint8Array(32).fill(2),
  lookupKey: new Uint8Array(32).fill(3),
  broker: { host: "broker.example", port: 8_883, username: "smartbox-BOX-7", password: "pa ss", authority: PEM },
};
/** A copy takes two sectors of 4 KiB. */
const SIZES = { sizeBytes: 16_384, sectorBytes: 4_096 } as const;
const SECOND = 8_192;

function factory(alignBytes = 1): NorFlash {
  return new NorFlash({ ...SIZES, alignBytes, image: identityImage(IDENTITY, SIZES) });
}

test("a sound partition is read and not written", () => {
  const flash = factory();
  expect(loadIdentity(flash)).toEqual({ identity: IDENTITY });
  expect(flash.erases + flash.programs).toBe(0);
});

describe.each([1, 16])("aligned to %i", (alignBytes) => {
  test.each([0, 1, 2, 3])("damage to sector %i is survived, told and repaired", (sector) => {
    const damages = [
      new Uint8Array(4_096).fill(0xff),
      new Uint8Array(4_096),
      new Random(sector).bytes(4_096),
      Uint8Array.of(0x12),
    ];
    for (const bytes of damages) {
      const flash = poke(factory(alignBytes), sector * 4_096, bytes);
      const loaded = loadIdentity(flash);
      expect(loaded.identity).toEqual(IDENTITY);
      const isLostSecond = sector === 2 && bytes.length === 4_096 && bytes[0] === 0xff;
      // As in a partition that was never given a second copy.
      if (!isLostSecond) expect(loaded.damage).toMatch(/damaged|something else|blank/);
      expect(loaded.repaired).toBe(true);
      expect(flash.overProgrammed).toBe(0);
      expect(loadIdentity(flash)).toEqual({ identity: IDENTITY });
      // The next damage, to the other copy.
      poke(flash, sector < 2 ? SECOND : 0, new Uint8Array(100));
      expect(loadIdentity(flash).identity).toEqual(IDENTITY);
    }
  });
});

test("any bit of the first copy may flip", () => {
  const image = identityImage(IDENTITY, SIZES);
  const bits = new Random(3);
  for (let run = 0; run < 300; run++) {
    const flipped = image.slice();
    const bit = bits.int(encodeCopy(IDENTITY).length * 8);
    flipped[bit >>> 3]! ^= 1 << (bit & 7);
    const loaded = loadIdentity(new NorFlash({ ...SIZES, alignBytes: 1, image: flipped }));
    expect(loaded.identity).toEqual(IDENTITY);
    expect(loaded.damage).toBeDefined();
  }
});

test("a sector that takes nothing stays a fault at each boot, and the box knows who it is", () => {
  const flash = poke(factory(), 0, new Uint8Array(40));
  flash.setFault(0, "erase-error");
  for (let boots = 0; boots < 3; boots++) {
    expect(loadIdentity(flash)).toMatchObject({ identity: IDENTITY, repaired: false });
  }
});

test("a repair may be cut anywhere", () => {
  for (const at of ["before", "scattered", 0, 100, "after"] as const) {
    for (let operation = 1; operation <= 22; operation++) {
      const flash = poke(factory(), 4_096, new Uint8Array(40));
      flash.planCut({ operation, at });
      expect(() => loadIdentity(flash)).toThrow(PowerCut);
      flash.powerOn();
      expect(loadIdentity(flash).identity).toEqual(IDENTITY);
      expect(loadIdentity(flash)).toEqual({ identity: IDENTITY });
    }
  }
});

test("a partition of before there were two copies gets its second one without a word", () => {
  const image = new Uint8Array(SIZES.sizeBytes).fill(0xff);
  image.set(encodeCopy(IDENTITY));
  const flash = new NorFlash({ ...SIZES, alignBytes: 1, image });
  expect(loadIdentity(flash)).toEqual({ identity: IDENTITY, damage: undefined, repaired: true });
  expect(flash.image()).toEqual(identityImage(IDENTITY, SIZES));
});

test("where both copies are sound and differ, the first one counts and the second follows it", () => {
  const flash = poke(factory(), SECOND, encodeCopy({ ...IDENTITY, box: "BOX-8" }));
  expect(loadIdentity(flash)).toMatchObject({ identity: IDENTITY, repaired: true });
  expect(loadIdentity(flash)).toEqual({ identity: IDENTITY });
});

test("with both copies damaged, the first one's damage is the reason", () => {
  const flash = poke(poke(factory(), 20, [0]), SECOND, [0]);
  expect(() => loadIdentity(flash)).toThrow(/^the identity partition is damaged: .*: provision the box$/);
});

test("the factory tool refuses what does not fit twice", () => {
  expect(() => identityImage(IDENTITY, { sizeBytes: 8_192, sectorBytes: 4_096 })).toThrow(IdentityError);
  expect(() => identityImage(IDENTITY, { sizeBytes: 4_096, sectorBytes: 4_096 })).toThrow(/do not fit in 4096 bytes/);
});
