import { METADATA_SECTORS, MetadataStore } from "../../../hal/boot/metadata.js";
import { type BootChoice, type BootStub, chooseImage } from "../../../hal/boot/stub.js";
import { updatePort } from "../../../hal/boot/update-port.js";
import type { FlashPort } from "../../../hal/ports/flash.js";
import type { UpdatePort } from "../../../hal/ports/update.js";
import { NorFlash } from "./nor-flash.js";

const SECTOR_BYTES = 4_096;
/** Of the partition `update` (firmware/update/SPEC.md section 2). */
const UPDATE_SECTORS = 6;
const KEYS_AT = METADATA_SECTORS * SECTOR_BYTES;
const IMAGE_HEADER_BYTES = 64;

/** What the factory writes where the image can be replaced in the field. */
export interface ImageFlashOptions {
  /** Bytes of each of the two slots; a multiple of 4,096. */
  readonly slotBytes: number;
  /** Into slot 0, header and payload; confirmed. */
  readonly image: Uint8Array;
  readonly release: number;
  /** The lowest security version that may run. */
  readonly floor: number;
  /** The first sector of the firmware's own: its list of release keys; empty: none yet, and it takes no release. */
  readonly keys: Uint8Array;
  /** `chooseImage` if absent. */
  readonly stub?: BootStub | undefined;
}

/** The program that the stub chose. */
export interface RunningImage {
  readonly release: number;
  readonly payload: Uint8Array;
}

/** Slots, boot metadata and what the firmware keeps of updates: three partitions that outlive its boots. */
export class ImageFlash {
  readonly partition: NorFlash;
  readonly slots: readonly [NorFlash, NorFlash];
  readonly #stub: BootStub;
  readonly #made: Buffer;

  constructor({ slotBytes, image, release, floor, keys, stub }: ImageFlashOptions, seed: (name: string) => number) {
    this.#stub = stub ?? chooseImage;
    const content = new Uint8Array(UPDATE_SECTORS * SECTOR_BYTES).fill(0xff);
    content.set(keys, KEYS_AT);
    this.partition = part(content, seed("update"));
    const slot = (written: Uint8Array, name: string) => {
      const filled = new Uint8Array(slotBytes).fill(0xff);
      filled.set(written);
      return part(filled, seed(name));
    };
    this.slots = [slot(image, "slot 0"), slot(new Uint8Array(0), "slot 1")];
    const first = { confirmed: 0, release, trial: undefined, floor, returned: undefined } as const;
    new MetadataStore(this.partition).write(first);
    this.#made = Buffer.from(this.partition.image());
  }

  /** Whether it is in all as the factory made it. */
  get isAsMade(): boolean {
    const { slots, partition } = this;
    const isUntouched = slots.every(({ revisions }) => revisions.every((revision) => revision === 0));
    return isUntouched && Buffer.from(partition.image()).equals(this.#made);
  }

  /** Writes the factory's list of release keys where there is none yet. Whether it was written. */
  giveKeys(keys: Uint8Array): boolean {
    const sector = new Uint8Array(SECTOR_BYTES);
    this.partition.look(1).read(KEYS_AT, sector);
    if (sector.some((byte) => byte !== 0xff)) return false;
    this.partition.program(KEYS_AT, keys);
    return true;
  }

  get all(): readonly NorFlash[] {
    return [this.partition, ...this.slots];
  }

  /** What stands between reset and the firmware; undefined: no image boots. `bound`: a partition as this boot sees it. */
  start(bound: (name: string, device: NorFlash) => FlashPort): Started | undefined {
    const partition = bound("update", this.partition);
    const slots = [bound("slot 0", this.slots[0]), bound("slot 1", this.slots[1])] as const;
    const choice = this.#stub(partition, slots);
    if (choice === undefined) return undefined;
    const payload = new Uint8Array(choice.image.length);
    this.slots[choice.slot].look(1).read(IMAGE_HEADER_BYTES, payload);
    return {
      choice,
      image: { release: choice.image.release, payload },
      port: updatePort({ partition, slots, running: choice.slot }),
    };
  }
}

export interface Started {
  readonly choice: BootChoice;
  readonly image: RunningImage;
  readonly port: UpdatePort;
}

function part(image: Uint8Array, seed: number): NorFlash {
  return new NorFlash({ sizeBytes: image.length, sectorBytes: SECTOR_BYTES, alignBytes: 1, seed, image });
}
