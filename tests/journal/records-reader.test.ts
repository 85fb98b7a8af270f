import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binNamedIn, decodeRecord, RecordError } from "../../firmware/records/codec.js";
import { FIELDS, Kind } from "../../firmware/records/records.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import { KEYS } from "../../firmware/wire/keys.js";
import { CborSyntaxError, readCbor } from "../../sim/trials/journal-reader/cbor.js";
import { binOfUnread, Kind as KindRead, readRecord, UnreadRecord } from "../../sim/trials/journal-reader/records.js";

/*
 * The firmware's records against the reader that was written from records.cddl: where they differ, one of the two or the document
 * is wrong.
 */

const golden = JSON.parse(readFileSync(new URL("../records/golden.json", import.meta.url), "utf8")) as {
  readonly records: readonly { readonly record: Readonly<Record<string, unknown>>; readonly bytes: string }[];
};

/** What each makes of the bytes; undefined: nothing. */
function both(bytes: Uint8Array): readonly [unknown, unknown] {
  const attempt = (read: (bytes: Uint8Array) => unknown) => {
    try {
      return read(bytes);
    } catch (error) {
      if (error instanceof RecordError || error instanceof UnreadRecord) return undefined;
      throw error;
    }
  };
  return [attempt(decodeRecord), attempt(readRecord)];
}

test("the reader knows the kinds of the document", () => {
  expect(KindRead).toEqual(Kind);
});

test("bytes of older firmware are read alike, field by field", () => {
  for (const { record, bytes } of golden.records) {
    expect(both(new Uint8Array(Buffer.from(bytes, "hex")))).toEqual([record, record]);
  }
});

const NAMES = Object.keys(KEYS).filter((name) => name !== "padding");
const number = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 99, 100, 101, 199, 200, 255, 256, 999, 1_000, 2 ** 32, 2 ** 53 - 1, 2 ** 53),
  fc.constantFrom(-1, 1.5, 2 ** 60),
  fc.nat(300),
);
const value = fc.oneof(
  { weight: 6, arbitrary: number },
  fc.string({ maxLength: 20 }),
  fc.constantFrom("é".repeat(16), "x".repeat(17), "x".repeat(32), "x".repeat(33), "x".repeat(64), "x".repeat(65)),
  fc.boolean(),
  fc.constant(null),
);

test("any record, whole or with fields that are missing, wrong or unknown, is read by both or by neither", () => {
  const base = fc.constantFrom(...golden.records.map(({ record }) => record));
  const change = fc.tuple(fc.constantFrom(...NAMES), fc.oneof(value, fc.constant(undefined)));
  let read = 0;
  fc.assert(
    fc.property(base, fc.array(change, { maxLength: 3 }), fc.boolean(), (record, changes, isOwn) => {
      const own = ["kind", "at", "flags", ...Object.keys(FIELDS[record.kind as Kind])];
      const changed = changes.map(([name, to]) => [isOwn ? own[NAMES.indexOf(name) % own.length]! : name, to] as const);
      const bytes = encodeCbor({ ...record, ...Object.fromEntries(changed) });
      const [firmware, reader] = both(bytes);
      expect(reader === undefined).toBe(firmware === undefined);
      expect(binOfUnread(bytes)).toBe(binNamedIn(bytes));
      if (firmware === undefined) return;
      read++;
      const { kind } = firmware as { readonly kind: Kind };
      for (const name of ["kind", "at", "flags", ...Object.keys(FIELDS[kind])])
        expect([name, Reflect.get(reader as object, name)]).toEqual([name, Reflect.get(firmware as object, name)]);
    }),
    { seed: 20_261_126, numRuns: 8_000 },
  );
  expect(read).toBeGreaterThan(800);
});

test("bytes cut or changed throw what they should, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...golden.records.map(({ bytes }) => bytes)),
      fc.nat(30),
      fc.nat(255),
      fc.boolean(),
      (text, at, to, isCut) => {
        const bytes = new Uint8Array(Buffer.from(text, "hex"));
        if (isCut) expect(both(bytes.subarray(0, at % bytes.length))).toEqual([undefined, undefined]);
        else both(bytes.with(at % bytes.length, to));
      },
    ),
    { seed: 1, numRuns: 3_000 },
  );
});

describe("CBOR of the reader", () => {
  // Appendix A of RFC 8949.
  test.each<[string, unknown]>([
    ["00", 0],
    ["17", 23],
    ["1818", 24],
    ["1903e8", 1_000],
    ["1a000f4240", 1_000_000],
    ["1b000000e8d4a51000", 1_000_000_000_000n],
    ["3903e7", -1_000],
    ["fb3ff199999999999a", 1.1],
    ["fa47c35000", 100_000],
    ["f4", false],
    ["f5", true],
    ["f6", null],
    ["4401020304", Uint8Array.of(1, 2, 3, 4)],
    ["62c3bc", undefined],
    ["83010203", [1, 2, 3]],
    [
      "a201020304",
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
  ])("reads %s", (hex, expected) => {
    expect(readCbor(new Uint8Array(Buffer.from(hex, "hex")))).toEqual(hex === "62c3bc" ? "ü" : expected);
  });

  test.each([
    ["", "too early"],
    ["1901", "too early"],
    ["0000", "behind its end"],
    ["5f", "indefinite"],
    ["c000", "a tag"],
    ["f8ff", "simple value 24"],
    ["818181818181818181818100", "too deep"],
  ])("refuses %s: %s", (hex, why) => {
    const read = () => readCbor(new Uint8Array(Buffer.from(hex, "hex")));
    expect(read).toThrow(CborSyntaxError);
    expect(read).toThrow(why);
  });
});
