import { MetadataStore } from "../../boot/metadata.js";
import { chooseImage } from "../../boot/stub.js";
import { updatePort } from "../../boot/update-port.js";
import type { FlashPort } from "../../ports/flash.js";
import { type BootControl, GiveUp, type Slot, type UpdatePort } from "../../ports/update.js";

/**
 * What ESP-IDF's bootloader does with two slots, its rollback on: it starts the slot that it was told last, once; an image that was not kept by
 * then is given up at the next reset, whatever ended it, and the one that was kept before starts again.
 */
export interface Bootloader {
  readonly running: Slot;
  /** Has `slot` started next, once. False: that is no image that it would start, and nothing has changed. */
  startNext(slot: Slot): boolean;
  /** The image that runs is started from now on. */
  keep(): void;
  restart(): never;
}

export interface ImageChoiceNeeds {
  /** The partition `update`. */
  readonly partition: FlashPort;
  readonly slots: readonly [FlashPort, FlashPort];
  readonly bootloader: Bootloader;
}

/**
 * The boot stub of firmware/update/SPEC.md section 8 on a board whose bootloader is not ours: each image begins with it. It goes on in the
 * image that runs, or restarts into the other one. The confirmed image counts the tries of the one on trial, which the bootloader never starts
 * twice by itself. Undefined: no image has a header, as one that a developer flashed; such a box takes no updates. Throws FlashError where the
 * partition does not answer or is too small.
 */
export function chosenImage({ partition, slots, bootloader }: ImageChoiceNeeds): UpdatePort | undefined {
  const { running } = bootloader;
  const store = new MetadataStore(partition);
  const present = store.read();
  const isOnTrial = present?.trial?.slot === running;
  const isUsual = present !== undefined && present.trial === undefined && present.confirmed === running;
  // Looking at both images takes seconds: not at each wake.
  if (!isUsual && !isOnTrial) {
    const choice = chooseImage(partition, slots);
    if (choice === undefined) return undefined;
    if (choice.slot !== running) {
      if (bootloader.startNext(choice.slot)) bootloader.restart();
      // Sound for the CRC and not for the bootloader: the box stays with what runs.
      const chosen = store.read();
      if (chosen?.trial !== undefined) {
        store.write({
          ...chosen,
          trial: undefined,
          returned: { release: chosen.trial.release, why: GiveUp.imageDamaged },
        });
      }
    }
  }
  if (!isOnTrial) bootloader.keep();
  const port = updatePort({ partition, slots, running });
  return { ...port, boot: new KeepingBootControl(port.boot, bootloader) };
}

/** Tells the bootloader what was confirmed. */
class KeepingBootControl implements BootControl {
  readonly #metadata: BootControl;
  readonly #bootloader: Bootloader;

  constructor(metadata: BootControl, bootloader: Bootloader) {
    this.#metadata = metadata;
    this.#bootloader = bootloader;
  }

  facts(): ReturnType<BootControl["facts"]> {
    return this.#metadata.facts();
  }

  tryOther(release: number): void {
    this.#metadata.tryOther(release);
  }

  /** In this order: cut in between, the image before runs once more and starts this one, which then keeps itself. */
  confirm(): void {
    this.#metadata.confirm();
    this.#bootloader.keep();
  }

  giveUp(why: GiveUp): void {
    this.#metadata.giveUp(why);
  }
}
