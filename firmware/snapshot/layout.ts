/** Offsets, sizes and numbers of `SPEC.md`, shared by the box and by whoever builds snapshots. */

/** `SBS1` read as a little-endian number. */
export const MAGIC = 0x31534253;
export const SNAPSHOT_FORMAT = 1;
export const HEADER_BYTES = 160;
export const CRC_BYTES = 4;

/** Offsets of the header's fields. */
export const Field = {
  magic: 0,
  format: 4,
  headerBytes: 6,
  totalBytes: 8,
  version: 12,
  box: 16,
  epoch: 48,
  asOf: 56,
  sheet: 64,
  sections: 68,
  crc: 156,
} as const;

export const BOX_BYTES = 32;

/** Sections in the order of the file. */
export const Section = {
  location: 0,
  offsets: 1,
  bins: 2,
  keys: 3,
  fobs: 4,
  users: 5,
  accesses: 6,
  accessesByUser: 7,
  codes: 8,
  badges: 9,
  strings: 10,
} as const;
export type Section = (typeof Section)[keyof typeof Section];

/** Bytes of a row, by section. */
export const ROW_BYTES: readonly number[] = [12, 8, 28, 24, 20, 8, 20, 8, 16, 16, 1];
export const SECTION_COUNT = ROW_BYTES.length;
/** What a file with no rows but the location takes. */
export const SMALLEST_BYTES = HEADER_BYTES + 12 + CRC_BYTES;

/** A row number that means none. */
export const NO_ROW = 0xffff_ffff;
export const FLAG_ENABLED = 1;
export const FLAG_UNCERTAIN = 2;
export const FLAG_TAKEN = 4;
export const FLAG_ROAMING = 1;
export const CODE_BOOKING = 1;
export const CODE_KEY = 2;

export const FOB_BYTES = 16;
export const MAX_NAME_BYTES = 64;
export const MAX_OFFSETS = 16;
export const MAX_BINS = 200;
/** The heap is addressed with 24 bits. */
export const MAX_STRINGS_BYTES = 2 ** 24;
/** More than a day from UTC is no time zone. */
export const MAX_OFFSET_MINUTES = 1_440;

/** Negative, 0 or positive as the `count` bytes of `a` come before, equal or come after those of `b`. */
export function compareBytes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, count: number): number {
  for (let i = 0; i < count; i++) {
    const difference = a[aAt + i]! - b[bAt + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `text` of 1 to `size` printable ASCII characters, filled up with zeros; undefined when it is something else. */
export function padAscii(text: string, size: number): Uint8Array | undefined {
  if (text.length < 1 || text.length > size) return undefined;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

/** What `padAscii` wrote, or undefined: empty, a character that is not printable, or something after the first zero. */
export function unpadAscii(bytes: Uint8Array, at: number, size: number): string | undefined {
  let text = "";
  let ended = false;
  for (let i = at; i < at + size; i++) {
    const code = bytes[i]!;
    if (code === 0) ended = true;
    else if (ended || code < 0x20 || code > 0x7e) return undefined;
    else text += String.fromCharCode(code);
  }
  return text === "" ? undefined : text;
}

/** Whether `size` bytes are all zero: no serial. */
export function isZero(bytes: Uint8Array, at: number, size: number): boolean {
  for (let i = at; i < at + size; i++) if (bytes[i] !== 0) return false;
  return true;
}
