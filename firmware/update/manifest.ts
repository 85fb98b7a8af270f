import { asciiBytes } from "../../hal/bytes/ascii.js";
import { type BodyCodec, bytes, list, optional, shape, text, tuple, whole, whole53 } from "../wire/shape.js";

/** Manifest, key list and the envelope of both: SPEC.md sections 4 and 5. Every `decode` throws MessageError. */

const MAX_SIGNED_BYTES = 256;
const MAX_KEYS = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
export const DIGEST_BYTES = 32;
/** Releases are numbered from 1 to this. */
const MAX_RELEASE = 0xffff_fffe;
const MAX_IMAGE_BYTES = 16_777_216;

/** What is signed, and by whom. */
export interface SignedEnvelope {
  /** The bytes that are signed, 1 to 256: a manifest or a key list. */
  readonly manifest: Uint8Array;
  /** At most 8 of 65 bytes: the number of the key, then the Ed25519 signature. */
  readonly signatures: readonly Uint8Array[];
}
export const SignedEnvelope: BodyCodec<SignedEnvelope> = shape<SignedEnvelope>({
  manifest: bytes(1, MAX_SIGNED_BYTES),
  signatures: list(0, 2 * MAX_KEYS, bytes(1 + SIGNATURE_BYTES, 1 + SIGNATURE_BYTES)),
});

/** Journal: the lowest format that the image reads, and the one that it writes until it is confirmed; then the same of snapshots. */
export type Formats = readonly [number, number, number, number];

export interface Manifest {
  readonly release: number;
  /** As a board profile names it. */
  readonly model: string;
  /** Its version in words, 1 to 24 bytes. */
  readonly firmware: string;
  /** Bytes of the image, with its header. */
  readonly total: number;
  /** Of the image, SPEC.md section 4. */
  readonly digest: Uint8Array;
  /** The image's security version. */
  readonly floor: number;
  /** s since 1970 UTC. */
  readonly expires: number;
  readonly formats: Formats;
  /** The lowest release that it may follow. */
  readonly from?: number | undefined;
}
const format = whole(0, 255);
const uint32 = whole(0, 0xffff_ffff);
export const Manifest: BodyCodec<Manifest> = shape<Manifest>({
  release: whole(1, MAX_RELEASE),
  model: text(1, 16),
  firmware: text(1, 24),
  total: whole(65, MAX_IMAGE_BYTES),
  digest: bytes(DIGEST_BYTES, DIGEST_BYTES),
  floor: uint32,
  expires: whole53,
  formats: tuple<Formats>(format, format, format, format),
  from: optional(whole(1, MAX_RELEASE)),
});

/** Whose signatures count. */
export interface KeyList {
  /** Grows by one with each rotation. */
  readonly version: number;
  /** So many different keys have to sign. */
  readonly threshold: number;
  /** Ed25519 public keys. */
  readonly keys: readonly Uint8Array[];
}
export const KeyList: BodyCodec<KeyList> = shape<KeyList>({
  version: whole(1, 0xffff_ffff),
  threshold: whole(1, MAX_KEYS),
  keys: list(1, MAX_KEYS, bytes(PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES)),
});

/** Numbers of the next list's keys in the signatures of a key list begin here (SPEC.md section 5). */
export const NEXT_KEYS = 16;

/** What a signature is for: one for the other thing does not count (SPEC.md section 4). */
export type Purpose = "smartbox-release" | "smartbox-keys";

/** The bytes that the keys sign. */
export function signedBytes(purpose: Purpose, manifest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(purpose.length + 1 + manifest.length);
  bytes.set(asciiBytes(purpose));
  bytes.set(manifest, purpose.length + 1);
  return bytes;
}
