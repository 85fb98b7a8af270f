import { decode, encode } from "cbor-x";
import * as v from "valibot";
import { KeyList, Manifest, NEXT_KEYS, SignedEnvelope } from "../../../firmware/update/manifest.js";
import { MessageError } from "../../../firmware/wire/shape.js";
import { u32 } from "../../../hal/bytes/little-endian.js";
import { CloudError } from "../domain.js";
import { digestOf } from "./image.js";
import type { ShelvedRelease } from "./shelf.js";
import { signaturesFault } from "./signatures.js";

/** One file with all that the cloud hands out of a release: `npm run release -- assemble` writes it. */

const FORMAT = 1;
const bytes = v.instance(Uint8Array);
const FileSchema = v.object({
  smartbox: v.literal("release"),
  format: v.literal(FORMAT),
  /** Version of the key list whose keys have signed it. */
  list: v.pipe(v.number(), v.integer(), v.minValue(1)),
  envelope: bytes,
  image: bytes,
});

/** Where the security version stands in an image. */
const SECURITY_AT = 16;

export function encodeReleaseFile(list: number, envelope: Uint8Array, image: Uint8Array): Uint8Array {
  return new Uint8Array(encode({ smartbox: "release", format: FORMAT, list, envelope, image }));
}

/** What a file holds, held against itself; who has signed it is not looked at. Throws CloudError that names the file as `name`. */
export function decodeReleaseFile(name: string, file: Uint8Array): ShelvedRelease {
  const { list, envelope, image } = fileIn(name, file);
  const manifest = manifestIn(name, envelope);
  const { model, release, firmware, expires, total, digest, floor: security } = manifest;
  const own = digestOf(image);
  if (image.length !== total || !digest.every((byte, i) => byte === own[i])) {
    throw new CloudError(
      `${name}: the image in it is not the one that its manifest names: have it built and signed anew`,
    );
  }
  if (u32(image, SECURITY_AT) !== security) {
    throw new CloudError(`${name}: image and manifest name different security versions: have it built anew`);
  }
  return { model, release, firmware, security, expires, list, imageBytes: image.length, envelope, image };
}

function fileIn(name: string, file: Uint8Array): v.InferOutput<typeof FileSchema> {
  let read: unknown;
  try {
    read = decode(file);
  } catch (error) {
    throw new CloudError(`${name} is no release: ${(error as Error).message}; npm run release -- assemble writes one`);
  }
  const checked = v.safeParse(FileSchema, read);
  if (checked.success) return checked.output;
  const newer = (read as { format?: unknown } | null)?.format;
  if (typeof newer === "number" && newer > FORMAT) {
    throw new CloudError(`${name} is of format ${newer}, and this cloud reads ${FORMAT}: bring the cloud up to date`);
  }
  throw new CloudError(`${name} is no release: npm run release -- assemble writes one`);
}

function manifestIn(name: string, envelope: Uint8Array): Manifest {
  try {
    return Manifest.decode(SignedEnvelope.decode(envelope).manifest);
  } catch (error) {
    if (error instanceof MessageError) throw new CloudError(`${name}: its manifest: ${error.message}`);
    throw error;
  }
}

/** A key list out of its envelope. Throws CloudError that names the file as `name`. */
export function decodeKeyFile(
  name: string,
  file: Uint8Array,
): { readonly list: KeyList; readonly signed: SignedEnvelope } {
  try {
    const signed = SignedEnvelope.decode(file);
    const list = KeyList.decode(signed.manifest);
    if (list.threshold > list.keys.length) {
      throw new CloudError(`${name}: ${list.threshold} have to sign, and there are ${list.keys.length} keys`);
    }
    return { list, signed };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    throw new CloudError(`${name} is no list of release keys: ${error.message}; npm run release -- keys makes one`);
  }
}

/** Why a box that has `before` would not take the next list; undefined: it would. `retired`: lists before that. */
export function rotationFault(
  { list, signed }: ReturnType<typeof decodeKeyFile>,
  before: KeyList,
  retired: readonly KeyList[],
): string | undefined {
  if (list.version !== before.version + 1) {
    return `list ${list.version} does not follow list ${before.version}: a box takes one after the other`;
  }
  return (
    signaturesFault(signed, "smartbox-keys", { list: before }, retired) ??
    signaturesFault(signed, "smartbox-keys", { list, first: NEXT_KEYS })
  );
}
