import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { factoryKeys } from "../../../firmware/update/key-store.js";
import { SignedEnvelope } from "../../../firmware/update/manifest.js";
import { CloudError } from "../../cloud/domain.js";
import { decodeReleaseFile } from "../../cloud/releases/release-file.js";
import { signaturesFault } from "../../cloud/releases/signatures.js";
import { ImageFlash } from "../../world/devices/image-flash.js";
import { flash, type Write } from "../provision/flash.js";
import { boardWrites, isForBoard } from "./board-image.js";
import { listIn } from "./key-lists.js";
import { fileIn } from "./sign.js";

const SECTOR_BYTES = 4_096;

/**
 * Writes what a box leaves the factory with, a file for each partition: for a board those of its partition table, with the command that writes
 * them; for the simulator `slot-0.bin` and `update.bin`. `port`: writes them onto the board there as well. Throws CloudError where the list's
 * keys have not signed the release, FlashingError where the board took nothing.
 */
export function factoryImages(file: string, listFile: string, out: string, port?: string) {
  const list = listIn(listFile);
  const { release, model, security, envelope, image } = decodeReleaseFile(file, fileIn(file));
  const fault = signaturesFault(SignedEnvelope.decode(envelope), "smartbox-release", { list });
  if (fault !== undefined) throw new CloudError(`${file}: ${fault}`);
  const isBoards = isForBoard(image);
  if (port !== undefined && !isBoards)
    throw new CloudError(`${file} holds no program of a board: npm run release -- build --app xs_esp32.bin makes one`);
  const slotBytes = SECTOR_BYTES * Math.ceil(image.length / SECTOR_BYTES);
  const keys = factoryKeys(list, 1);
  const { partition } = new ImageFlash({ slotBytes, image, release, floor: security, keys }, () => 0);
  const update = partition.image();
  const writes = isBoards ? boardWrites(image, update) : undefined;
  mkdirSync(out, { recursive: true });
  for (const { name, image: content } of writes ?? simulated(image, update))
    writeFileSync(join(out, `${name}.bin`), content);
  if (port !== undefined) flash(port, writes!);
  const places = writes?.map(({ name, offset }) => `0x${offset.toString(16)} ${join(out, name)}.bin`).join(" ");
  const esptool = places === undefined ? null : `esptool --port ${port ?? "PORT"} write_flash ${places}`;
  return { model, release, list: list.version, updateBytes: update.length, imageBytes: image.length, esptool };
}

function simulated(image: Uint8Array, update: Uint8Array): readonly Pick<Write, "name" | "image">[] {
  return [
    { name: "slot-0", image },
    { name: "update", image: update },
  ];
}
