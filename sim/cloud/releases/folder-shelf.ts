import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type KeyList, SignedEnvelope } from "../../../firmware/update/manifest.js";
import { CloudError } from "../domain.js";
import { decodeKeyFile, decodeReleaseFile, rotationFault } from "./release-file.js";
import { inOrder, nameOf, type ReleaseFacts, type Shelf, type ShelvedRelease } from "./shelf.js";
import { signaturesFault } from "./signatures.js";

/** Images that stay in memory: while a wave goes on, boxes ask for the same one piece by piece. */
const KEPT_IMAGES = 3;
const RELEASE_FILE = /^([A-Za-z0-9]{1,16})-([1-9][0-9]{0,9})\.release$/;

/**
 * Releases and key lists in a folder, which any number of processes may read: `MS5-8.release`, `keys-1.cbor`. What is there is never
 * changed. What comes in is held against the key lists first: what no box would take does not come onto the shelf.
 */
export class FolderShelf implements Shelf {
  /** Told when a key list has come onto it. */
  onKeys: (() => void) | undefined;
  readonly #path: string;
  /** By file, without the image. */
  readonly #facts = new Map<string, ReleaseFacts>();
  /** By file, the one that was asked for last at the end. */
  readonly #images = new Map<string, ShelvedRelease>();

  constructor(path: string) {
    this.#path = path;
  }

  get all(): readonly ReleaseFacts[] {
    return inOrder(
      this.#files()
        .filter((file) => RELEASE_FILE.test(file))
        .map((file) => this.#factsIn(file)),
    );
  }

  facts(model: string, release: number): ReleaseFacts | undefined {
    const file = fileOf(model, release);
    return existsSync(join(this.#path, file)) ? this.#factsIn(file) : undefined;
  }

  find(model: string, release: number): ShelvedRelease | undefined {
    const file = fileOf(model, release);
    return existsSync(join(this.#path, file)) ? this.#read(file) : undefined;
  }

  keyList(version: number): Uint8Array | undefined {
    const file = join(this.#path, keysFile(version));
    return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
  }

  /** What boxes leave the factory with; undefined: there is none yet. */
  get firstKeys(): KeyList | undefined {
    return this.#lists()[0];
  }

  /** Puts a file of `npm run release` onto the shelf: a release, or a key list. Answers what it is, for people. Throws CloudError. */
  add(path: string): string {
    const name = basename(path);
    let file: Uint8Array;
    try {
      file = new Uint8Array(readFileSync(path));
    } catch (error) {
      throw new CloudError(`${path} cannot be read: ${(error as Error).message}`);
    }
    return this.take(name, file);
  }

  /** As `add`, of what a file of that name holds. Throws CloudError. */
  take(name: string, file: Uint8Array): string {
    return name.startsWith("keys-") ? this.#addKeys(name, file) : this.#addRelease(name, file);
  }

  #addRelease(name: string, file: Uint8Array): string {
    const { model, release, firmware, envelope, list } = decodeReleaseFile(name, file);
    const lists = this.#lists();
    const newest = lists.at(-1);
    if (newest === undefined) {
      throw new CloudError(`${name}: there are no release keys yet to hold it against: add keys-1.cbor first`);
    }
    if (list !== newest.version) {
      throw new CloudError(
        `${name} was signed by keys of list ${list}, and list ${newest.version} is in force: have it signed by those`,
      );
    }
    const fault = signaturesFault(
      SignedEnvelope.decode(envelope),
      "smartbox-release",
      { list: newest },
      lists.slice(0, -1).reverse(),
    );
    if (fault !== undefined) throw new CloudError(`${name}: ${fault}`);
    this.#put(fileOf(model, release), file);
    return `release ${release} of ${model}, ${firmware}`;
  }

  #addKeys(name: string, file: Uint8Array): string {
    const next = decodeKeyFile(name, file);
    const { version, threshold, keys } = next.list;
    const lists = this.#lists();
    const before = lists.at(-1);
    const told = `list ${version} of release keys: ${threshold} of ${keys.length} sign`;
    if (before === undefined && version !== 1) {
      throw new CloudError(
        `${name} is list ${version}: add keys-1.cbor first, the one that boxes leave the factory with`,
      );
    }
    if (before !== undefined && version <= before.version) {
      if (Buffer.from(file).equals(this.keyList(version)!)) return told;
      throw new CloudError(`there is another list ${version} on the shelf: a list is never replaced`);
    }
    const fault = before && rotationFault(next, before, lists.slice(0, -1).reverse());
    if (fault !== undefined) throw new CloudError(`${name}: ${fault}`);
    this.#put(keysFile(version), file);
    this.onKeys?.();
    return told;
  }

  /** The key lists, the first one first. */
  #lists(): readonly KeyList[] {
    const lists: KeyList[] = [];
    for (let version = 1; ; version++) {
      const envelope = this.keyList(version);
      if (envelope === undefined) return lists;
      lists.push(decodeKeyFile(join(this.#path, keysFile(version)), envelope).list);
    }
  }

  #files(): readonly string[] {
    return existsSync(this.#path) ? readdirSync(this.#path) : [];
  }

  #factsIn(file: string): ReleaseFacts {
    const known = this.#facts.get(file);
    if (known !== undefined) return known;
    const { image: _, envelope: __, ...facts } = this.#read(file);
    this.#facts.set(file, facts);
    return facts;
  }

  #read(file: string): ShelvedRelease {
    const read = this.#images.get(file) ?? this.#decoded(file);
    this.#images.delete(file);
    this.#images.set(file, read);
    for (const oldest of this.#images.keys()) {
      if (this.#images.size <= KEPT_IMAGES) break;
      this.#images.delete(oldest);
    }
    return read;
  }

  #decoded(file: string): ShelvedRelease {
    const path = join(this.#path, file);
    const read = decodeReleaseFile(path, new Uint8Array(readFileSync(path)));
    if (fileOf(read.model, read.release) === file) return read;
    throw new CloudError(`${path} holds ${nameOf(read.model, read.release)}: files on the shelf keep their names`);
  }

  /** Throws CloudError where there is another file of that name. */
  #put(name: string, file: Uint8Array): void {
    const path = join(this.#path, name);
    if (existsSync(path)) {
      if (Buffer.from(file).equals(readFileSync(path))) return;
      throw new CloudError(`there is another ${name} on the shelf: a release that is another gets another number`);
    }
    mkdirSync(this.#path, { recursive: true });
    // Another process sees all of it or nothing.
    writeFileSync(`${path}.new`, file, { flush: true });
    renameSync(`${path}.new`, path);
  }
}

function fileOf(model: string, release: number): string {
  return `${nameOf(model, release)}.release`;
}

function keysFile(version: number): string {
  return `keys-${version}.cbor`;
}
