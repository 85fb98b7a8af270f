import { FlashError } from "../../hal/ports/flash.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { RunningImage } from "../world/devices/image-flash.js";
import { bootNodeBundle } from "./node-bundle.js";

/** How an image for Node goes wrong; "none": it is the firmware of this tree. */
export const IMAGE_FAULTS = ["none", "throws", "hangs", "cannot-read-journal"] as const;
export type ImageFault = (typeof IMAGE_FAULTS)[number];

const MARK = "smartbox-node:";

/**
 * The payload of an image for Node that stands for the firmware of this tree: it names how that is to go wrong. The rest is filler, so that it
 * has a size worth fetching.
 */
export function nodePayload(fault: ImageFault, bytes: number): Uint8Array {
  const payload = new Uint8Array(bytes);
  payload.set(Buffer.from(`${MARK}${fault};`));
  for (let at = 64; at < bytes; at++) payload[at] = (at * 31) & 0xff;
  return payload;
}

/** Boots what the stub has chosen on Node: this tree's firmware where the image stands for it, otherwise the program in the image. */
export function bootNodeImage(hal: Hal, image: RunningImage | undefined, boot: (hal: Hal) => void): void {
  const fault = image === undefined ? "none" : faultOf(image);
  switch (fault) {
    case undefined:
      bootNodeBundle(hal, image!.payload);
      return;
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

/** Whether it stands for this tree's firmware, whatever engine runs that. */
export function isThisTree(image: RunningImage): boolean {
  return faultOf(image) === "none";
}

/** Undefined: it is a program of its own. */
function faultOf({ payload }: RunningImage): string | undefined {
  const text = Buffer.from(payload.subarray(0, 64)).toString("latin1");
  return text.startsWith(MARK) ? text.slice(MARK.length, text.indexOf(";")) : undefined;
}
