import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import nacl from "tweetnacl";
import { type KeyList, Manifest, SignedEnvelope, signedBytes } from "../../../firmware/update/manifest.js";
import { CloudError } from "../../cloud/domain.js";
import { digestOf } from "../../cloud/releases/image.js";
import { IMAGE_FILE, MANIFEST_FILE } from "./build.js";

const SECRET_BYTES = 32;

/** A new key in `file`, which nobody else can read. Answers the public key, hexadecimal. Throws CloudError where the file is there. */
export function newKey(file: string): string {
  if (existsSync(file)) throw new CloudError(`${file} is there already: a key is never written over`);
  const seed = nacl.randomBytes(SECRET_BYTES);
  writeFileSync(file, `${Buffer.from(seed).toString("hex")}\n`, { mode: 0o600 });
  return Buffer.from(nacl.sign.keyPair.fromSeed(seed).publicKey).toString("hex");
}

/** Signs the manifest of a release's folder, when the image beside it is the one that it names. Throws CloudError. */
export function signRelease(folder: string, keyFile: string, number: number): string {
  const { secretKey } = nacl.sign.keyPair.fromSeed(seedIn(keyFile));
  const manifest = manifestIn(folder);
  const signature = nacl.sign.detached(signedBytes("smartbox-release", manifest), secretKey);
  const file = join(folder, `signature-${number}.bin`);
  writeFileSync(file, Uint8Array.of(number, ...signature));
  return file;
}

/** Puts manifest and signatures together. Throws CloudError where they are not enough for `keys`. */
export function assemble(folder: string, keys: KeyList): Uint8Array {
  const manifest = manifestIn(folder);
  const message = signedBytes("smartbox-release", manifest);
  const files = readdirSync(folder).filter((name) => /^signature-\d+\.bin$/.test(name));
  const signatures = files.map((name) => new Uint8Array(readFileSync(join(folder, name))));
  const good = signatures.filter((bytes) => {
    const key = keys.keys[bytes[0]!];
    return bytes.length === 65 && key !== undefined && nacl.sign.detached.verify(message, bytes.subarray(1), key);
  });
  if (good.length < keys.threshold) {
    throw new CloudError(
      `${good.length} of ${files.length} signatures in ${folder} are of keys of the list, and ${keys.threshold} are needed: npm run release -- sign`,
    );
  }
  return SignedEnvelope.encode({ manifest, signatures: good.slice(0, keys.threshold) });
}

/** The bytes of the manifest, held against the image: whoever signs knows what. */
function manifestIn(folder: string): Uint8Array {
  const manifest = fileIn(join(folder, MANIFEST_FILE));
  const { digest } = Manifest.decode(manifest);
  const own = digestOf(fileIn(join(folder, IMAGE_FILE)));
  if (!digest.every((byte, i) => byte === own[i])) {
    throw new CloudError(`${join(folder, IMAGE_FILE)} is not the image that the manifest names: build it again`);
  }
  return manifest;
}

function seedIn(file: string): Uint8Array {
  const text = Buffer.from(fileIn(file)).toString("latin1").trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new CloudError(`${file} is no key: npm run release -- key makes one`);
  return new Uint8Array(Buffer.from(text, "hex"));
}

function fileIn(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new CloudError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
