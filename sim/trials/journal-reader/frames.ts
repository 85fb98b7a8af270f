import { crc32 } from "./crc32.js";
import { isBlank, RECORDS_AT, type SectorHeader } from "./sector-header.js";

/** What stands in a sector behind its header, in order. Offsets count from the start of the sector. */
export type Item =
  | {
      readonly type: "record";
      readonly offset: number;
      readonly seq: number;
      readonly vital: boolean;
      readonly payload: Uint8Array;
    }
  | { readonly type: "checkpoint"; readonly offset: number; readonly payload: Uint8Array }
  | { readonly type: "checkpointEnd"; readonly offset: number; readonly pieces: number }
  | Skipped;

/** A place that is no frame and not blank. */
export interface Skipped {
  readonly type: "skipped";
  readonly offset: number;
  readonly byteLength: number;
  /** `destroyed`: zeroed on purpose. `torn`: nothing valid stands behind it. `damaged`: the rest. */
  readonly what: "destroyed" | "torn" | "damaged";
  readonly why: string;
}

const LENGTH_AND_TAG_BYTES = 3;
const CRC_BYTES = 4;
const LONGEST_PAYLOAD = 240;
const SMALLEST_FRAME_BYTES = LENGTH_AND_TAG_BYTES + 1 + CRC_BYTES;
const TAGS = 2 ** 15;
const VITAL = 0x8000;

interface Frame {
  readonly tag: number;
  readonly marked: boolean;
  readonly payload: Uint8Array;
  readonly byteLength: number;
}

/**
 * Section 4 of the specification: every frame that verifies, and what had to be passed over on the way. `known`: the first frames,
 * where somebody knows them; reading goes on with the last of them.
 */
export function readItems(sector: Uint8Array, header: SectorHeader, known: readonly Item[] = []): Item[] {
  const items: Item[] = known.slice(0, -1);
  const resumed = known.at(-1);
  let last = -1;
  let skippedFrom: number | undefined;
  let why = "";
  const closeSkipped = (until: number, what: "torn" | "damaged") => {
    if (skippedFrom !== undefined) items.push(...describeSkipped(sector, skippedFrom, until, what, why));
    skippedFrom = undefined;
  };
  // Behind it everything is blank.
  const end = sector.findLastIndex((byte) => byte !== 0xff) + 1;
  for (let at = resumed?.offset ?? RECORDS_AT; at < end; ) {
    const frame = readFrame(sector, at, header);
    const isFrame = typeof frame !== "string";
    // 0: of the checkpoint, which comes before the records; 1: the sector's first record.
    const distance = isFrame ? (frame.tag - ((header.firstSeq - 1) % TAGS) + TAGS) % TAGS : 0;
    const follows =
      distance === 0 ? last <= 0 : distance > last && distance - 1 <= sector.length / SMALLEST_FRAME_BYTES;
    if (isFrame && follows) {
      closeSkipped(at, "damaged");
      last = distance;
      items.push(itemOf(frame, at, distance, header));
      at += frame.byteLength;
      continue;
    }
    if (skippedFrom === undefined && !isBlank(sector.subarray(at, at + header.alignBytes))) {
      skippedFrom = at;
      why = isFrame ? "its sequence number does not follow" : frame;
    }
    at += header.alignBytes;
  }
  closeSkipped(sector.length, "torn");
  return items;
}

function itemOf(frame: Frame, offset: number, distance: number, header: SectorHeader): Item {
  const { payload, marked } = frame;
  if (distance > 0) return { type: "record", offset, seq: header.firstSeq - 1 + distance, vital: marked, payload };
  if (!marked) return { type: "checkpoint", offset, payload };
  return { type: "checkpointEnd", offset, pieces: payload.length === 2 ? payload[0]! + 256 * payload[1]! : -1 };
}

/** The frame at `at`, or why there is none. */
function readFrame(sector: Uint8Array, at: number, header: SectorHeader): Frame | string {
  const length = sector[at]!;
  if (length === 0) return "length 0: destroyed";
  if (length === 0xff) return "length blank";
  if (length > LONGEST_PAYLOAD) return `length ${length}: no frame is that long`;
  const end = at + LENGTH_AND_TAG_BYTES + length;
  if (end + CRC_BYTES > sector.length) return `length ${length}: leaves the sector`;
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  const place = new DataView(new ArrayBuffer(8));
  place.setUint32(0, header.crc, true);
  place.setUint32(4, at, true);
  if (view.getUint32(end, true) !== crc32(new Uint8Array(place.buffer), sector.subarray(at, end))) {
    return `length ${length}: the CRC does not match`;
  }
  const tag = view.getUint16(at + 1, true);
  const byteLength = Math.ceil((end + CRC_BYTES - at) / header.alignBytes) * header.alignBytes;
  const payload = sector.slice(at + LENGTH_AND_TAG_BYTES, end);
  return { tag: tag % VITAL, marked: tag >= VITAL, payload, byteLength };
}

/** One run of skipped bytes, without the blank ones at its end; none where all of it is blank. */
function describeSkipped(
  sector: Uint8Array,
  from: number,
  until: number,
  what: "torn" | "damaged",
  why: string,
): Skipped[] {
  let end = until;
  while (end > from && sector[end - 1] === 0xff) end--;
  const zeroed = sector.subarray(from, end).every((byte) => byte === 0);
  return [{ type: "skipped", offset: from, byteLength: end - from, what: zeroed ? "destroyed" : what, why }];
}
