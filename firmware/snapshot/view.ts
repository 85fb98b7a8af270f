import { u16, u32 } from "../../hal/bytes/little-endian.js";
import { utf8Decode } from "../../hal/bytes/utf8.js";
import { BinRows } from "./bin-rows.js";
import { CrcLook, isLocation, isOffset } from "./check.js";
import {
  type AccessInfo,
  type BinInfo,
  type CodeInfo,
  type ContentLook,
  type KeyInfo,
  LOOKUP_HASH_BYTES,
  type LocationInfo,
  SnapshotError,
  type SnapshotView,
} from "./contract.js";
import type { Header } from "./header.js";
import {
  CODE_BOOKING,
  CODE_KEY,
  compareBytes,
  FLAG_ENABLED,
  FLAG_ROAMING,
  FLAG_TAKEN,
  FLAG_UNCERTAIN,
  FOB_BYTES,
  isZero,
  MAX_NAME_BYTES,
  NO_ROW,
  padAscii,
  ROW_BYTES,
  Section,
  unpadAscii,
} from "./layout.js";
import type { SlotFile } from "./slot-file.js";

/** What a name reads as when its row points outside the strings. */
const UNREADABLE_NAME = "\ufffd";
const MAX_ACCESSES_AT_ONCE = 32;

/**
 * Look-ups in a slot. Each reads a few bytes per probe and keeps nothing but a window of the bins' rows. The rows were checked
 * when they were downloaded; they are checked again here, since flash rots: what makes no sense counts as absent.
 */
export class FlashSnapshotView implements SnapshotView {
  readonly version: number;
  readonly asOf: number;
  readonly epoch: Uint8Array;
  readonly sheet: number;
  readonly location: LocationInfo;
  readonly #file: SlotFile;
  readonly #header: Header;
  readonly #binRows: BinRows;

  /** Throws SnapshotError when the location cannot be read. */
  constructor(file: SlotFile, header: Header) {
    this.#file = file;
    this.#header = header;
    this.#binRows = new BinRows(file, header);
    this.version = header.version;
    this.asOf = header.asOf;
    this.epoch = header.epoch;
    this.sheet = header.sheet;
    this.location = this.#readLocation();
  }

