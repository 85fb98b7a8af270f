import { CloudError } from "../../cloud/domain.js";
import type { Write } from "../provision/flash.js";
import { type BoardPartition, boardPartition } from "../shared/partition.js";

/** Of a slot: header and padding, before what the board's bootloader starts (hal/moddable/esp32/slot-flash.ts). */
const HEAD_BYTES = 4_096;
const IMAGE_HEADER_BYTES = 64;
/** An image of ESP-IDF's begins with it (esp_image_format.h: ESP_IMAGE_HEADER_MAGIC). */
const APP_MAGIC = 0xe9;

/** What a release's image holds besides its header, for a program of a board as `npm run firmware` makes it. Throws CloudError. */
export function appPayload(file: string, app: Uint8Array): Uint8Array {
  if (app[0] !== APP_MAGIC)
    throw new CloudError(`--app ${file} is no program of a board: npm run firmware makes xs_esp32.bin`);
  const payload = new Uint8Array(HEAD_BYTES - IMAGE_HEADER_BYTES + app.length).fill(0xff);
  payload.set(app, HEAD_BYTES - IMAGE_HEADER_BYTES);
  return payload;
}

/** Whether the image has a program where a board's bootloader looks for one. */
export function isForBoard(image: Uint8Array): boolean {
  return image[HEAD_BYTES] === APP_MAGIC;
}

/**
 * All that the factory writes onto a board: the image into slot 0, `update` as the partition of that name, and nothing into slot 1 and the
 * bootloader's own record of which slot to start, so that it starts slot 0. Throws CloudError where something has no room.
 */
export function boardWrites(image: Uint8Array, update: Uint8Array): readonly Write[] {
  const contents: readonly (readonly [BoardPartition, Uint8Array | undefined])[] = [
    ["otadata", undefined],
    ["head_0", image.subarray(0, HEAD_BYTES)],
    ["head_1", undefined],
    ["ota_0", image.subarray(HEAD_BYTES)],
    ["update", update],
  ];
  return contents.map(([name, content]) => {
    const { offset, sizeBytes } = boardPartition(name);
    if (content !== undefined && content.length > sizeBytes)
      throw new CloudError(`${name} has ${sizeBytes} bytes on the board, and ${content.length} are to go there`);
    return { name, offset, image: content ?? new Uint8Array(sizeBytes).fill(0xff) };
  });
}
