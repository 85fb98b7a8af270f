import { FlashError, type FlashPort } from "../ports/flash.js";
import type { BootControl, BootFacts, GiveUp, Slot } from "../ports/update.js";
import { type ImageHeader, soundImage } from "./image-header.js";
import { type BootMetadata, MetadataStore } from "./metadata.js";
import { TRIES } from "./stub.js";

export interface BootControlNeeds {
  /** The partition `update`, or the beginning of it. */
  readonly metadata: FlashPort;
  readonly slots: readonly [FlashPort, FlashPort];
  readonly running: Slot;
}

/** Boot control on the metadata that the boot stub reads. */
export class MetadataBootControl implements BootControl {
  readonly #store: MetadataStore;
  readonly #needs: BootControlNeeds;

  constructor(needs: BootControlNeeds) {
    this.#needs = needs;
    this.#store = new MetadataStore(needs.metadata);
  }

  facts(): BootFacts {
    const { confirmed, release, trial, floor, returned } = this.#present();
    const { running } = this.#needs;
    const isTrial = trial?.slot === running;
    if (isTrial) return { release: trial.release, isTrial, floor, returned };
    // Where the confirmed image has decayed, the other one runs in its place.
    return { release: confirmed === running ? release : this.#image(running).release, isTrial, floor, returned };
  }

  tryOther(release: number): void {
    const { running } = this.#needs;
    const present = this.#present();
    if (present.trial?.slot === running) throw new FlashError("the image that runs is on trial itself");
    const slot: Slot = running === 0 ? 1 : 0;
    const image = this.#image(slot);
    if (image.release !== release) throw new FlashError(`slot ${slot} holds release ${image.release}, not ${release}`);
    const confirmed = present.confirmed === running ? present.release : this.#image(running).release;
    this.#store.write({ ...present, confirmed: running, release: confirmed, trial: { slot, release, tries: TRIES } });
  }

  confirm(): void {
    const present = this.#present();
    const { trial, floor } = present;
    const { running } = this.#needs;
    if (trial?.slot !== running) return;
    const { security, release } = this.#image(running);
    this.#store.write({
      confirmed: running,
      release,
      trial: undefined,
      floor: Math.max(floor, security),
      returned: undefined,
    });
  }

  giveUp(why: GiveUp): void {
    const present = this.#present();
    const { trial } = present;
    if (trial === undefined) return;
    this.#store.write({ ...present, trial: undefined, returned: { release: trial.release, why } });
  }

  #image(slot: Slot): ImageHeader {
    const image = soundImage(this.#needs.slots[slot]);
    if (image === undefined) throw new FlashError(`slot ${slot} holds no sound image`);
    return image;
  }

  #present(): BootMetadata {
    const present = this.#store.read();
    if (present === undefined) throw new FlashError("boot metadata: neither copy is sound");
    return present;
  }
}
