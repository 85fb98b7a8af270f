import { expect, test } from "vitest";
import { ANY_LANGUAGE } from "../../sim/cloud/domain.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import { type SnapshotModel, SnapshotModelError } from "../../sim/cloud/snapshot/model.js";
import { StringHeap } from "../../sim/cloud/snapshot/string-heap.js";
import { SMALL } from "./support/models.js";

const key = SMALL.keys[0]!;
const access = SMALL.accesses[0]!;
const { location } = SMALL;

const CASES: readonly (readonly [string, Partial<SnapshotModel>, RegExp])[] = [
  ["a box id with a slash", { box: "a/b" }, /^box "a\/b" is not 1 to 32 characters/],
  ["a box id too long", { box: "x".repeat(33) }, /^box/],
  ["version 0", { version: 0 }, /^version: 0 is not a whole number from 1/],
  ["a version beyond 32 bits", { version: 2 ** 32 }, /^version/],
  ["a short epoch", { epoch: new Uint8Array(7) }, /^epoch: 7 bytes, not 8$/],
  ["an as-of that is no sequence number", { asOf: 2 ** 53 }, /^asOf/],
  ["sheet 1000", { sheet: 1_000 }, /^sheet/],
  ["a short look-up key", { lookupKey: new Uint8Array(31) }, /^look-up key: 31 bytes, not 32$/],
  [
    "another language",
    { location: { ...location, language: "xx" } },
    new RegExp(`^location: language xx is not ${ANY_LANGUAGE}$`),
  ],
  ["location 0", { location: { ...location, id: 0 } }, /^location id/],
  [
    "17 offsets",
    { location: { ...location, offsets: Array(17).fill({ from: 0, offsetMinutes: 0 }) } },
    /17 offsets, at most 16/,
  ],
  [
    "offsets in the wrong order",
    {
      location: {
        ...location,
        offsets: [
          { from: 5, offsetMinutes: 0 },
          { from: 5, offsetMinutes: 0 },
        ],
      },
    },
    /not in the order/,
  ],
  [
    "an offset of two days",
    { location: { ...location, offsets: [{ from: 0, offsetMinutes: 2_880 }] } },
    /^location, offset: 2880/,
  ],
  [
    "a negative time",
    { location: { ...location, offsets: [{ from: -1, offsetMinutes: 0 }] } },
    /^location, offset from: -1/,
  ],
  ["bin 200", { bins: [{ bin: 200, enabled: true }] }, /^bin: 200 is not a whole number from 0 to 199$/],
  [
    "a bin twice",
    {
      bins: [
        { bin: 1, enabled: true },
        { bin: 1, enabled: true },
      ],
    },
    /^bin 1 is there twice$/,
  ],
  ["an unknown key in a bin", { bins: [{ bin: 1, enabled: true, key: 99 }] }, /^bin 1: there is no key 99$/],
  ["a bin with both", { bins: [{ bin: 1, enabled: true, key: 20, fob: "1" }] }, /^bin 1: holds key 20 and fob 1/],
  ["a bad fob in a bin", { bins: [{ bin: 1, enabled: true, fob: "clé" }] }, /^bin 1: serial "clé" is not/],
  [
    "a key in two bins",
    {
      bins: [
        { bin: 4, enabled: true, key: 20 },
        { bin: 2, enabled: true, fob: "012ABC" },
      ],
    },
    /^key 20 is in bin 2 and in bin 4$/,
  ],
  [
    "a fob in two bins",
    {
      bins: [
        { bin: 4, enabled: true, fob: "9" },
        { bin: 2, enabled: true, fob: "9" },
      ],
    },
    /^fob 9 is in bin 2 and in bin 4$/,
  ],
  ["key 0", { keys: [{ ...key, id: 0 }] }, /^key id: 0/],
  ["a key twice", { keys: [key, { ...key, fob: "9" }] }, /^key 20 is there twice$/],
  ["a fob on two keys", { keys: [...SMALL.keys, { ...key, id: 21 }] }, /^fob 012ABC belongs to key 20 and to key 21$/],
  ["a serial too long", { keys: [{ ...key, fob: "0".repeat(17) }] }, /^key 20: serial/],
  ["an empty serial", { keys: [{ ...key, fob: "" }] }, /^key 20: serial ""/],
  ["a home of no location", { keys: [{ ...key, homeLocation: 0 }] }, /^key 20, home location: 0/],
  [
    "a user twice",
    {
      users: [
        { id: 1, name: "" },
        { id: 1, name: "" },
      ],
    },
    /^user 1 is there twice$/,
  ],
  ["an access twice", { accesses: [access, access] }, /^access 200 is there twice$/],
  ["an access of an unknown user", { accesses: [{ ...access, user: 9 }] }, /^access 200: there is no user 9$/],
  ["an access to an unknown key", { accesses: [{ ...access, key: 9 }] }, /^access 200: there is no key 9$/],
  [
    "an empty window",
    { accesses: [{ ...access, window: { from: 5, until: 5 } }] },
    /^access 200: its window ends before/,
  ],
  ["a window beyond 2106", { accesses: [{ ...access, window: { from: 5, until: 2 ** 32 } }] }, /^access 200, until/],
  ["a window before 1970", { accesses: [{ ...access, window: { from: -5, until: 5 } }] }, /^access 200, from/],
  [
    "a code with letters",
    { codes: [{ text: "12345a", target: { kind: "key", key: 10 } }] },
    /^code of key 10: not 4 to 16 digits$/,
  ],
  [
    "a short code",
    { codes: [{ text: "123", target: { kind: "booking", access: 100 } }] },
    /^code of access 100: not 4 to 16 digits$/,
  ],
  [
    "a code of an unknown key",
    { codes: [{ text: "1234", target: { kind: "key", key: 9 } }] },
    /^code of key 9: there is no key 9$/,
  ],
  [
    "a code of an unknown access",
    { codes: [{ text: "1234", target: { kind: "booking", access: 9 } }] },
    /there is no access 9$/,
  ],
  [
    "two key codes of a key",
    {
      codes: [
        { text: "1234", target: { kind: "key", key: 10 } },
        { text: "1235", target: { kind: "key", key: 10 } },
      ],
    },
    /^key 10 has two key codes$/,
  ],
  [
    "two codes equal",
    {
      codes: [
        { text: "1234", target: { kind: "key", key: 10 } },
        { text: "1234", target: { kind: "booking", access: 100 } },
      ],
    },
    /^(key 10 and access 100|access 100 and key 10) have the same code$/,
  ],
  ["a badge of an unknown user", { badges: [{ serial: "B", user: 9 }] }, /^a badge: there is no user 9$/],
  [
    "a badge twice",
    {
      badges: [
        { serial: "B", user: 1 },
        { serial: "B", user: 2 },
      ],
    },
    /^fob B belongs to user 1 as a badge and to user 2 as a badge$/,
  ],
  [
    "a fob that is a key's and a badge",
    { badges: [{ serial: "012ABC", user: 1 }] },
    /^fob 012ABC belongs to key 20 and to user 1 as a badge$/,
  ],
];

