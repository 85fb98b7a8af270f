import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { sameBytes } from "../wire/envelope.js";
import { aligned, FrameMagic, programChecked, readFrame, writeFrame } from "./frame.js";
import { DIGEST_BYTES } from "./manifest.js";

/** Places in the download's sector (SPEC.md section 6). */
const DOWNLOAD_SECTOR = 2;
const AT_HELD = 448;
const AT_MARKS = 512;
/** Bytes of the image that wait outside of the slot. */
const HELD_BYTES = 32;
const BLOCK_BYTES = 4_096;

export interface DownloadNeeds {
  /** Of the slot that does not run. */
  readonly slot: FlashPort;
  readonly store: FlashPort;
  /** Bytes of the image. */
  readonly total: number;
}

/** What a download left behind: the envelope that it began with. */
export interface Begun {
  readonly envelope: Uint8Array;
  readonly failures: number;
}

export function begunDownload(store: FlashPort): Begun | undefined {
  const frame = readFrame(store, DOWNLOAD_SECTOR * store.sectorBytes, FrameMagic.download);
  return frame && { envelope: frame.content, failures: frame.failures };
}

/** Forgets what was downloaded before, and begins anew. Throws FlashError. */
export function beginDownload(store: FlashPort, { envelope, failures }: Begun): void {
  writeFrame(store, DOWNLOAD_SECTOR * store.sectorBytes, FrameMagic.download, { content: envelope, failures });
}

/**
 * An image on its way into a slot, sector by sector. Where it is stands in one mark for each sector, on flash; a sector that was not
 * finished is begun again. Every call may throw FlashError; the sector is begun again then too.
 */
export class Download {
  readonly #needs: DownloadNeeds;
  readonly #sectors: number;
  /** The sector under way. */
  #sector: number;
  /** Bytes of it that are there. */
  #done = 0;

  constructor(needs: DownloadNeeds) {
    const { slot, store, total } = needs;
    this.#needs = needs;
    this.#sectors = Math.ceil(total / slot.sectorBytes);
    if (AT_MARKS + this.#sectors * store.alignBytes > store.sectorBytes) {
      throw new FlashError(`${this.#sectors} sectors of an image are more than there is room to mark`);
    }
    this.#sector = this.#firstMissing();
  }

  /** Where the next piece belongs; `total` when the image is whole. */
  get offset(): number {
    return Math.min(this.#sector * this.#needs.slot.sectorBytes + this.#done, this.#needs.total);
  }

  get isWhole(): boolean {
    return this.#sector >= this.#sectors;
  }

  /** End of the sector under way. */
  get sectorEnd(): number {
    const { slot, total } = this.#needs;
    return Math.min((this.#sector + 1) * slot.sectorBytes, total);
  }

  /** Begins the sector under way again: nobody knows what of it is there. */
  restartSector(): void {
    this.#done = 0;
  }

  /** Takes the bytes at `offset`. False: they are not those that come next, or not in whole units of the part. */
  write(offset: number, bytes: Uint8Array): boolean {
    const { slot } = this.#needs;
    const end = offset + bytes.length;
    if (this.isWhole || offset !== this.offset || end > this.sectorEnd || bytes.length === 0) return false;
    if (bytes.length % slot.alignBytes !== 0 && end !== this.#needs.total) return false;
    if (this.#done === 0) slot.erase(this.#sector * slot.sectorBytes);
    this.#program(offset, bytes);
    this.#done += bytes.length;
    if (end === this.sectorEnd) this.#finishSector();
    return true;
  }

  #program(offset: number, bytes: Uint8Array): void {
    const { slot, store } = this.#needs;
    const padded = new Uint8Array(aligned(bytes.length, slot.alignBytes)).fill(0xff);
    padded.set(bytes);
    if (offset > 0) {
      programChecked(slot, offset, padded);
      return;
    }
    if (bytes.length < HELD_BYTES) throw new FlashError("an image's first piece is too short");
    programChecked(store, this.#atStore(AT_HELD), padded.subarray(0, HELD_BYTES));
    if (padded.length > HELD_BYTES) programChecked(slot, HELD_BYTES, padded.subarray(HELD_BYTES));
  }

  #finishSector(): void {
    this.#mark(this.#sector);
    this.#sector++;
    this.#done = 0;
  }

  /** A unit of zeros says that the sector is there. */
  #mark(sector: number): void {
    const { store } = this.#needs;
    programChecked(store, this.#atMark(sector), new Uint8Array(store.alignBytes));
  }

  #firstMissing(): number {
    const { store } = this.#needs;
    const marks = new Uint8Array(this.#sectors * store.alignBytes);
    store.read(this.#atMark(0), marks);
    const missing = marks.findIndex((byte) => byte !== 0);
    const sector = missing < 0 ? this.#sectors : Math.floor(missing / store.alignBytes);
    // Bits that a cut left weak are firm from here on, where they were read as cleared.
    if (sector > 0) this.#mark(sector - 1);
    return sector;
  }

  #atMark(sector: number): number {
    return this.#atStore(AT_MARKS + sector * this.#needs.store.alignBytes);
  }

  #atStore(at: number): number {
    return DOWNLOAD_SECTOR * this.#needs.store.sectorBytes + at;
  }

  /** The image's first bytes go to their place: from here on the slot has a header. */
  complete(): void {
    programChecked(this.#needs.slot, 0, heldBytes(this.#needs.store));
  }
}

function heldBytes(store: FlashPort): Uint8Array {
  const held = new Uint8Array(HELD_BYTES);
  store.read(DOWNLOAD_SECTOR * store.sectorBytes + AT_HELD, held);
  return held;
}

/** The digest of an image that is whole but for its first bytes, block by block (SPEC.md section 4). */
export class DigestCheck {
  readonly #needs: DownloadNeeds;
  readonly #hash: HashPort;
  readonly #chained = new Uint8Array(64 + BLOCK_BYTES);
  #done = 0;

  constructor(needs: DownloadNeeds, hash: HashPort) {
    this.#needs = needs;
    this.#hash = hash;
  }

  /** Hashes one block. Whether the digest is `expected`; undefined: there are more blocks. */
  step(expected: Uint8Array): boolean | undefined {
    const { slot, store, total } = this.#needs;
    const count = Math.min(BLOCK_BYTES, total - this.#done);
    const block = this.#chained.subarray(64, 64 + count);
    slot.read(this.#done, block);
    if (this.#done === 0) block.set(heldBytes(store));
    this.#chained.set(this.#hash.sha512(this.#chained.subarray(0, 64 + count)));
    this.#done += count;
    return this.#done < total ? undefined : sameBytes(this.#chained.subarray(0, DIGEST_BYTES), expected);
  }
}
