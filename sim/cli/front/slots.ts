import { factoryKeys } from "../../../firmware/update/key-store.js";
import { boardOf } from "../../../hal/boards/index.js";
import type { FolderShelf } from "../../cloud/releases/folder-shelf.js";
import { makeImage } from "../../cloud/releases/image.js";
import { nodePayload } from "../../engines/node-image.js";
import type { ImageFlashOptions } from "../../world/devices/image-flash.js";
import type { Machine } from "../../world/machine/machine.js";

/** What the boxes of a desk leave the factory with: this tree's firmware, as release 1. */
const FACTORY = { release: 1, security: 1 } as const;
/** Room for the program that `npm run release -- build` makes, twice over. */
const SLOT_BYTES = 2 * 1024 * 1024;
const PAYLOAD_BYTES = 64;

/** Undefined: firmware of this model cannot be replaced in the field. */
export function factorySlots(model: string): ImageFlashOptions | undefined {
  if (!boardOf(model).profile.offlineCapable) return undefined;
  const { release, security } = FACTORY;
  const image = makeImage({ release, security, model }, nodePayload("none", PAYLOAD_BYTES));
  // The maker's list of keys comes once there is one.
  return { slotBytes: SLOT_BYTES, image, release, floor: security, keys: new Uint8Array(0) };
}

/** Gives boxes that have no list of release keys the maker's first one, as the factory would have; whether one took it. */
export function giveReleaseKeys(machines: readonly Machine[], shelf: FolderShelf): boolean {
  const list = shelf.firstKeys;
  if (list === undefined) return false;
  return machines.filter((machine) => machine.images?.giveKeys(factoryKeys(list, 1))).length > 0;
}
