import { KeyList, SignedEnvelope } from "../../../firmware/update/manifest.js";
import { encodeReleaseFile } from "../../../sim/cloud/releases/release-file.js";
import { FIRST_KEYS, signer, trialRelease } from "../../../sim/trials/update-trial/releases.js";

/** 2096-10-02, s since 1970 UTC. */
const EXPIRES = 4_000_000_000;
/** The list of keys that every box has from the factory. */
export const FACTORY_KEYS = SignedEnvelope.encode({ manifest: KeyList.encode(FIRST_KEYS), signatures: [] });

/** The file of a release for MS5 boxes, 5,000 bytes of image. */
export function releaseFile(release: number, signers = [signer(0), signer(2)]): Buffer {
  const { envelope, image } = trialRelease(release, 5_000, { expires: EXPIRES }, signers);
  return Buffer.from(encodeReleaseFile(1, envelope, image));
}
