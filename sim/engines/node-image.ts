import { FlashError } from "../../hal/ports/flash.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { RunningImage } from "../world/devices/image-flash.js";

/** How an image for Node goes wrong; "none": it is the firmware of this tree. */
export type ImageFault = "none" | "throws" | "hangs" | "cannot-read-journal";

const MARK = "smartbox-node:";

/**
 * The payload of an image for Node, which runs no program out of a slot: it names how the firmware of this tree is to go wrong. The rest is
 * filler, so that it has a size worth fetching.
 */
export function nodePayload(fault: ImageFault, bytes: number): Uint8Array {
  const payload = new Uint8Array(bytes);
  payload.set(Buffer.from(`${MARK}${fault};`));
  for (let at = 64; at < bytes; at++) payload[at] = (at * 31) & 0xff;
  return payload;
}

/** Boots what the stub has chosen on Node. */
export function bootNodeImage(hal: Hal, image: RunningImage | undefined, boot: (hal: Hal) => void): void {
  switch (image === undefined ? "none" : faultOf(image)) {
    case "throws":
      throw new Error("the image throws at its first line");
    case "hangs":
      return;
    case "cannot-read-journal":
      boot({ ...hal, flash: { ...hal.flash, journal: { ...hal.flash.journal, read: noJournal } } });
      return;
    default:
      boot(hal);
  }
}

function noJournal(): never {
  throw new FlashError("read 0: the image does not know this part");
}

function faultOf({ payload }: RunningImage): string {
  const text = Buffer.from(payload.subarray(0, 64)).toString("latin1");
  if (!text.startsWith(MARK)) throw new Error("the image is no program for Node");
  return text.slice(MARK.length, text.indexOf(";"));
}
