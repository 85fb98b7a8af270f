import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { factoryKeys } from "../../../firmware/update/key-store.js";
import { SignedEnvelope } from "../../../firmware/update/manifest.js";
import { CloudError } from "../../cloud/domain.js";
import { decodeReleaseFile } from "../../cloud/releases/release-file.js";
import { signaturesFault } from "../../cloud/releases/signatures.js";
import { ImageFlash } from "../../world/devices/image-flash.js";
import { listIn } from "./key-lists.js";
import { fileIn } from "./sign.js";

const SECTOR_BYTES = 4_096;

/** Writes what a box leaves the factory with. Throws CloudError where the list's keys have not signed the release. */
export function factoryImages(file: string, listFile: string, out: string) {
  const list = listIn(listFile);
  const { release, model, security, envelope, image } = decodeReleaseFile(file, fileIn(file));
  const fault = signaturesFault(SignedEnvelope.decode(envelope), "smartbox-release", { list });
  if (fault !== undefined) throw new CloudError(`${file}: ${fault}`);
  const slotBytes = SECTOR_BYTES * Math.ceil(image.length / SECTOR_BYTES);
  const keys = factoryKeys(list, 1);
  const { partition } = new ImageFlash({ slotBytes, image, release, floor: security, keys }, () => 0);
  const update = partition.image();
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "update.bin"), update);
  writeFileSync(join(out, "slot-0.bin"), image);
  return { model, release, list: list.version, updateBytes: update.length, imageBytes: image.length };
}
