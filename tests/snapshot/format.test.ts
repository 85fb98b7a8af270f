import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import { SMALL } from "./support/models.js";

/** Bit by bit from the polynomial: nothing shared with the code under test. */
function slowCrc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const le = (...numbers: number[]) => {
  return Buffer.concat(numbers.map((number) => Buffer.of(number, number >>> 8, number >>> 16, number >>> 24)));
};
const ascii = (text: string, size: number) =>
  Buffer.concat([Buffer.from(text, "latin1"), Buffer.alloc(size - text.length)]);
const hash = (text: string) => createHmac("sha512", SMALL.lookupKey).update(text).digest().subarray(0, 10);
const text = (offset: number, length: number) => le(offset * 256 + length);

test("a file has the bytes that SPEC.md tells", () => {
  // Strings as the builder meets them: location, keys by id with their homes, users by id.
  const strings = Buffer.from("ParisFlat 鍵LyonVanTruckBoAna");
  const [paris, flat, lyon, van, truck, bo, ana] = [
    text(0, 5),
    text(5, 8),
    text(13, 4),
    text(17, 3),
    text(20, 5),
    text(25, 2),
    text(27, 3),
  ];
  const code = (digits: string, kind: number, id: number) => Buffer.concat([hash(digits), Buffer.of(kind, 0), le(id)]);
  const sorted = (rows: Buffer[]) => Buffer.concat(rows.sort(Buffer.compare));
  const sections = [
    Buffer.concat([le(4), paris, Buffer.from("fr"), Buffer.alloc(2)]),
    le(0, 60, 1_774_746_000, -120),
    Buffer.concat([le(0, 1, 20), Buffer.alloc(16), le(1, 0, 0), ascii("0FF", 16)]),
    Buffer.concat([
      Buffer.concat([le(10), flat, le(0xffff_ffff, 5), lyon, le(0)]),
      Buffer.concat([le(20), van, le(0, 4), paris, le(1)]),
      Buffer.concat([le(30), truck, le(1, 4), paris, le(0)]),
    ]),
    Buffer.concat([ascii("012ABC", 16), le(1), ascii("012ABD", 16), le(2)]),
    Buffer.concat([le(1), bo, le(2), ana]),
    le(100, 2, 10, 1_000, 2_000, 150, 1, 10, 0, 0, 200, 1, 20, 0, 0),
    le(1, 1, 1, 2, 2, 0),
    sorted([code("123456", 1, 100), code("0000", 2, 10)]),
    sorted([code("BADGE 1", 0, 2), code("BADGE 2", 0, 1)]),
    strings,
  ];
  const counts = [1, 2, 2, 3, 2, 2, 3, 3, 2, 2, 30];
  let offset = 160;
  const table = sections.map((section, i) => {
    const entry = le(offset, counts[i]!);
    offset += section.length;
    return entry;
  });
  const header = Buffer.concat([
    Buffer.from("SBS1\x01\x00\xa0\x00", "latin1"),
    le(offset + 4, 6),
    ascii("BOX-7", 32),
    Buffer.from(SMALL.epoch),
    le(9, 3, 2),
    ...table,
  ]);
  expect(header.length).toBe(156);
  const body = Buffer.concat([header, le(slowCrc32(header)), ...sections]);
  const expected = Buffer.concat([body, le(slowCrc32(body))]);
  expect(Buffer.from(buildSnapshot(SMALL)).toString("hex")).toBe(expected.toString("hex"));
});

test("the order of the model does not matter", () => {
  const reversed = {
    ...SMALL,
    bins: [...SMALL.bins].reverse(),
    keys: [...SMALL.keys].reverse(),
    users: [...SMALL.users].reverse(),
    accesses: [...SMALL.accesses].reverse(),
    codes: [...SMALL.codes].reverse(),
    badges: [...SMALL.badges].reverse(),
  };
  expect(buildSnapshot(reversed)).toEqual(buildSnapshot(SMALL));
});
