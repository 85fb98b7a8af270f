import { crc32, crc32Word } from "../../hal/bytes/crc32.js";
import { u16, u32 } from "../../hal/bytes/little-endian.js";
import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import { sameBytes } from "../wire/envelope.js";
import { MAX_ENVELOPE_BYTES } from "../wire/update-messages.js";

/** A checked piece of bytes at the start of a sector (SPEC.md section 6). */
export interface SectorFrame {
  /** 1 to 400 bytes. */
  readonly content: Uint8Array;
  /** Digests that were not right, of a download; 0 elsewhere. */
  readonly failures: number;
}

/** `SBDL`, `SBKY` and `SBTD`. */
export const FrameMagic = { download: 0x4c44_4253, keys: 0x594b_4253, told: 0x4454_4253 } as const;
export type FrameMagic = (typeof FrameMagic)[keyof typeof FrameMagic];

const HEAD_BYTES = 12;
const CRC_FROM = 4;

/** The frame at `offset`; undefined: there is none that is sound. */
export function readFrame(flash: FlashPort, offset: number, magic: FrameMagic): SectorFrame | undefined {
  const head = new Uint8Array(HEAD_BYTES);
  flash.read(offset, head);
  const length = u16(head, 4);
  if (u32(head, 0) !== magic || length < 1 || length > MAX_ENVELOPE_BYTES) return undefined;
  const content = new Uint8Array(length);
  flash.read(offset + HEAD_BYTES, content);
  if (u32(head, 8) !== crcOf(u32(head, CRC_FROM), content)) return undefined;
  return { content, failures: u16(head, 6) };
}

/** Erases the sector at `offset` and writes the frame there. Throws FlashError where it does not read back. */
export function writeFrame(
  flash: FlashPort,
  offset: number,
  magic: FrameMagic,
  { content, failures }: SectorFrame,
): void {
  const bytes = frameBytes(magic, { content, failures }, flash.alignBytes);
  flash.erase(offset);
  programChecked(flash, offset, bytes);
}

/** Filled up with ones to a multiple of `alignBytes`. */
export function frameBytes(magic: FrameMagic, { content, failures }: SectorFrame, alignBytes: number): Uint8Array {
  const bytes = new Uint8Array(aligned(HEAD_BYTES + content.length, alignBytes)).fill(0xff);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint16(4, content.length, true);
  view.setUint16(6, failures, true);
  view.setUint32(8, crcOf(u32(bytes, CRC_FROM), content), true);
  bytes.set(content, HEAD_BYTES);
  return bytes;
}

export function aligned(length: number, alignBytes: number): number {
  return Math.ceil(length / alignBytes) * alignBytes;
}

/** Programs and reads back. Throws FlashError where it reads otherwise. */
export function programChecked(flash: FlashPort, offset: number, bytes: Uint8Array): void {
  flash.program(offset, bytes);
  const back = new Uint8Array(bytes.length);
  flash.read(offset, back);
  if (!sameBytes(back, bytes)) throw new FlashError(`program ${offset}: reads back otherwise`);
}

function crcOf(lengths: number, content: Uint8Array): number {
  return crc32(content, 0, content.length, crc32Word(lengths));
}
