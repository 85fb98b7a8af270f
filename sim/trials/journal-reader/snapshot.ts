import { crc32 } from "./crc32.js";

/*
 * Of firmware/snapshot/SPEC.md, a second time: what a slot says of bins. Nothing is shared with the firmware.
 */

export interface BinRow {
  readonly isEnabled: boolean;
  readonly isUncertain: boolean;
  readonly isTaken: boolean;
  readonly item: { readonly key: number } | { readonly fob: string } | undefined;
}

const HEADER = { format: 4, bytes: 6, total: 8, version: 12, box: 16, sections: 68, crc: 156 } as const;
const HEADER_BYTES = 160;
const BOX_BYTES = 32;
const ROW_BYTES = [12, 8, 28, 24, 20, 8, 20, 8, 16, 16, 1];
const BINS = 2;
const FOB_BYTES = 16;

export interface Slot {
  /** What is read of the partition from `offset` on. */
  readonly read: (offset: number, byteLength: number) => Uint8Array;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly slot: number;
}

/** By bin, the rows of the snapshot `version` in that slot; undefined: it is not there, or its header is damaged. */
export function readBinRows(
  { read, sizeBytes, sectorBytes, slot }: Slot,
  box: string,
  version: number,
): ReadonlyMap<number, BinRow> | undefined {
  const sectors = Math.floor(sizeBytes / sectorBytes);
  const slotBytes = Math.floor(sectors / 2) * sectorBytes;
  const middle = Math.floor(sectors / 4) * sectorBytes;
  for (const place of middle > 0 ? [0, middle] : [0]) {
    const start = slot * slotBytes + place;
    const bins = binsSection(read(start, HEADER_BYTES), slotBytes - place, box, version);
    if (bins !== undefined) return rowsIn(read(start + bins.at, bins.count * ROW_BYTES[BINS]!));
  }
  return undefined;
}

/** Where the bins are in the file, if this is the sound header of that version for that box. */
function binsSection(header: Uint8Array, room: number, box: string, version: number) {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  const total = u32(HEADER.total);
  const isSound =
    ascii(header.subarray(0, 4)) === "SBS1" &&
    u16(HEADER.format) === 1 &&
    u32(HEADER.crc) === crc32(header.subarray(0, HEADER.crc)) &&
    ascii(header.subarray(HEADER.box, HEADER.box + BOX_BYTES)) === box &&
    u32(HEADER.version) === version &&
    total <= room;
  if (!isSound) return undefined;
  let end = u16(HEADER.bytes);
  for (const [section, bytes] of ROW_BYTES.entries()) {
    if (u32(HEADER.sections + 8 * section) !== end) return undefined;
    end += u32(HEADER.sections + 8 * section + 4) * bytes;
    if (end + 4 > total) return undefined;
  }
  return { at: u32(HEADER.sections + 8 * BINS), count: u32(HEADER.sections + 8 * BINS + 4) };
}

function rowsIn(bytes: Uint8Array): Map<number, BinRow> {
  const rows = new Map<number, BinRow>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += ROW_BYTES[BINS]!) {
    const flags = view.getUint32(at + 4, true);
    const key = view.getUint32(at + 8, true);
    const serial = bytes.subarray(at + 12, at + 12 + FOB_BYTES);
    const fob = ascii(serial);
    // A row that makes no sense counts as absent.
    if (serial.some((byte) => byte !== 0) && (key !== 0 || fob === undefined)) continue;
    rows.set(view.getUint32(at, true), {
      isEnabled: (flags & 1) !== 0,
      // What a flag of a later format says, nobody here knows.
      isUncertain: (flags & 2) !== 0 || flags > 7,
      isTaken: (flags & 4) !== 0,
      item: key !== 0 ? { key } : fob === undefined ? undefined : { fob },
    });
  }
  return rows;
}

/** Printable ASCII, filled up with zeros; undefined: empty, or something else. */
function ascii(bytes: Uint8Array): string | undefined {
  return /^([ -~]+)\0*$/.exec(Buffer.from(bytes).toString("latin1"))?.[1];
}
