import { crc32 } from "../../hal/bytes/crc32.js";
import { EPOCH_BYTES } from "../wire/epoch.js";

/** The header of SPEC.md section 3; a multiple of every alignment. */
export const HEADER_BYTES = 32;
/** Ring counters end here: more erases than any part survives. */
export const MAX_COUNTER = 0xffff_fffe;

const MAGIC = [0x53, 0x42, 0x4a, 0x31];
const FORMAT = 1;
const AT_FORMAT = 4;
const AT_EPOCH = 5;
const AT_COUNTER = 13;
const AT_FIRST_SEQ = 17;
const AT_VITAL_DISTANCE = 24;
const AT_CRC = 28;

export interface SectorHeader {
  readonly epoch: Uint8Array;
  readonly counter: number;
  readonly firstSeq: number;
  /** Highest vital sequence number before `firstSeq`, 0 if none; may be told too high, never too low. */
  readonly vitalBefore: number;
  /** Of the header itself: goes into the CRC of each frame of the sector. */
  readonly crc: number;
  /** Of this format and alignment. False: only the counter means anything. */
  readonly readable: boolean;
}

export interface NewHeader {
  readonly epoch: Uint8Array;
  readonly counter: number;
  readonly firstSeq: number;
  readonly vitalBefore: number;
}

/** The 32 bytes of a header for a journal aligned to 2^`alignLog2` bytes. */
export function encodeHeader(header: NewHeader, alignLog2: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes[AT_FORMAT] = (FORMAT << 4) | alignLog2;
  bytes.set(header.epoch, AT_EPOCH);
  view.setUint32(AT_COUNTER, header.counter, true);
  writeUint56(view, AT_FIRST_SEQ, header.firstSeq);
  view.setUint32(AT_VITAL_DISTANCE, Math.min(header.firstSeq - 1 - header.vitalBefore, 0xffff_ffff), true);
  view.setUint32(AT_CRC, crc32(bytes, 0, AT_CRC), true);
  return bytes;
}

/** Undefined unless the CRC verifies and every field is in range. */
export function decodeHeader(bytes: Uint8Array, alignLog2: number): SectorHeader | undefined {
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC[i]) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const crc = view.getUint32(AT_CRC, true);
  if (crc !== crc32(bytes, 0, AT_CRC)) return undefined;
  const counter = view.getUint32(AT_COUNTER, true);
  const firstSeq = readUint56(view, AT_FIRST_SEQ);
  if (counter < 1 || counter > MAX_COUNTER || firstSeq < 1 || firstSeq > Number.MAX_SAFE_INTEGER) return undefined;
  return {
    epoch: bytes.slice(AT_EPOCH, AT_EPOCH + EPOCH_BYTES),
    counter,
    firstSeq,
    vitalBefore: Math.max(0, firstSeq - 1 - view.getUint32(AT_VITAL_DISTANCE, true)),
    crc,
    readable: bytes[AT_FORMAT] === ((FORMAT << 4) | alignLog2),
  };
}

/** Whole numbers to 2^53 without BigInt, which XS has but is slow at: 4 low bytes, 3 high bytes. */
function writeUint56(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint16(at + 4, high & 0xffff, true);
  view.setUint8(at + 6, high >>> 16);
}

function readUint56(view: DataView, at: number): number {
  const high = view.getUint16(at + 4, true) + view.getUint8(at + 6) * 2 ** 16;
  return high * 2 ** 32 + view.getUint32(at, true);
}
