import type { FlashPort } from "../../hal/ports/flash.js";
import type { BootFacts } from "../../hal/ports/update.js";
import { GiveUp } from "../../hal/ports/update.js";
import { sameBytes } from "../wire/envelope.js";
import { FrameMagic, readFrame, writeFrame } from "./frame.js";

/** The sector of the store that says what was told. */
const TOLD_SECTOR = 3;

type Returned = NonNullable<BootFacts["returned"]>;

/** Whether it was put on record already that this release was given up: it stands in the boot metadata for as long as nothing else is confirmed. */
export function isTold(store: FlashPort, returned: Returned): boolean {
  const frame = readFrame(store, TOLD_SECTOR * store.sectorBytes, FrameMagic.told);
  return frame !== undefined && sameBytes(frame.content, packed(returned));
}

/** Throws FlashError. */
export function noteTold(store: FlashPort, returned: Returned): void {
  const frame = { content: packed(returned), failures: 0 };
  writeFrame(store, TOLD_SECTOR * store.sectorBytes, FrameMagic.told, frame);
}

/** A word of SPEC.md section 8. */
export function wordOf(why: number): string {
  const words: Readonly<Record<number, string>> = {
    [GiveUp.notConfirmed]: "not-confirmed",
    [GiveUp.imageDamaged]: "image-damaged",
    [GiveUp.selfTest]: "self-test",
    [GiveUp.noSession]: "no-session",
    [GiveUp.stopped]: "stopped",
  };
  return words[why] ?? `${why}`;
}

function packed({ release, why }: Returned): Uint8Array {
  const bytes = new Uint8Array(5);
  new DataView(bytes.buffer).setUint32(0, release, true);
  bytes[4] = why;
  return bytes;
}
