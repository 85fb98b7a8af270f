import type { FlashPort } from "../../../hal/ports/flash.js";
import { fingerprint } from "../trace.js";
import type { Life } from "./life.js";
import type { NorFlash } from "./nor-flash.js";
import { PowerCut } from "./power-cut.js";
import type { Site } from "./site.js";

export interface FlashHooks {
  /** Before each program and erase: a planned cut may be laid into it. */
  beforeWrite(device: NorFlash): void;
  /** The supply went away inside an operation. */
  onCut(): void;
}

/** A flash partition as one boot sees it. Programs and erases are traced by place and fingerprint, never by content. */
export function boundFlash(site: Site, life: Life, name: string, device: NorFlash, hooks: FlashHooks): FlashPort {
  const run = (operation: () => void) => {
    life.check();
    try {
      operation();
    } catch (error) {
      if (error instanceof PowerCut) hooks.onCut();
      throw error;
    }
    // An observer of the operation may have cut the power.
    life.check();
  };
  return {
    sizeBytes: device.sizeBytes,
    sectorBytes: device.sectorBytes,
    alignBytes: device.alignBytes,
    read: (offset, into) => run(() => device.read(offset, into)),
    program: (offset, bytes) =>
      run(() => {
        site.trace("flash", `${name} program ${offset}+${bytes.length} ${fingerprint(bytes)}`);
        hooks.beforeWrite(device);
        device.program(offset, bytes);
      }),
    erase: (offset) =>
      run(() => {
        site.trace("flash", `${name} erase ${offset}`);
        hooks.beforeWrite(device);
        device.erase(offset);
      }),
  };
}
