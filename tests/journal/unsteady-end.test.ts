import { expect, test } from "vitest";
import { Journal } from "../../firmware/journal/journal.js";
import type { FlashPort } from "../../hal/ports/flash.js";
import { mount, newFlash, payloadFor, readAll, SeededEntropy } from "./support.js";

/* The last frame may have been torn, and its bits read differently each time: what a mount decides from is what it goes on with. */

const RECORDS = 5;
/** Behind headers and the checkpoint's pieces; large enough that no byte of one record is in another's. */
const RECORD_BYTES = 40;

/** A flash that reads `change`d from the second time on that the byte `at` is read, and the place of `byte` in what was written. */
function changing(flash: FlashPort, at: number, change: (byte: number) => number): FlashPort & { isChanged: boolean } {
  let reads = 0;
  return {
    isChanged: false,
    sizeBytes: flash.sizeBytes,
    sectorBytes: flash.sectorBytes,
    alignBytes: flash.alignBytes,
    program: (offset, bytes) => flash.program(offset, bytes),
    erase: (offset) => flash.erase(offset),
    read(offset, into) {
      flash.read(offset, into);
      if (offset > at || offset + into.length <= at) return;
      reads++;
      if (reads > 1) into[at - offset] = change(into[at - offset]!);
      this.isChanged = reads > 1;
    },
  };
}

function written(): { flash: ReturnType<typeof newFlash>; lastAt: number; beforeAt: number } {
  const flash = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes: 4 });
  const journal = mount(flash);
  for (let i = 0; i < RECORDS; i++) journal.append(payloadFor(journal.nextSeq, RECORD_BYTES), "vital");
  const image = flash.image();
  const find = (seq: number) => Buffer.from(image).indexOf(Buffer.from(payloadFor(seq, RECORD_BYTES)));
  return { flash, lastAt: find(RECORDS), beforeAt: find(RECORDS - 1) };
}

function mountOn(flash: FlashPort): Journal {
  return Journal.mount({ flash, entropy: new SeededEntropy(1), owner: { checkpoint: () => [] } });
}

test("a last frame that verified once and never again is no record, and its number is given anew", () => {
  const { flash, lastAt } = written();
  const unsteady = changing(flash, lastAt, (byte) => byte ^ 4);
  const journal = mountOn(unsteady);
  expect(unsteady.isChanged).toBe(true);
  expect(journal.nextSeq).toBe(RECORDS);
  expect(readAll(journal).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test("the frame before it is served as it verified, whatever its place reads as later", () => {
  const { flash, lastAt, beforeAt } = written();
  const journal = mountOn(changing(flash, lastAt, (byte) => byte ^ 4));
  flash.load(flash.image().with(beforeAt, flash.image()[beforeAt]! ^ 4));
  expect(readAll(journal).at(-1)).toEqual({ seq: RECORDS - 1, payload: payloadFor(RECORDS - 1, RECORD_BYTES) });
});
