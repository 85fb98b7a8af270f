import { createHash } from "node:crypto";
import { DIGEST_BYTES } from "../../../firmware/update/manifest.js";
import { encodeImageHeader } from "../../../hal/boot/image-header.js";
import { crc32 } from "../../../hal/bytes/crc32.js";

/** Bytes that are hashed at a time (firmware/update/SPEC.md section 4). */
const BLOCK_BYTES = 4_096;

export interface ImageFacts {
  readonly release: number;
  /** Security version. */
  readonly security: number;
  readonly model: string;
}

/** An image as it lies in a slot: header and payload. */
export function makeImage({ release, security, model }: ImageFacts, payload: Uint8Array): Uint8Array {
  const header = encodeImageHeader({ length: payload.length, release, security, payloadCrc: crc32(payload), model });
  const image = new Uint8Array(header.length + payload.length);
  image.set(header);
  image.set(payload, header.length);
  return image;
}

/** The digest that a manifest names. */
export function digestOf(image: Uint8Array): Uint8Array {
  let chained = new Uint8Array(64);
  for (let at = 0; at < image.length; at += BLOCK_BYTES) {
    const block = image.subarray(at, at + BLOCK_BYTES);
    chained = new Uint8Array(createHash("sha512").update(chained).update(block).digest());
  }
  return chained.subarray(0, DIGEST_BYTES);
}
