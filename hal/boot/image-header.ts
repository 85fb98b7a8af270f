import { crc32 } from "../bytes/crc32.js";
import { u32 } from "../bytes/little-endian.js";
import type { FlashPort } from "../ports/flash.js";

/** The header of an image in its slot: firmware/update/SPEC.md section 2. */

const IMAGE_HEADER_BYTES = 64;
/** `SBIM`. */
const MAGIC = 0x4d49_4253;
const FORMAT = 1;
const MODEL_BYTES = 16;
/** How much of a slot is read at once. */
const PIECE_BYTES = 4_096;

const Field = {
  magic: 0,
  format: 4,
  length: 8,
  release: 12,
  security: 16,
  payloadCrc: 20,
  model: 24,
  crc: 60,
} as const;

export interface ImageHeader {
  /** Bytes of the payload. */
  readonly length: number;
  readonly release: number;
  /** Security version. */
  readonly security: number;
  /** CRC-32 of the payload. */
  readonly payloadCrc: number;
  readonly model: string;
}

/** The 64 bytes; `model`: 1 to 16 ASCII characters. */
export function encodeImageHeader(header: ImageHeader): Uint8Array {
  const bytes = new Uint8Array(IMAGE_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(Field.magic, MAGIC, true);
  bytes[Field.format] = FORMAT;
  view.setUint32(Field.length, header.length, true);
  view.setUint32(Field.release, header.release, true);
  view.setUint32(Field.security, header.security, true);
  view.setUint32(Field.payloadCrc, header.payloadCrc, true);
  for (let i = 0; i < header.model.length; i++) bytes[Field.model + i] = header.model.charCodeAt(i);
  view.setUint32(Field.crc, crc32(bytes, 0, Field.crc), true);
  return bytes;
}

/** Undefined: these are not the first bytes of an image. */
function decodeImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const isOurs = u32(bytes, Field.magic) === MAGIC && bytes[Field.format] === FORMAT;
  if (!isOurs || u32(bytes, Field.crc) !== crc32(bytes, 0, Field.crc)) return undefined;
  let model = "";
  for (let i = 0; i < MODEL_BYTES && bytes[Field.model + i] !== 0; i++) {
    model += String.fromCharCode(bytes[Field.model + i]!);
  }
  return {
    length: u32(bytes, Field.length),
    release: u32(bytes, Field.release),
    security: u32(bytes, Field.security),
    payloadCrc: u32(bytes, Field.payloadCrc),
    model,
  };
}

/** The image in the slot, if it is sound from the first byte to the last. */
export function soundImage(slot: FlashPort): ImageHeader | undefined {
  const head = new Uint8Array(IMAGE_HEADER_BYTES);
  slot.read(0, head);
  const header = decodeImageHeader(head);
  if (header === undefined || header.length < 1 || header.length > slot.sizeBytes - IMAGE_HEADER_BYTES)
    return undefined;
  const piece = new Uint8Array(PIECE_BYTES);
  let crc = 0;
  for (let done = 0; done < header.length; done += PIECE_BYTES) {
    const count = Math.min(PIECE_BYTES, header.length - done);
    const part = piece.subarray(0, count);
    slot.read(IMAGE_HEADER_BYTES + done, part);
    crc = crc32(part, 0, count, crc);
  }
  return crc === header.payloadCrc ? header : undefined;
}
