import nacl from "tweetnacl";
import type { KeyList, Manifest } from "../../../firmware/update/manifest.js";
import { digestOf, makeImage } from "../../cloud/releases/image.js";
import { type Signer, signKeys, signManifest } from "../../cloud/releases/sign.js";
import { Random } from "../../world/random.js";

/** Keys, images and manifests for trials: all of it from numbers, so that it is the same each time. */

export const MODEL = "MS5";
/** s since 1970 UTC: when trials take place, and when their releases expire. */
export const NOW_S = 1_900_000_000;
const EXPIRES_S = NOW_S + 90 * 86_400;

const pairs = Array.from({ length: 6 }, (_, i) => nacl.sign.keyPair.fromSeed(new Random(7_000 + i).bytes(32)));

/** Keys 0 to 2, two of which have to sign. */
export const FIRST_KEYS: KeyList = { version: 1, threshold: 2, keys: pairs.slice(0, 3).map((pair) => pair.publicKey) };
/** Keys 1 to 3: key 0 is retired. */
export const NEXT_KEYS: KeyList = { version: 2, threshold: 2, keys: pairs.slice(1, 4).map((pair) => pair.publicKey) };

export function signer(pair: number, number = pair): Signer {
  return { number, secretKey: pairs[pair]!.secretKey };
}

export const ROTATION = signKeys(NEXT_KEYS, [signer(0), signer(1)], [signer(1, 0), signer(3, 2)]);

export interface TrialRelease {
  readonly image: Uint8Array;
  readonly envelope: Uint8Array;
  readonly manifest: Manifest;
}

/** Release `release` with `payloadBytes` of noise for a program, and whatever is said otherwise. */
export function trialRelease(
  release: number,
  payloadBytes: number,
  other: Partial<Manifest> = {},
  signers: readonly Signer[] = [signer(0), signer(2)],
): TrialRelease {
  const image = trialImage(release, payloadBytes);
  const manifest: Manifest = {
    release,
    model: MODEL,
    firmware: `0.${release}.0`,
    total: image.length,
    digest: digestOf(image),
    floor: release >= 8 ? 2 : 1,
    expires: EXPIRES_S,
    formats: [1, 1, 1, 1],
    ...other,
  };
  return { image, manifest, envelope: signManifest(manifest, signers) };
}

export function trialImage(release: number, payloadBytes: number): Uint8Array {
  return makeImage(
    { release, security: release >= 8 ? 2 : 1, model: MODEL },
    new Random(9_000 + release).bytes(payloadBytes),
  );
}
