import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { JournalFaultError, JournalFullError } from "../../../firmware/journal/contract.js";
import { readJournalImage } from "../../../sim/trials/journal-reader/reader.js";
import { journalOn } from "../../../sim/trials/judge/journal-look.js";
import type { NorFlash } from "../../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../../sim/world/devices/power-cut.js";
import { Random } from "../../../sim/world/random.js";
import { mount, newFlash, payloadFor, SHAPES, type Shape } from "../../journal/support.js";

/*
 * The judge looks again and again at one journal and reads only what changed. What it then has is what somebody has who reads the
 * whole of it for the first time.
 */

/** Appends until the supply goes or the journal takes no more, with a look now and then. */
function use(flash: NorFlash, random: Random, look: () => void): void {
  try {
    const journal = mount(flash, random.int(4), random.int(1000));
    if (random.int(3) > 0) flash.planCut({ operation: 1 + random.int(120), at: random.pick(["scattered", 3, 40]) });
    for (let count = random.int(150); count > 0; count--) {
      journal.append(payloadFor(journal.nextSeq, 1 + random.int(200)), random.pick(["diagnostic", "vital"]));
      journal.acknowledge(journal.nextSeq - 1 - random.int(30));
      if (random.int(4) === 0) look();
    }
  } catch (error) {
    if (![PowerCut, JournalFullError, JournalFaultError].some((kind) => error instanceof kind)) throw error;
  }
  flash.powerOn();
  flash.planCut(undefined);
  look();
}

function compare(shape: Shape, seed: number): void {
  const random = new Random(seed);
  const flash = newFlash(shape, seed);
  // Both must read the same where a cut left bits that read by chance.
  flash.unstableReads = random.pick(["as-0", "as-1"]);
  // Not `toEqual`, which takes its time over bytes.
  const look = () => {
    const isSame = isDeepStrictEqual(journalOn(flash), readJournalImage(flash.image(), shape));
    expect(isSame, `seed ${seed}`).toBe(true);
  };
  for (let boot = 0; boot < 6; boot++) {
    use(flash, random, look);
    const at = random.int(flash.sizeBytes);
    if (random.int(2) === 0) flash.flipBits(at, 1 << random.int(8));
    else if (random.int(3) === 0) flash.stickBit(at, random.int(8), random.pick([0, 1] as const));
    look();
    if (random.int(8) === 0) flash.load(newFlash(shape, seed).image());
    look();
  }
}

test.each(SHAPES.slice(0, 6))("what changed since the last look is seen: %o", (shape) => {
  for (let seed = 1; seed <= 4; seed++) compare(shape, seed);
});
