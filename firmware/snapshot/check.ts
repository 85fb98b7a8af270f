import { crc32 } from "../../hal/bytes/crc32.js";
import { u32 } from "../../hal/bytes/little-endian.js";
import { type ContentLook, SnapshotError } from "./contract.js";
import type { Header } from "./header.js";
import {
  CRC_BYTES,
  compareBytes,
  FOB_BYTES,
  isZero,
  MAX_BINS,
  MAX_NAME_BYTES,
  MAX_OFFSET_MINUTES,
  NO_ROW,
  ROW_BYTES,
  Section,
  unpadAscii,
} from "./layout.js";
import type { SlotFile } from "./slot-file.js";

const BUFFER_BYTES = 512;
const HASH_BYTES = 10;

/**
 * Whether the row at `at` of `bytes` makes sense by itself. Flags, kinds and zeros that a newer cloud gave a meaning are no damage: `view.ts` says
 * what such a row is worth.
 */
type RowRule = (bytes: Uint8Array, at: number, header: Header) => boolean;
/** Below 0 when the row at `a` comes before the one at `b`. */
type RowOrder = (bytes: Uint8Array, a: number, b: number) => number;

const byNumber: RowOrder = (bytes, a, b) => u32(bytes, a) - u32(bytes, b);
const byTwoNumbers: RowOrder = (bytes, a, b) => byNumber(bytes, a, b) || byNumber(bytes, a + 4, b + 4);
const bySerial: RowOrder = (bytes, a, b) => compareBytes(bytes, a, bytes, b, FOB_BYTES);
const byHash: RowOrder = (bytes, a, b) => compareBytes(bytes, a, bytes, b, HASH_BYTES);

function isText(bytes: Uint8Array, at: number, header: Header): boolean {
  const length = bytes[at]!;
  return length <= MAX_NAME_BYTES && (u32(bytes, at) >>> 8) + length <= header.counts[Section.strings]!;
}

const isId = (bytes: Uint8Array, at: number): boolean => u32(bytes, at) !== 0;
const isLetter = (code: number): boolean => code >= 0x61 && code <= 0x7a;

/** The rule for the one row of the location; also for opening. */
export const isLocation: RowRule = (bytes, at, header) =>
  isId(bytes, at) && isText(bytes, at + 4, header) && isLetter(bytes[at + 8]!) && isLetter(bytes[at + 9]!);

/** The rule for a row of the location's offsets from UTC; also for opening. */
export const isOffset: RowRule = (bytes, at) => Math.abs(u32(bytes, at + 4) | 0) <= MAX_OFFSET_MINUTES;

const isBin: RowRule = (bytes, at) => {
  const key = u32(bytes, at + 8);
  const noFob = isZero(bytes, at + 12, FOB_BYTES);
  return u32(bytes, at) < MAX_BINS && (noFob || (key === 0 && unpadAscii(bytes, at + 12, FOB_BYTES) !== undefined));
};

const isKey: RowRule = (bytes, at, header) => {
  const fobRow = u32(bytes, at + 8);
  return (
    isId(bytes, at) &&
    isText(bytes, at + 4, header) &&
    (fobRow === NO_ROW || fobRow < header.counts[Section.fobs]!) &&
    isId(bytes, at + 12) &&
    isText(bytes, at + 16, header)
  );
};

const isFob: RowRule = (bytes, at, header) =>
  unpadAscii(bytes, at, FOB_BYTES) !== undefined && u32(bytes, at + FOB_BYTES) < header.counts[Section.keys]!;

const isUser: RowRule = (bytes, at, header) => isId(bytes, at) && isText(bytes, at + 4, header);

const isAccess: RowRule = (bytes, at) => {
  const from = u32(bytes, at + 12);
  const until = u32(bytes, at + 16);
  return isId(bytes, at) && isId(bytes, at + 4) && isId(bytes, at + 8) && (from < until || (from === 0 && until === 0));
};

const isAccessOfUser: RowRule = (bytes, at, header) =>
  isId(bytes, at) && u32(bytes, at + 4) < header.counts[Section.accesses]!;

const isCode: RowRule = (bytes, at) => isId(bytes, at + 12);

const isBadge: RowRule = isCode;

/** In the order of the sections; strings have no rows to speak of. */
const RULES: readonly (readonly [string, RowRule, RowOrder])[] = [
  ["location", isLocation, byNumber],
  ["offsets", isOffset, byNumber],
  ["bins", isBin, byNumber],
  ["keys", isKey, byNumber],
  ["fobs", isFob, bySerial],
  ["users", isUser, byNumber],
  ["accesses", isAccess, byNumber],
  ["accesses by user", isAccessOfUser, byTwoNumbers],
  ["codes", isCode, byHash],
  ["badges", isBadge, byHash],
];

/** Holds the bytes of a file against the CRC at its end. */
export class CrcLook implements ContentLook {
  readonly #file: SlotFile;
  readonly #end: number;
  #at = 0;
  #crc = 0;

  constructor(file: SlotFile, totalBytes: number) {
    this.#file = file;
    this.#end = totalBytes - CRC_BYTES;
  }

  step(): "whole" | "rotten" | undefined {
    const piece = new Uint8Array(Math.min(BUFFER_BYTES, this.#end - this.#at));
    this.#file.read(this.#at, piece);
    this.#crc = crc32(piece, 0, piece.length, this.#crc);
    this.#at += piece.length;
    if (this.#at < this.#end) return undefined;
    const stored = new Uint8Array(CRC_BYTES);
    this.#file.read(this.#end, stored);
    return u32(stored, 0) === this.#crc ? "whole" : "rotten";
  }
}

/** Reads all of a file whose header is sound. Throws SnapshotError at the first thing that SPEC.md does not allow. */
export function checkContent(file: SlotFile, header: Header): void {
  const buffer = new Uint8Array(BUFFER_BYTES);
  checkCrc(file, header.totalBytes);
  for (let section = 0; section < RULES.length; section++) checkRows(file, header, section as Section, buffer);
}

function checkCrc(file: SlotFile, totalBytes: number): void {
  const look = new CrcLook(file, totalBytes);
  let found = look.step();
  while (found === undefined) found = look.step();
  if (found === "rotten") throw new SnapshotError("damaged: the checksum does not match");
}

/** The buffer holds the row before the piece, then the piece: so each row is compared with the one before it. */
function checkRows(file: SlotFile, header: Header, section: Section, buffer: Uint8Array): void {
  const [name, rule, order] = RULES[section]!;
  const rowBytes = ROW_BYTES[section]!;
  const count = header.counts[section]!;
  const rowsPerPiece = Math.floor(BUFFER_BYTES / rowBytes) - 1;
  for (let first = 0; first < count; first += rowsPerPiece) {
    const rows = Math.min(rowsPerPiece, count - first);
    file.read(header.starts[section]! + first * rowBytes, buffer.subarray(rowBytes, (rows + 1) * rowBytes));
    for (let row = 0; row < rows; row++) {
      const at = (row + 1) * rowBytes;
      if (!rule(buffer, at, header)) throw new SnapshotError(`damaged: ${name}, row ${first + row} makes no sense`);
      if (first + row > 0 && order(buffer, at - rowBytes, at) >= 0) {
        throw new SnapshotError(`damaged: ${name}, row ${first + row} is out of order`);
      }
    }
    buffer.copyWithin(0, rows * rowBytes, (rows + 1) * rowBytes);
  }
}
