import { FlashError, type FlashPort } from "../ports/flash.js";

/** In place of a partition that the image does not have: the firmware says so on the screen, which a crash here could not. */
export function missingFlash(cause: string): FlashPort {
  const refuse = (): never => {
    throw new FlashError(cause);
  };
  return { sizeBytes: 0, sectorBytes: 4_096, alignBytes: 1, read: refuse, program: refuse, erase: refuse };
}
