import { crc32, crc32Word } from "../../hal/bytes/crc32.js";
import { MAX_PAYLOAD } from "./contract.js";
import type { Geometry } from "./geometry.js";
import type { SectorHeader } from "./sector-header.js";

/** `len` and tag before the payload, the CRC behind it (SPEC.md section 4). */
export const FRAME_PREFIX_BYTES = 3;
export const FRAME_OVERHEAD_BYTES = FRAME_PREFIX_BYTES + 4;
/** The largest frame at every alignment. */
export const MAX_FRAME_BYTES = 256;
/** Sequence numbers in tags are modulo this. */
export const TAG_SPAN = 2 ** 15;
const TAG_FLAG = 0x8000;

/** Bytes on flash of a frame with `payloadBytes`, its padding included. */
export function frameBytes(payloadBytes: number, alignBytes: number): number {
  return Math.ceil((payloadBytes + FRAME_OVERHEAD_BYTES) / alignBytes) * alignBytes;
}

/** More records than this fit in no sector: no tag stands for a number farther above `firstSeq`. */
export function maxRecords(geometry: Geometry): number {
  return geometry.sectorBytes / (FRAME_OVERHEAD_BYTES + 1);
}

/** The bytes of a frame that stands at `offset` of the sector; `flag`: vital, or the end of a checkpoint. */
export function encodeFrame(
  header: SectorHeader,
  offset: number,
  seq: number,
  flag: boolean,
  payload: Uint8Array,
  alignBytes: number,
): Uint8Array {
  const bytes = new Uint8Array(frameBytes(payload.length, alignBytes)).fill(0xff);
  const end = FRAME_PREFIX_BYTES + payload.length;
  const tag = (seq % TAG_SPAN) | (flag ? TAG_FLAG : 0);
  bytes[0] = payload.length;
  bytes[1] = tag & 0xff;
  bytes[2] = tag >>> 8;
  bytes.set(payload, FRAME_PREFIX_BYTES);
  new DataView(bytes.buffer).setUint32(end, crc32(bytes, 0, end, seedOf(sectorSeed(header), offset)), true);
  return bytes;
}

export function isLength(byte: number): boolean {
  return byte >= 1 && byte <= MAX_PAYLOAD;
}

/** How many sequence numbers above `firstSeq` the tag at `at` stands for, modulo TAG_SPAN. */
export function tagDistance(header: SectorHeader, bytes: Uint8Array, at: number): number {
  const low = (bytes[at + 1]! | (bytes[at + 2]! << 8)) & (TAG_SPAN - 1);
  return (low - (header.firstSeq % TAG_SPAN) + TAG_SPAN) % TAG_SPAN;
}

export function tagFlag(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 2]! & (TAG_FLAG >>> 8)) !== 0;
}

/** Whether the frame that lies at `at` of `bytes` verifies as the one at `offset` of the sector; `seed` is the sector's. */
export function verifies(seed: number, offset: number, bytes: Uint8Array, at: number): boolean {
  const end = at + FRAME_PREFIX_BYTES + bytes[at]!;
  const stored = (bytes[end]! | (bytes[end + 1]! << 8) | (bytes[end + 2]! << 16) | (bytes[end + 3]! << 24)) >>> 0;
  return stored === crc32(bytes, at, end, seedOf(seed, offset));
}

/** The CRC of what each frame of a sector is tied to: this life of its sector. */
export function sectorSeed(header: SectorHeader): number {
  return crc32Word(header.crc);
}

/** The same with the frame's place in it. Nothing is allocated: a boot asks for every frame of its sectors. */
function seedOf(seed: number, offset: number): number {
  return crc32Word(offset, seed);
}
