import { crc32 } from "./crc32.js";

/** firmware/journal/SPEC.md, section 3. */
export interface SectorHeader {
  readonly format: number;
  readonly alignBytes: number;
  /** 16 hexadecimal digits. */
  readonly epoch: string;
  readonly counter: number;
  readonly firstSeq: number;
  /** Highest vital sequence number before this sector; 0: none. Undefined: too far back to be told. */
  readonly vitalBefore: number | undefined;
  /** The header's own CRC, which goes into that of every frame. */
  readonly crc: number;
  /** 1, or 2 where only the second copy verifies. */
  readonly copy: 1 | 2;
}

const HEADER_BYTES = 32;
export const RECORDS_AT = 2 * HEADER_BYTES;
const CHECKED_BYTES = 28;
const MAGIC = "SBJ1";

/** The header of a sector: its first copy, or the second where the first is neither sound nor blank. */
export function readSectorHeader(sector: Uint8Array): SectorHeader | undefined {
  const first = sector.subarray(0, HEADER_BYTES);
  return decode(first, 1) ?? (isBlank(first) ? undefined : decode(sector.subarray(HEADER_BYTES, RECORDS_AT), 2));
}

export function isBlank(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0xff) return false;
  return true;
}

function decode(bytes: Uint8Array, copy: 1 | 2): SectorHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== MAGIC) return undefined;
  const crc = view.getUint32(CHECKED_BYTES, true);
  if (crc !== crc32(bytes.subarray(0, CHECKED_BYTES))) return undefined;
  const firstSeq = view.getUint32(17, true) + 2 ** 32 * (view.getUint16(21, true) + 2 ** 16 * view.getUint8(23));
  const counter = view.getUint32(13, true);
  const behind = view.getUint32(24, true);
  if (counter < 1 || counter > 0xffff_fffe || firstSeq < 1 || firstSeq > Number.MAX_SAFE_INTEGER) return undefined;
  return {
    format: bytes[4]! >> 4,
    alignBytes: 2 ** (bytes[4]! & 15),
    epoch: Buffer.from(bytes.subarray(5, 13)).toString("hex"),
    counter,
    firstSeq,
    vitalBefore: behind === 0xffff_ffff ? undefined : Math.max(0, firstSeq - 1 - behind),
    crc,
    copy,
  };
}
