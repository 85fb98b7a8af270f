import { expect, test } from "vitest";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import { MODEL } from "../support/box-rig.js";
import { makeFlash } from "./support/flash.js";
import { download, slotsOn } from "./support/slots.js";

test("the CRC of the bins' rows is of what the flash holds now, not of rows that were read before", () => {
  const flash = makeFlash({ sectors: 8 });
  const file = buildSnapshot(MODEL);
  const view = download(slotsOn(flash), 0, MODEL.version, file);
  const bins = new DataView(file.buffer, file.byteOffset).getUint32(68 + 8 * 2, true);
  const last = MODEL.bins.length - 1;
  view.bin(last);
  const before = view.binsCrc();
  expect(view.binsCrc()).toBe(before);
  view.bin(last);
  flash.flipBits(bins + 28 * last + 8, 1);
  expect(view.binsCrc()).not.toBe(before);
});