  look(): ContentLook {
    return new CrcLook(this.#file, this.#header.totalBytes);
  }

  offsetMinutes(at: number): number {
    let minutes = 0;
    for (let index = 0; index < this.#count(Section.offsets); index++) {
      const offset = this.#row(Section.offsets, index);
      // Checked when it was opened; what has rotted since is as if it were not there.
      if (isOffset(offset, 0, this.#header) && u32(offset, 0) <= at) minutes = u32(offset, 4) | 0;
    }
    return minutes;
  }

  bin(bin: number): BinInfo | undefined {
    const row = this.#binRows.rowOf(bin);
    if (row === undefined) return undefined;
    const key = u32(row, 8);
    const fob = unpadAscii(row, 12, FOB_BYTES);
    const sound = isZero(row, 12, FOB_BYTES) || (key === 0 && fob !== undefined);
    if (!sound) return undefined;
    const flags = u32(row, 4);
    // What a flag that this firmware does not know says of the bin, nobody here can tell.
    const uncertain = (flags & FLAG_UNCERTAIN) !== 0 || flags > (FLAG_ENABLED | FLAG_UNCERTAIN | FLAG_TAKEN);
    const taken = (flags & FLAG_TAKEN) !== 0;
    return { enabled: (flags & FLAG_ENABLED) !== 0, key: key === 0 ? undefined : key, fob, uncertain, taken };
  }

  binsCrc(): number {
    return this.#binRows.crc();
  }

  keyById(id: number): KeyInfo | undefined {
    const index = this.#indexOfNumber(Section.keys, id);
    return index === undefined ? undefined : this.#key(index);
  }

  keyByFob(serial: string): KeyInfo | undefined {
    const wanted = padAscii(serial, FOB_BYTES);
    if (wanted === undefined) return undefined;
    const index = this.#indexOfBytes(Section.fobs, wanted);
    if (index === undefined) return undefined;
    const keyRow = u32(this.#row(Section.fobs, index), FOB_BYTES);
    const key = keyRow < this.#count(Section.keys) ? this.#key(keyRow) : undefined;
    return key?.fob === serial ? key : undefined;
  }

  userName(id: number): string | undefined {
    const row = this.#rowOf(Section.users, id);
    return row && this.#text(u32(row, 4));
  }

  access(id: number): AccessInfo | undefined {
    const row = this.#rowOf(Section.accesses, id);
    return row && readAccess(row);
  }

  code(hash: Uint8Array): CodeInfo | undefined {
    const row = this.#rowOfHash(Section.codes, hash);
    if (row === undefined) return undefined;
    const kind = u16(row, LOOKUP_HASH_BYTES);
    const id = u32(row, 12);
    if (id === 0) return undefined;
    if (kind === CODE_BOOKING) return { kind: "booking", access: id };
    return kind === CODE_KEY ? { kind: "key", key: id } : undefined;
  }

  badge(hash: Uint8Array): { readonly user: number } | undefined {
    const row = this.#rowOfHash(Section.badges, hash);
    const user = row === undefined || u16(row, LOOKUP_HASH_BYTES) !== 0 ? 0 : u32(row, 12);
    return user === 0 ? undefined : { user };
  }

  /** Throws RangeError when `skip` or `limit` is out of range. */
  accessesOf(user: number, skip: number, limit: number): readonly AccessInfo[] {
    if (!(skip >= 0) || !(limit >= 1 && limit <= MAX_ACCESSES_AT_ONCE))
      throw new RangeError("skip or limit out of range");
    const accesses: AccessInfo[] = [];
    const first = this.#lowerBound(Section.accessesByUser, 4, (probe) => user - u32(probe, 0)) + skip;
    const end = Math.min(first + limit, this.#count(Section.accessesByUser));
    for (let index = first; index < end; index++) {
      const row = this.#row(Section.accessesByUser, index);
      if (u32(row, 0) !== user) break;
      const accessRow = u32(row, 4);
      if (accessRow >= this.#count(Section.accesses)) continue;
      const access = readAccess(this.#row(Section.accesses, accessRow));
      // An index that points at somebody else's access must not give it away.
      if (access?.user === user) accesses.push(access);
    }
    return accesses;
  }

  #readLocation(): LocationInfo {
    const row = this.#row(Section.location, 0);
    if (!isLocation(row, 0, this.#header)) throw new SnapshotError("damaged: the location makes no sense");
    this.#checkOffsets();
    const language = String.fromCharCode(row[8]!, row[9]!);
    return { id: u32(row, 0), name: this.#text(u32(row, 4)), language };
  }

  #checkOffsets(): void {
    let previous = -1;
    for (let index = 0; index < this.#count(Section.offsets); index++) {
      const offset = this.#row(Section.offsets, index);
      const from = u32(offset, 0);
      if (!isOffset(offset, 0, this.#header) || previous >= from) {
        throw new SnapshotError("damaged: the location's offsets make no sense");
      }
      previous = from;
    }
  }

  #key(index: number): KeyInfo | undefined {
    const row = this.#row(Section.keys, index);
    const fobRow = u32(row, 8);
    let fob: string | undefined;
    if (fobRow !== NO_ROW) {
      fob = fobRow < this.#count(Section.fobs) ? unpadAscii(this.#row(Section.fobs, fobRow), 0, FOB_BYTES) : undefined;
      // Without its fob it would pass for a virtual key.
      if (fob === undefined) return undefined;
    }
    const id = u32(row, 0);
    if (id === 0) return undefined;
    return {
      id,
      name: this.#text(u32(row, 4)),
      fob,
      roaming: (u32(row, 20) & FLAG_ROAMING) !== 0,
      homeLocation: u32(row, 12),
      homeLocationName: this.#text(u32(row, 16)),
    };
  }

  #text(reference: number): string {
    const length = reference & 0xff;
    const at = reference >>> 8;
    if (length > MAX_NAME_BYTES || at + length > this.#count(Section.strings)) return UNREADABLE_NAME;
    if (length === 0) return "";
    const bytes = new Uint8Array(length);
    this.#file.read(this.#header.starts[Section.strings]! + at, bytes);
    return utf8Decode(bytes);
  }

  #count(section: Section): number {
    return this.#header.counts[section]!;
  }

  #row(section: Section, index: number): Uint8Array {
    const row = new Uint8Array(ROW_BYTES[section]!);
    this.#file.read(this.#header.starts[section]! + index * row.length, row);
    return row;
  }

  #rowOf(section: Section, id: number): Uint8Array | undefined {
    const index = this.#indexOfNumber(section, id);
    return index === undefined ? undefined : this.#row(section, index);
  }

  #rowOfHash(section: Section, hash: Uint8Array): Uint8Array | undefined {
    if (hash.length !== LOOKUP_HASH_BYTES) return undefined;
    const index = this.#indexOfBytes(section, hash);
    return index === undefined ? undefined : this.#row(section, index);
  }

  #indexOfNumber(section: Section, wanted: number): number | undefined {
    return this.#indexOf(section, 4, (probe) => wanted - u32(probe, 0));
  }

  #indexOfBytes(section: Section, wanted: Uint8Array): number | undefined {
    return this.#indexOf(section, wanted.length, (probe) => compareBytes(wanted, 0, probe, 0, wanted.length));
  }

  #indexOf(section: Section, keyBytes: number, compare: (probe: Uint8Array) => number): number | undefined {
    let equal: number | undefined;
    this.#lowerBound(section, keyBytes, (probe, index) => {
      const order = compare(probe);
      if (order === 0) equal = index;
      return order;
    });
    return equal;
  }

  /**
   * The first row whose first `keyBytes` bytes are not below what is wanted. `compare` is positive when the wanted comes
   * after the probe. The interval halves with each probe, so this ends in any content, sorted or not.
   */
  #lowerBound(section: Section, keyBytes: number, compare: (probe: Uint8Array, index: number) => number): number {
    const probe = new Uint8Array(keyBytes);
    const rowBytes = ROW_BYTES[section]!;
    let low = 0;
    let high = this.#count(section);
    while (low < high) {
      const middle = (low + high) >>> 1;
      this.#file.read(this.#header.starts[section]! + middle * rowBytes, probe);
      if (compare(probe, middle) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function readAccess(row: Uint8Array): AccessInfo | undefined {
  const id = u32(row, 0);
  const user = u32(row, 4);
  const key = u32(row, 8);
  const from = u32(row, 12);
  const until = u32(row, 16);
  const ongoing = from === 0 && until === 0;
  if (id === 0 || user === 0 || key === 0 || (!ongoing && from >= until)) return undefined;
  return { id, user, key, window: ongoing ? undefined : { from, until } };
}
