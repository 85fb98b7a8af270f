import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import nacl from "tweetnacl";
import { type KeyList, Manifest, SignedEnvelope, signedBytes } from "../../../firmware/update/manifest.js";
import { CloudError } from "../../cloud/domain.js";
import { digestOf } from "../../cloud/releases/image.js";
import { encodeReleaseFile } from "../../cloud/releases/release-file.js";
import { nameOf } from "../../cloud/releases/shelf.js";
import { signaturesFault } from "../../cloud/releases/signatures.js";
import { IMAGE_FILE, MANIFEST_FILE } from "./build.js";

const SECRET_BYTES = 32;
/** Number of the key, and an Ed25519 signature. */
const SIGNATURE_BYTES = 65;

/** A new key in `file`, which nobody else can read. Answers the public key, hexadecimal. Throws CloudError where the file is there. */
export function newKey(file: string): string {
  if (existsSync(file)) throw new CloudError(`${file} is there already: a key is never written over`);
  const seed = nacl.randomBytes(SECRET_BYTES);
  writeFileSync(file, `${Buffer.from(seed).toString("hex")}\n`, { mode: 0o600 });
  return Buffer.from(nacl.sign.keyPair.fromSeed(seed).publicKey).toString("hex");
}

/**
 * Signs the manifest of a release's folder. `own`: the release as whoever signs has built it, from the same source and on a machine of
 * their own; another byte anywhere, and nothing is signed. Throws CloudError that says what is another.
 */
export function signRelease(folder: string, own: string, keyFile: string, number: number): string {
  const { secretKey } = nacl.sign.keyPair.fromSeed(seedIn(keyFile));
  const manifest = manifestIn(folder);
  const ownManifest = manifestIn(own);
  if (realpathSync(folder) === realpathSync(own)) {
    throw new CloudError(`${own} is the folder that is to be signed: build the release yourself, and name that folder`);
  }
  const fault = difference(Manifest.decode(manifest), Manifest.decode(ownManifest));
  if (fault !== undefined) throw new CloudError(`${folder} is not what you have built: ${fault}; nothing was signed`);
  const signature = nacl.sign.detached(signedBytes("smartbox-release", manifest), secretKey);
  const file = join(folder, `signature-${number}.bin`);
  writeFileSync(file, Uint8Array.of(number, ...signature));
  return file;
}

/** Of a manifest from another one, for people; undefined: there is none. */
function difference(manifest: Manifest, own: Manifest): string | undefined {
  const shown = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : `${value}`);
  for (const name of Object.keys({ ...manifest, ...own }) as (keyof Manifest)[]) {
    const [theirs, yours] = [shown(manifest[name]), shown(own[name])];
    if (theirs !== yours) return `its ${name} is ${theirs}, yours ${yours}`;
  }
  return undefined;
}

/**
 * Puts manifest, signatures and image together, as `MS5-8.release`. `retired`: earlier lists. Answers the file and what is in it. Throws
 * CloudError where the signatures are not enough for `list`.
 */
export function assemble(folder: string, list: KeyList, retired: readonly KeyList[] = []) {
  const manifest = manifestIn(folder);
  const message = signedBytes("smartbox-release", manifest);
  const files = readdirSync(folder).filter((name) => /^signature-\d+\.bin$/.test(name));
  const signatures = files.map((name) => fileIn(join(folder, name)));
  const cut = files.find((_, i) => signatures[i]!.length !== SIGNATURE_BYTES);
  if (cut !== undefined) throw new CloudError(`${join(folder, cut)} is cut: have it signed again`);
  const fault = signaturesFault({ manifest, signatures }, "smartbox-release", { list }, retired);
  if (fault !== undefined) throw new CloudError(`${folder}: ${fault}; npm run release -- sign`);
  const good = signatures.filter(
    ([number, ...signature]) =>
      list.keys[number!] !== undefined &&
      nacl.sign.detached.verify(message, Uint8Array.from(signature), list.keys[number!]!),
  );
  const envelope = SignedEnvelope.encode({ manifest, signatures: good.slice(0, list.threshold) });
  const { model, release } = Manifest.decode(manifest);
  const file = join(folder, `${nameOf(model, release)}.release`);
  writeFileSync(file, encodeReleaseFile(list.version, envelope, fileIn(join(folder, IMAGE_FILE))));
  return { file, envelopeBytes: envelope.length };
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

/** The secret that `key` wrote. Throws CloudError. */
export function seedIn(file: string): Uint8Array {
  const text = Buffer.from(fileIn(file)).toString("latin1").trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new CloudError(`${file} is no key: npm run release -- key makes one`);
  return new Uint8Array(Buffer.from(text, "hex"));
}

/** What `file` holds. Throws CloudError. */
export function fileIn(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new CloudError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
