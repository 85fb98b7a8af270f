import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeRecord, encodeRecord, RecordError } from "../../firmware/records/codec.js";
import { Auth, Belief, Exchange, Flag, Kind, Outcome, type Rec } from "../../firmware/records/records.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";

const AT = { at: 1_790_000_000, flags: Flag.wallTime | Flag.offline };
const INTENT: Rec = {
  kind: Kind.intent,
  exchange: Exchange.pickup,
  bin: 7,
  auth: Auth.bookingCode,
  key: 1234,
  user: 321,
  access: 4321,
  ...AT,
};

test("a record survives, and fields that are not there stay away", () => {
  expect(decodeRecord(encodeRecord(INTENT))).toEqual(INTENT);
  const scan: Rec = {
    kind: Kind.intent,
    exchange: Exchange.dropoff,
    bin: 0,
    auth: Auth.quickScan,
    fob: "012ABC",
    ...AT,
  };
  expect(decodeRecord(encodeRecord({ ...scan, user: undefined }))).toEqual(scan);
});

test("a pick-up and its outcome take no more flash than the budget of 32 bytes each", () => {
  expect(encodeRecord(INTENT).length).toBeLessThanOrEqual(32);
  expect(encodeRecord({ kind: Kind.outcome, of: 70_000, result: Outcome.done, ...AT }).length).toBeLessThanOrEqual(20);
});

test("what was kept of a bin survives, for each belief, and no other belief exists", () => {
  for (const belief of Object.values(Belief)) {
    const kept: Rec = { kind: Kind.binKept, bin: 3, belief, key: 1234, ...AT };
    expect(decodeRecord(encodeRecord(kept))).toEqual(kept);
  }
  expect(() => encodeRecord({ kind: Kind.binKept, bin: 3, belief: 5, ...AT } as unknown as Rec)).toThrow(RecordError);
});

test("sequence numbers above 2^32 survive", () => {
  const outcome: Rec = { kind: Kind.outcome, of: 2 ** 40 + 1, result: Outcome.done, ...AT };
  expect(decodeRecord(encodeRecord(outcome))).toEqual(outcome);
});

test.each([
  ["unknown kind", { kind: 99, ...AT }],
  ["missing field", { kind: Kind.outcome, of: 1, ...AT }],
  ["bin out of range", { ...INTENT, bin: 200 }],
  ["negative", { ...INTENT, user: -1 }],
  ["fraction", { ...INTENT, key: 1.5 }],
  ["fob too long", { ...INTENT, fob: "x".repeat(17) }],
  ["no time", { kind: Kind.outcome, of: 1, result: Outcome.done, flags: 0 }],
  ["flags out of range", { kind: Kind.outcome, of: 1, result: Outcome.done, at: 1, flags: 256 }],
])("refuses a record with %s, on the way in and on the way out", (_, record) => {
  expect(() => encodeRecord(record as unknown as Rec)).toThrow(RecordError);
  expect(() => decodeRecord(encodeCbor(record))).toThrow(RecordError);
});

test("what is declared nowhere is not written, and is kept where a later firmware wrote it", () => {
  const later = { ...INTENT, sent: 5 };
  expect(() => encodeRecord(later)).toThrow("record kind 2: sent: unknown field");
  expect(decodeRecord(encodeCbor(later))).toEqual(later);
});

test("a number that only describes is written by its table, and read whatever it is", () => {
  const newer = { kind: Kind.power, event: 12, ...AT };
  expect(() => encodeRecord(newer as unknown as Rec)).toThrow("record kind 9: event: mainsLost or mainsBack");
  expect(decodeRecord(encodeCbor(newer))).toEqual(newer);
  expect(() => decodeRecord(encodeCbor({ ...newer, event: 256 }))).toThrow("whole number from 0 to 255");
});

test("a kind that is no number of a declaration is unknown, whatever objects have by that name", () => {
  for (const kind of ["constructor", "1", 1.5, -1, undefined])
    expect(() => encodeRecord({ kind, ...AT } as unknown as Rec)).toThrow(`record of unknown kind ${kind}`);
});

test("any bytes decode to a record or to a RecordError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 240 }), (bytes) => {
      try {
        decodeRecord(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordError);
      }
    }),
    { seed: 1, numRuns: 5_000 },
  );
});
