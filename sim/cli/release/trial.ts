import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import nacl from "tweetnacl";
import { buildRelease, type Packages, type ReleaseFacts } from "./build.js";
import { listIn, newList } from "./key-lists.js";
import { assemble, newKey, seedIn, signRelease } from "./sign.js";

const KEY_FILE = "key";
const LIST_FILE = "keys-1.cbor";

/** A release to try out, with a key and a list of that one key beside it, made when they are not there yet. Throws CloudError. */
export function trialRelease(folder: string, facts: ReleaseFacts, program: Uint8Array, packages: Packages) {
  mkdirSync(folder, { recursive: true });
  const [key, list] = [join(folder, KEY_FILE), join(folder, LIST_FILE)];
  if (!existsSync(key)) newKey(key);
  if (!existsSync(list))
    newList({ version: 1, threshold: 1, keys: [nacl.sign.keyPair.fromSeed(seedIn(key)).publicKey] }, list);
  const built = join(folder, `${facts.model}-${facts.release}`);
  // Whoever signs has built it: here that is the same one.
  const own = mkdtempSync(join(tmpdir(), "smartbox-own-"));
  try {
    for (const place of [built, own]) buildRelease(facts, program, packages, place);
    signRelease(built, own, key, 0);
  } finally {
    rmSync(own, { recursive: true });
  }
  return { ...assemble(built, listIn(list)), keys: list };
}
