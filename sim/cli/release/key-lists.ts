import { existsSync, writeFileSync } from "node:fs";
import nacl from "tweetnacl";
import { KeyList, NEXT_KEYS, SignedEnvelope, signedBytes } from "../../../firmware/update/manifest.js";
import { CloudError } from "../../cloud/domain.js";
import { decodeKeyFile, rotationFault } from "../../cloud/releases/release-file.js";
import { fileIn, seedIn } from "./sign.js";

/** The list in a file of `keys`. Throws CloudError. */
export function listIn(file: string): KeyList {
  return decodeKeyFile(file, fileIn(file)).list;
}

/** Writes a list that nobody has signed yet; the first one stays so. Throws CloudError. */
export function newList(list: KeyList, out: string) {
  if (existsSync(out)) throw new CloudError(`${out} is there already: a list is never written over`);
  const { version, threshold, keys } = list;
  const names = keys.map((key) => Buffer.from(key).toString("hex"));
  if (new Set(names).size < names.length) throw new CloudError("a key stands there twice: it could sign only once");
  const envelope = SignedEnvelope.encode({ manifest: KeyList.encode(list), signatures: [] });
  decodeKeyFile(out, envelope);
  writeFileSync(out, envelope);
  return { list: version, threshold, keys: keys.length };
}

/** Signs for each of both lists that the key is in. Throws CloudError where it is in none. */
export function signList(file: string, afterFile: string, keyFile: string) {
  const { list, signed } = decodeKeyFile(file, fileIn(file));
  const before = listIn(afterFile);
  const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seedIn(keyFile));
  const numberIn = ({ keys }: KeyList) => keys.findIndex((key) => Buffer.from(key).equals(publicKey));
  const numbers = [numberIn(before), NEXT_KEYS + numberIn(list)].filter(
    (number) => number % NEXT_KEYS < 4 && number >= 0,
  );
  if (numbers.length === 0) {
    throw new CloudError(`${keyFile} is a key of neither list ${before.version} nor list ${list.version}`);
  }
  const signature = nacl.sign.detached(signedBytes("smartbox-keys", signed.manifest), secretKey);
  const others = signed.signatures.filter(([number]) => !numbers.includes(number!));
  const signatures = [...others, ...numbers.map((number) => Uint8Array.of(number, ...signature))];
  const next = { ...signed, signatures };
  writeFileSync(file, SignedEnvelope.encode(next));
  const missing = rotationFault({ list, signed: next }, before, []);
  return { list: list.version, signatures: signatures.length, missing: missing ?? null };
}
