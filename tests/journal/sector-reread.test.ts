import { expect, test } from "vitest";
import { encodeFrame } from "../../firmware/journal/frame.js";
import { decodeHeader, encodeHeader, type SectorHeader } from "../../firmware/journal/sector-header.js";
import { Sector } from "../../sim/trials/journal-reader/sector.js";

/* A sector that is read on from where it was known: as if it were read for the first time, whatever stands there. */

const SECTOR_BYTES = 4096;
const ALIGN_BYTES = 4;
const RECORDS_AT = 64;
const HEADER = encodeHeader({ epoch: new Uint8Array(8).fill(3), counter: 1, firstSeq: 1, vitalBefore: 0 }, 2);
const header: SectorHeader = decodeHeader(HEADER, 2)!;

function newSector(): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES).fill(0xff);
  bytes.set(HEADER);
  bytes.set(HEADER, HEADER.length);
  return bytes;
}

/** Puts the record `seq` at `at`; where the next may stand. */
function put(bytes: Uint8Array, at: number, seq: number, payload = new Uint8Array(20).fill(seq)): number {
  const frame = encodeFrame(header, at, seq, false, payload, ALIGN_BYTES);
  bytes.set(frame, at);
  return at + frame.length;
}

function look(bytes: Uint8Array, before?: Sector): Sector {
  const sector = new Sector(0, bytes.slice(), before);
  expect(sector.items).toEqual(new Sector(0, bytes.slice()).items);
  return sector;
}

test("a record that does not follow the known ones is none", () => {
  const bytes = newSector();
  let at = RECORDS_AT;
  for (const seq of [1, 2, 3, 4]) at = put(bytes, at, seq);
  const before = look(bytes);
  put(bytes, at, 2);
  const after = look(bytes, before);
  expect(after.items.map(({ type }) => type)).toEqual(["record", "record", "record", "record", "skipped"]);
  // What was known is the same object: whoever decoded its payload need not do so again.
  expect(after.items[0]).toBe(before.items[0]);
});

test("a frame that verifies only now takes the place of what stood inside it", () => {
  const bytes = newSector();
  const outer = put(bytes, RECORDS_AT, 1);
  // Room for the outer frame's length and tag, and then two frames in its payload.
  const inner = newSector();
  let at = outer + ALIGN_BYTES;
  for (const seq of [2, 3]) at = put(inner, at, seq);
  const payload = inner.slice(outer + 3, at);
  const frame = encodeFrame(header, outer, 2, false, payload, ALIGN_BYTES);
  bytes.set(frame, outer);
  const crcAt = outer + 3 + payload.length;
  const crc = bytes.slice(crcAt, crcAt + 4);
  bytes.fill(0xff, crcAt, crcAt + 4);
  const before = look(bytes);
  expect(before.items.map(({ type }) => type)).toEqual(["record", "skipped", "record", "record"]);
  bytes.set(crc, crcAt);
  expect(look(bytes, before).items.map(({ type }) => type)).toEqual(["record", "record"]);
});

test("another header makes other records of the same bytes", () => {
  const bytes = newSector();
  let at = RECORDS_AT;
  for (const seq of [1, 2, 3]) at = put(bytes, at, seq);
  const before = look(bytes);
  const later = encodeHeader({ epoch: new Uint8Array(8).fill(3), counter: 9, firstSeq: 1, vitalBefore: 0 }, 2);
  bytes.set(later);
  bytes.set(later, later.length);
  expect(look(bytes, before).items.map(({ type }) => type)).toEqual(["skipped"]);
});
