import nacl from "tweetnacl";
import {
  type KeyList,
  NEXT_KEYS,
  type Purpose,
  type SignedEnvelope,
  signedBytes,
} from "../../../firmware/update/manifest.js";

/** A list, and which number stands for its first key. */
interface Signing {
  readonly list: KeyList;
  readonly first?: number;
}

/**
 * Why a box that has `list` would not take what was signed, for people; undefined: enough different keys have signed. `retired`: earlier
 * lists, so that the key of somebody who has gone is called by its name.
 */
export function signaturesFault(
  { manifest, signatures }: SignedEnvelope,
  purpose: Purpose,
  { list, first = 0 }: Signing,
  retired: readonly KeyList[] = [],
): string | undefined {
  const message = signedBytes(purpose, manifest);
  const good = new Set<number>();
  const faults: string[] = [];
  for (const signature of signatures) {
    const number = signature[0]! - first;
    // In a key list's envelope the other list's signatures stand as well.
    if (purpose === "smartbox-keys" && (number < 0 || number >= NEXT_KEYS)) continue;
    const fault = signatureFault(message, signature.subarray(1), number, list, retired);
    if (fault !== undefined) faults.push(fault);
    else if (good.has(number)) faults.push(`key ${number} has signed twice, which counts once`);
    else good.add(number);
  }
  if (good.size >= list.threshold) return undefined;
  const told = faults.length === 0 ? "" : `: ${faults.join("; ")}`;
  return `${good.size} of the keys of list ${list.version} signed it, and ${list.threshold} have to${told}`;
}

function signatureFault(
  message: Uint8Array,
  signature: Uint8Array,
  number: number,
  { version, keys }: KeyList,
  retired: readonly KeyList[],
): string | undefined {
  const isBy = (key: Uint8Array | undefined) => key !== undefined && nacl.sign.detached.verify(message, signature, key);
  if (isBy(keys[number])) return undefined;
  const own = keys.findIndex(isBy);
  if (own >= 0) return `the signature of key ${own} says that it is of key ${number}: sign with --number ${own}`;
  for (const old of retired) {
    const key = old.keys.findIndex(isBy);
    if (key >= 0) return `key ${key} of list ${old.version} was retired: it counts no more`;
  }
  if (keys[number] === undefined) return `list ${version} has no key ${number}`;
  return `what stands for key ${number} is not its signature of these bytes`;
}
