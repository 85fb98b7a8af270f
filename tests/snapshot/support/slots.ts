import type { SnapshotSlots, SnapshotView } from "../../../firmware/snapshot/contract.js";
import { FlashSnapshotSlots } from "../../../firmware/snapshot/store.js";
import { crc32 } from "../../../hal/bytes/crc32.js";
import type { NorFlash } from "../../../sim/world/devices/nor-flash.js";
import { BOX } from "./models.js";

export function slotsOn(flash: NorFlash): FlashSnapshotSlots {
  return new FlashSnapshotSlots({ flash, box: BOX });
}

/** Receives `file` into `slot` in pieces of `pieceBytes`, and finishes. */
export function download(
  slots: SnapshotSlots,
  slot: 0 | 1,
  version: number,
  file: Uint8Array,
  pieceBytes = 1_024,
): SnapshotView {
  const writer = slots.begin(slot, version, file.length);
  for (let at = 0; at < file.length; at += pieceBytes) writer.write(file.subarray(at, at + pieceBytes));
  return writer.finish();
}

/** A copy of `file` changed by `forge`, with checksums that match again: what a faulty builder could send. */
export function forged(file: Uint8Array, forge: (bytes: DataView) => void): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  forge(view);
  view.setUint32(156, crc32(copy, 0, 156), true);
  view.setUint32(copy.length - 4, crc32(copy, 0, copy.length - 4), true);
  return copy;
}

/** Where `section` of `file` begins. */
export function startOf(file: Uint8Array, section: number): number {
  return new DataView(file.buffer, file.byteOffset).getUint32(68 + 8 * section, true);
}

/** Asks a view for everything; all that matters is that it answers. */
export function askEverything(view: SnapshotView): void {
  const hash = new Uint8Array(10);
  for (const id of [0, 1, 2, 10, 20, 100, 2 ** 31, 2 ** 32 - 1]) {
    view.bin(id);
    view.keyById(id);
    view.userName(id);
    view.access(id);
    for (const skip of [0, 1, 1_000]) view.accessesOf(id, skip, 32);
    hash.fill(id & 0xff);
    view.code(hash);
    view.badge(hash);
  }
  for (const serial of ["", "0", "012ABC", "~~~~~~~~~~~~~~~~", "é", "longer than sixteen"]) view.keyByFob(serial);
}
