import nacl from "tweetnacl";
import {
  KeyList,
  Manifest,
  NEXT_KEYS,
  type Purpose,
  SignedEnvelope,
  signedBytes,
} from "../../../firmware/update/manifest.js";

/** A secret key, and its number in the list of release keys. */
export interface Signer {
  readonly number: number;
  /** 64 bytes, as tweetnacl has them. */
  readonly secretKey: Uint8Array;
}

/** The envelope of a release. */
export function signManifest(manifest: Manifest, signers: readonly Signer[]): Uint8Array {
  return sealed("smartbox-release", Manifest.encode(manifest), signers);
}

/** The envelope of a key list, signed by keys of the list before and by its own. */
export function signKeys(list: KeyList, before: readonly Signer[], own: readonly Signer[]): Uint8Array {
  const next = own.map(({ number, secretKey }) => ({ number: NEXT_KEYS + number, secretKey }));
  return sealed("smartbox-keys", KeyList.encode(list), [...before, ...next]);
}

function sealed(purpose: Purpose, manifest: Uint8Array, signers: readonly Signer[]): Uint8Array {
  const message = signedBytes(purpose, manifest);
  const signatures = signers.map(({ number, secretKey }) =>
    Uint8Array.of(number, ...nacl.sign.detached(message, secretKey)),
  );
  return SignedEnvelope.encode({ manifest, signatures });
}
