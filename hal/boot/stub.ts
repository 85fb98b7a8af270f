import { FlashError, type FlashPort } from "../ports/flash.js";
import { GiveUp, type Slot } from "../ports/update.js";
import { type ImageHeader, soundImage } from "./image-header.js";
import { type BootMetadata, MetadataStore } from "./metadata.js";

/** The hardware watchdog runs with this when an image on trial starts, ms. */
export const TRIAL_WATCHDOG_MS = 60_000;
/** Boots that an image gets to confirm itself. */
export const TRIES = 3;

export interface BootChoice {
  readonly slot: Slot;
  readonly image: ImageHeader;
  /** The watchdog is to run from here on. */
  readonly isTrial: boolean;
}

/** Undefined: there is no image that may run. */
export type BootStub = (metadata: FlashPort, slots: readonly [FlashPort, FlashPort]) => BootChoice | undefined;

/**
 * What runs between reset and the image: it chooses the slot and counts the tries (firmware/update/SPEC.md section 8). This is its
 * specification as well as the simulator's; in C it is `hal/mcu/boot`, which is held to this. A BootStub.
 */
export function chooseImage(metadata: FlashPort, slots: readonly [FlashPort, FlashPort]): BootChoice | undefined {
  const store = new MetadataStore(metadata);
  const images = [soundImage(slots[0]), soundImage(slots[1])] as const;
  const present = store.read() ?? begunAnew(store, images);
  if (present === undefined) return undefined;
  const { trial } = present;
  const tried = trial && images[trial.slot];
  if (trial !== undefined && tried !== undefined && tried.release === trial.release && trial.tries > 0) {
    // Counted before it runs: whatever the image does then, the count is right.
    if (written(store, { ...present, trial: { ...trial, tries: trial.tries - 1 } })) {
      return { slot: trial.slot, image: tried, isTrial: true };
    }
  } else if (trial !== undefined) {
    const why = trial.tries > 0 ? GiveUp.imageDamaged : GiveUp.notConfirmed;
    written(store, { ...present, trial: undefined, returned: { release: trial.release, why } });
  }
  return confirmedOf(present, images);
}

/** The confirmed image; where it has decayed, the other one. */
function confirmedOf(
  { confirmed }: BootMetadata,
  images: readonly [ImageHeader | undefined, ImageHeader | undefined],
): BootChoice | undefined {
  const image = images[confirmed];
  if (image !== undefined) return { slot: confirmed, image, isTrial: false };
  const other: Slot = confirmed === 0 ? 1 : 0;
  const spare = images[other];
  return spare && { slot: other, image: spare, isTrial: false };
}

/** Neither copy of the metadata is sound: of two images the newer one has to show what it is worth. */
function begunAnew(
  store: MetadataStore,
  images: readonly [ImageHeader | undefined, ImageHeader | undefined],
): BootMetadata | undefined {
  const [a, b] = images;
  if (a === undefined && b === undefined) return undefined;
  const newer: Slot = (b?.release ?? 0) > (a?.release ?? 0) ? 1 : 0;
  const older: Slot = newer === 0 ? 1 : 0;
  const confirmed = images[older] === undefined ? newer : older;
  const image = images[confirmed]!;
  const metadata: BootMetadata = {
    confirmed,
    release: image.release,
    trial: confirmed === newer ? undefined : { slot: newer, release: images[newer]!.release, tries: TRIES },
    floor: image.security,
    returned: undefined,
  };
  written(store, metadata);
  return metadata;
}

/** False: the part does not take it; what was in force stays so. */
function written(store: MetadataStore, next: BootMetadata): boolean {
  try {
    store.write(next);
    return true;
  } catch (error) {
    if (error instanceof FlashError) return false;
    throw error;
  }
}
