import { crc32 } from "../../hal/bytes/crc32.js";
import { u16, u32 } from "../../hal/bytes/little-endian.js";
import { EPOCH_BYTES } from "../wire/epoch.js";
import { SnapshotError } from "./contract.js";
import {
  BOX_BYTES,
  CRC_BYTES,
  Field,
  HEADER_BYTES,
  MAGIC,
  MAX_BINS,
  MAX_OFFSETS,
  MAX_STRINGS_BYTES,
  ROW_BYTES,
  SECTION_COUNT,
  Section,
  SMALLEST_BYTES,
  SNAPSHOT_FORMAT,
  unpadAscii,
} from "./layout.js";
import type { SlotFile } from "./slot-file.js";

/** A header that passed every check: all its sections lie inside the slot. */
export interface Header {
  readonly totalBytes: number;
  readonly version: number;
  readonly epoch: Uint8Array;
  readonly asOf: number;
  readonly sheet: number;
  /** By section. */
  readonly starts: readonly number[];
  /** Rows, by section. */
  readonly counts: readonly number[];
}

/** Reads and checks the header of `file`. Throws SnapshotError when it is not a sound one of `version` for `box`. */
export function readHeader(file: SlotFile, box: string, version: number): Header {
  const bytes = new Uint8Array(HEADER_BYTES);
  file.read(0, bytes);
  checkFraming(bytes);
  const totalBytes = u32(bytes, Field.totalBytes);
  if (totalBytes < SMALLEST_BYTES || totalBytes > file.sizeBytes) {
    throw new SnapshotError(`truncated or too large: it says ${totalBytes} bytes, a slot holds ${file.sizeBytes}`);
  }
  const owner = unpadAscii(bytes, Field.box, BOX_BYTES);
  if (owner !== box) throw new SnapshotError(`for another box: ${owner ?? "(unreadable)"}, this is ${box}`);
  const itsVersion = u32(bytes, Field.version);
  if (itsVersion !== version) throw new SnapshotError(`of another version: ${itsVersion}, expected ${version}`);
  const high = u32(bytes, Field.asOf + 4);
  if (high >= 2 ** 21) throw new SnapshotError("damaged: as-of is not a sequence number");
  return {
    totalBytes,
    version,
    epoch: bytes.slice(Field.epoch, Field.epoch + EPOCH_BYTES),
    asOf: high * 2 ** 32 + u32(bytes, Field.asOf),
    sheet: u32(bytes, Field.sheet),
    ...readSections(bytes, totalBytes),
  };
}

function checkFraming(bytes: Uint8Array): void {
  const magic = u32(bytes, Field.magic);
  if (magic === 0xffff_ffff) throw new SnapshotError("truncated: the slot is blank");
  if (magic !== MAGIC) throw new SnapshotError("damaged: the slot holds no snapshot");
  const format = u16(bytes, Field.format);
  if (format !== SNAPSHOT_FORMAT)
    throw new SnapshotError(`of another version: format ${format}, this firmware reads ${SNAPSHOT_FORMAT}`);
  if (crc32(bytes, 0, Field.crc) !== u32(bytes, Field.crc) || u16(bytes, Field.headerBytes) < HEADER_BYTES) {
    throw new SnapshotError("damaged: the header's checksum does not match");
  }
}

function readSections(bytes: Uint8Array, totalBytes: number): Pick<Header, "starts" | "counts"> {
  const starts: number[] = [];
  const counts: number[] = [];
  let end = u16(bytes, Field.headerBytes);
  for (let section = 0; section < SECTION_COUNT; section++) {
    const start = u32(bytes, Field.sections + 8 * section);
    const count = u32(bytes, Field.sections + 8 * section + 4);
    if (start !== end) throw new SnapshotError(`damaged: section ${section} is out of place`);
    end += count * ROW_BYTES[section]!;
    if (end + CRC_BYTES > totalBytes) throw new SnapshotError(`damaged: section ${section} reaches beyond the file`);
    starts.push(start);
    counts.push(count);
  }
  if (
    counts[Section.location] !== 1 ||
    counts[Section.offsets]! > MAX_OFFSETS ||
    counts[Section.bins]! > MAX_BINS ||
    counts[Section.accessesByUser] !== counts[Section.accesses] ||
    counts[Section.strings]! > MAX_STRINGS_BYTES
  ) {
    throw new SnapshotError("damaged: a section has an impossible number of rows");
  }
  return { starts, counts };
}
