import { FlashError, type FlashPort } from "../../ports/flash.js";
import type { Slot, UpdatePort } from "../../ports/update.js";
import { CONSOLE } from "../trace.js";
import { PartitionFlash } from "./flash.js";
import { type Bootloader, chosenImage } from "./image-choice.js";
import { keepImage, restart, runningSlot, startNext } from "./native.js";
import { SlotFlash } from "./slot-flash.js";

/** The SDK's names of the app partition whose image runs, and of the other one. */
const RUNNING = "running";
const OTHER = "nextota";

/**
 * Where an update goes, in the image that is to run: call it before anything else, as it may restart into the other one. Undefined: this board
 * takes none, and the console says why.
 */
export function boardUpdates(): UpdatePort | undefined {
  const running = runningSlot() as Slot;
  const bootloader: Bootloader = { running, startNext, keep: keepImage, restart };
  try {
    const partition = new PartitionFlash("update");
    const slots = [slotOf(0, running), slotOf(1, running)] as const;
    const port = chosenImage({ partition, slots, bootloader });
    if (port === undefined) CONSOLE.line("update: the image has no header, and takes no updates");
    return port;
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    CONSOLE.line(`update: ${error.message}`);
    return undefined;
  }
}

function slotOf(slot: Slot, running: Slot): FlashPort {
  return new SlotFlash(new PartitionFlash(`head_${slot}`), new PartitionFlash(slot === running ? RUNNING : OTHER));
}