test.each(CASES)("refuses %s", (_, change, message) => {
  const build = () => buildSnapshot({ ...SMALL, ...dependent(change), ...change });
  expect(build).toThrow(SnapshotModelError);
  expect(build).toThrow(message);
});

/** With other keys, users or accesses than SMALL's, nothing else may refer to those. */
function dependent(change: Partial<SnapshotModel>): Partial<SnapshotModel> {
  if (change.keys || change.users) return { bins: [], accesses: [], codes: [], badges: [] };
  return change.accesses ? { codes: [] } : {};
}

test("no code is told in an error", () => {
  const codes = [
    { text: "482915", target: { kind: "key", key: 10 } },
    { text: "482915", target: { kind: "booking", access: 100 } },
  ] as const;
  expect(() => buildSnapshot({ ...SMALL, codes })).toThrow(expect.not.stringContaining("482915") as unknown as Error);
  expect(() => buildSnapshot({ ...SMALL, codes })).toThrow(/same code/);
});

test("names that no offset can reach are refused", () => {
  const heap = new StringHeap();
  const fill = () => {
    for (let i = 0; i < 300_000; i++) heap.add(`${i}`.padEnd(60));
  };
  expect(fill).toThrow(SnapshotModelError);
  expect(heap.bytes().length).toBeLessThan(2 ** 24);
});
