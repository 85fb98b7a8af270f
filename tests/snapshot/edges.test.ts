import { describe, expect, test } from "vitest";
import { readHeader } from "../../firmware/snapshot/header.js";
import { padAscii } from "../../firmware/snapshot/layout.js";
import { lookupHash } from "../../firmware/snapshot/lookup-hash.js";
import { SlotFile } from "../../firmware/snapshot/slot-file.js";
import { FlashSnapshotSlots } from "../../firmware/snapshot/store.js";
import type { FlashPort } from "../../hal/ports/flash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { SnapshotModel } from "../../sim/cloud/snapshot/model.js";
import { makeFlash, poke } from "./support/flash.js";
import { modelOfBytes, nodeHash, SMALL } from "./support/models.js";
import { expectSame } from "./support/same.js";
import { download, forged, slotsOn, startOf } from "./support/slots.js";

const FILE = buildSnapshot(SMALL);

function finished(file: Uint8Array, version = SMALL.version) {
  return download(slotsOn(makeFlash()), 1, version, file);
}

/** FILE with the bytes `values` from `offset` of `section` on, and checksums that match. */
function withBytes(section: number, offset: number, ...values: number[]): Uint8Array {
  return forged(FILE, (bytes) => {
    for (const [index, value] of values.entries()) bytes.setUint8(startOf(FILE, section) + offset + index, value);
  });
}

test("a small model comes back value by value, from the download and from flash", () => {
  const flash = makeFlash();
  expectSame(download(slotsOn(flash), 1, SMALL.version, FILE), SMALL);
  expectSame(slotsOn(flash).open(1, SMALL.version), SMALL);
});

describe("what is just allowed is taken", () => {
  const edges: readonly (readonly [string, Partial<SnapshotModel>])[] = [
    [
      "names of 64 bytes",
      {
        users: [
          { id: 1, name: "a".repeat(64) },
          { id: 2, name: "" },
        ],
        accesses: [],
        codes: [],
      },
    ],
    [
      "offsets of a day either way, and sixteen of them",
      {
        location: {
          ...SMALL.location,
          offsets: Array.from({ length: 16 }, (_, from) => ({ from, offsetMinutes: from % 2 === 0 ? 1_440 : -1_440 })),
        },
      },
    ],
    ["no offset", { location: { ...SMALL.location, offsets: [] } }],
    ["the last bin with every mark", { bins: [{ bin: 199, enabled: true, key: 20, uncertain: true, taken: true }] }],
    [
      "windows of one second, from the first on",
      { accesses: [{ id: 1, user: 1, key: 10, window: { from: 0, until: 1 } }], codes: [] },
    ],
    [
      "windows to the last second",
      { accesses: [{ id: 1, user: 1, key: 10, window: { from: 2 ** 32 - 2, until: 2 ** 32 - 1 } }], codes: [] },
    ],
    ["fobs of sixteen characters", { bins: [{ bin: 0, enabled: true, fob: "ABCDEFGHIJKLMNOP" }] }],
    ["the highest of all numbers", { version: 2 ** 32 - 1, sheet: 999, asOf: 2 ** 53 - 1 }],
    ["nothing but a location", { bins: [], keys: [], users: [], accesses: [], codes: [], badges: [] }],
  ];
  test.each(edges)("%s", (_, more) => {
    const model = { ...SMALL, ...more };
    expectSame(finished(buildSnapshot(model), model.version), model);
  });
});

test("languages of the first and the last letter are taken", () => {
  expect(finished(withBytes(0, 8, 0x61, 0x7a)).location.language).toBe("az");
  expect(finished(withBytes(0, 8, 0x7a, 0x61)).location.language).toBe("za");
});

describe("what is just not allowed is refused", () => {
  test.each([
    ["the letter before a", 0, 8, [0x60], "location"],
    ["the letter after z", 0, 9, [0x7b], "location"],
    ["a location without an id", 0, 0, [0, 0, 0, 0], "location"],
    ["a name of 65 bytes", 0, 4, [65, 0, 0, 0], "location"],
    ["an offset of more than a day", 1, 4, [0xa1, 5, 0, 0], "offsets"],
    ["an offset of more than a day back", 1, 4, [0x5f, 0xfa, 0xff, 0xff], "offsets"],
    ["bin 200", 2, 28, [200, 0, 0, 0], "bins"],
    ["a key and a fob in one bin", 2, 28 + 8, [20, 0, 0, 0], "bins"],
    ["a key with a high number and a fob in one bin", 2, 28 + 11, [1], "bins"],
    ["a key without an id", 3, 0, [0, 0, 0, 0], "keys"],
    ["a key's name of 65 bytes", 3, 4, [65, 0, 0, 0], "keys"],
    ["a key without a home", 3, 12, [0, 0, 0, 0], "keys"],
    ["a home's name of 65 bytes", 3, 16, [65, 0, 0, 0], "keys"],
    ["a fob row beyond the last", 3, 24 + 8, [2, 0, 0, 0], "keys"],
    ["a key row beyond the last", 4, 16, [3, 0, 0, 0], "fobs"],
    ["a fob that is no text", 4, 0, [0x80], "fobs"],
    ["a user without an id", 5, 0, [0, 0, 0, 0], "users"],
    ["a user's name of 65 bytes", 5, 4, [65, 0, 0, 0], "users"],
    ["an access without an id", 6, 0, [0, 0, 0, 0], "accesses"],
    ["an access without a user", 6, 4, [0, 0, 0, 0], "accesses"],
    ["an access without a key", 6, 8, [0, 0, 0, 0], "accesses"],
    ["a high access without a user", 6, 40, [200, 0, 0, 1, 0, 0, 0, 0], "accesses"],
    ["an access of a high user without a key", 6, 44, [1, 0, 0, 1, 0, 0, 0, 0], "accesses"],
    ["a window that ends as it begins", 6, 12, [0xd0, 7, 0, 0], "accesses"],
    ["a window that begins and never ends", 6, 20 + 12, [1, 0, 0, 0], "accesses"],
    ["an index without a user", 7, 0, [0, 0, 0, 0], "accesses by user"],
    ["an index beyond the last access", 7, 4, [3, 0, 0, 0], "accesses by user"],
    ["a code without a target", 8, 12, [0, 0, 0, 0], "codes"],
    ["a code without a target, with a later cloud's mark", 8, 11, [1, 0, 0, 0, 0], "codes"],
    ["a badge without a user", 9, 12, [0, 0, 0, 0], "badges"],
  ] as const)("%s", (_, section, offset, values, name) => {
    const message = new RegExp(`^damaged: ${name}, row \\d makes no sense$`);
    expect(() => finished(withBytes(section, offset, ...values))).toThrow(message);
  });

  test.each([
    ["offsets", 1, 8, [0, 0, 0, 0]],
    ["bins", 2, 28, [0, 0, 0, 0]],
    ["keys", 3, 24, [10, 0, 0, 0]],
    ["users", 5, 8, [1, 0, 0, 0]],
    ["accesses", 6, 20, [100, 0, 0, 0]],
    ["accesses by user", 7, 8, [1, 0, 0, 0, 1, 0, 0, 0]],
    ["fobs", 4, 20, [...FILE.subarray(startOf(FILE, 4), startOf(FILE, 4) + 16)]],
    ["codes", 8, 16, [...FILE.subarray(startOf(FILE, 8), startOf(FILE, 8) + 10)]],
    ["badges", 9, 16, [...FILE.subarray(startOf(FILE, 9), startOf(FILE, 9) + 10)]],
  ] as const)("the same row twice in %s", (name, section, offset, values) => {
    expect(() => finished(withBytes(section, offset, ...values))).toThrow(`damaged: ${name}, row 1 is out of order`);
  });

  test("a byte of the rows that changed on the way, and one of the checksum", () => {
    for (const at of [startOf(FILE, 10), FILE.length - 1]) {
      const file = FILE.slice();
      file[at]! ^= 1;
      expect(() => finished(file)).toThrow("damaged: the checksum does not match");
    }
  });
});

test("numbers may be high and nothing else, and later marks take no fob away", () => {
  const HIGH = 2 ** 24;
  const model: SnapshotModel = {
    ...SMALL,
    keys: SMALL.keys.map((key) => ({ ...key, id: key.id * HIGH })),
    users: SMALL.users.map((user) => ({ ...user, id: user.id * HIGH })),
    accesses: SMALL.accesses.map(({ id, user, key }) => ({ id: id * HIGH, user: user * HIGH, key: key * HIGH })),
    bins: [{ bin: 0, enabled: true, key: 20 * HIGH }],
    codes: [{ text: "0000", target: { kind: "key", key: 10 * HIGH } }],
    badges: [{ serial: "BADGE 1", user: 2 * HIGH }],
  };
  expectSame(finished(buildSnapshot(model)), model);
  expect(finished(withBytes(2, 28 + 7, 1)).bin(1)).toMatchObject({ fob: "0FF", uncertain: true });
});

test("a header that is sound but for its first four bytes is none", () => {
  const other = forged(FILE, (bytes) => bytes.setUint8(3, 0x32));
  expect(() => finished(other)).toThrow("damaged: the slot holds no snapshot");
});

test("a serial is filled up with zeros where all of its letters can be printed", () => {
  expect(padAscii(" ~", 4)).toEqual(Uint8Array.of(0x20, 0x7e, 0, 0));
  expect(padAscii("abcd", 4)).toEqual(Uint8Array.of(0x61, 0x62, 0x63, 0x64));
  for (const text of ["", "abcde", "a\u0000", "a\u0010", "a\u001f", "\u007f", "é"])
    expect(padAscii(text, 4)).toBeUndefined();
});

describe("a text", () => {
  /** More text than one name may have; the last user's name ends with it. */
  const FULL = buildSnapshot(modelOfBytes(1_000));
  const textBytes = new DataView(FULL.buffer, FULL.byteOffset).getUint32(68 + 8 * 10 + 4, true);
  /** The location's name, `length` bytes from `offset` of the texts on. */
  const named = (offset: number, length: number) => () =>
    finished(
      forged(FULL, (bytes) => bytes.setUint32(startOf(FULL, 0) + 4, (offset << 8) | length, true)),
      SMALL.version,
    ).location.name.length;

  test("has 64 bytes at most, though there are more", () => {
    expect(textBytes).toBeGreaterThan(400);
    expect(named(0, 64)()).toBeGreaterThan(50);
    expect(named(0, 65)).toThrow("damaged: location, row 0 makes no sense");
    expect(named(0, 255)).toThrow("damaged: location, row 0 makes no sense");
  });

  test("ends with the last of the texts", () => {
    expect(named(textBytes - 9, 9)()).toBe(9);
    expect(named(textBytes, 0)()).toBe(0);
    for (const [offset, length] of [
      [textBytes - 9, 10],
      [textBytes, 1],
      [textBytes + 1, 0],
      [textBytes + 5, 9],
      [textBytes * 2 - 2, 1],
    ] as const)
      expect(named(offset, length)).toThrow("damaged: location, row 0 makes no sense");
  });
});

test("a text that rotted to one beyond the texts, or longer than any, is unreadable", () => {
  const model = modelOfBytes(1_000);
  const full = buildSnapshot(model);
  const textBytes = new DataView(full.buffer, full.byteOffset).getUint32(68 + 8 * 10 + 4, true);
  const read = (offset: number, length: number) => {
    const flash = makeFlash();
    const slots = slotsOn(flash);
    const view = download(slots, 1, model.version, full);
    const row = slots.slotBytes + startOf(full, 5);
    poke(flash, row + 4, [length, offset & 0xff, offset >>> 8, 0]);
    return view.userName(model.users[0]!.id);
  };
  for (const [offset, length] of [
    [0, 65],
    [0, 129],
    [textBytes - 8, 9],
    [textBytes, 1],
  ] as const)
    expect(read(offset, length)).toBe("\ufffd");
  expect(read(textBytes - 9, 9)).toHaveLength(9);
});

test("the smallest file has a location without a name", () => {
  const location = { ...SMALL.location, name: "", offsets: [] };
  const model = { ...SMALL, location, bins: [], keys: [], users: [], accesses: [], codes: [], badges: [] };
  const file = buildSnapshot(model);
  expect(file).toHaveLength(176);
  expectSame(finished(file), model);
});

test("a last section that goes on into the checksum, and bytes behind the end, are refused", () => {
  for (const more of [1, 4, 8]) {
    const file = forged(FILE, (bytes) =>
      bytes.setUint32(68 + 8 * 10 + 4, bytes.getUint32(68 + 8 * 10 + 4, true) + more, true),
    );
    expect(() => finished(file)).toThrow("damaged: section 10 reaches beyond the file");
  }
  expect(() => finished(Uint8Array.of(...FILE, 1, 2, 3, 4))).toThrow(
    /^truncated: \d+ bytes came, the header says \d+$/,
  );
});

test("codes may differ in the last byte of their hash alone, and boxes in their last letter", () => {
  const first = FILE.subarray(startOf(FILE, 8), startOf(FILE, 8) + 10);
  const close = withBytes(
    8,
    9,
    1,
    ...FILE.subarray(startOf(FILE, 8) + 10, startOf(FILE, 8) + 16),
    ...first.subarray(0, 9),
    2,
  );
  expect(finished(close).code(Uint8Array.of(...first.subarray(0, 9), 2))).toBeDefined();
  const box = "B".repeat(32);
  const file = buildSnapshot({ ...SMALL, box });
  const received = (owner: string) =>
    download(new FlashSnapshotSlots({ flash: makeFlash(), box: owner }), 0, SMALL.version, file);
  expect(received(box).version).toBe(SMALL.version);
  expect(() => received(`${box.slice(1)}C`)).toThrow("for another box");
});

test("texts are 16 MiB at most: what a text's offset reaches", () => {
  const LIMIT = 2 ** 24;
  const headed = (textBytes: number) => {
    const file = forged(FILE, (bytes) => {
      bytes.setUint32(68 + 8 * 10 + 4, textBytes, true);
      bytes.setUint32(8, startOf(FILE, 10) + textBytes + 4, true);
    });
    const flash = { read: (_: number, into: Uint8Array) => into.set(file.subarray(0, into.length)) } as FlashPort;
    return () => readHeader(new SlotFile(flash, 0, 2 ** 30), SMALL.box, SMALL.version).counts[10];
  };
  expect(headed(LIMIT)()).toBe(LIMIT);
  expect(headed(LIMIT + 1)).toThrow("damaged: a section has an impossible number of rows");
});

test("what only a newer cloud says is no damage, and is worth what is known of it", () => {
  expect(finished(withBytes(0, 10, 1)).location.language).toBe("fr");
  const bin = (flags: number) => finished(withBytes(2, 4, flags)).bin(0);
  expect(bin(1 + 8)).toEqual({ enabled: true, key: 20, fob: undefined, uncertain: true, taken: false });
  expect(bin(1 + 4)).toEqual({ enabled: true, key: 20, fob: undefined, uncertain: false, taken: true });
  expect(bin(1 + 2 + 4)).toMatchObject({ uncertain: true, taken: true });
  expect(finished(withBytes(3, 24 + 20, 3)).keyById(20)?.roaming).toBe(true);
  expect(finished(withBytes(3, 24 + 20, 2)).keyById(20)?.roaming).toBe(false);
  const hash = (text: string) => lookupHash(nodeHash, SMALL.lookupKey, text);
  const coded = (kind: number) => finished(withBytes(8, 10, kind));
  for (const kind of [0, 3]) {
    const found = ["123456", "0000"].map((text) => coded(kind).code(hash(text)));
    expect(found.filter((code) => code === undefined)).toHaveLength(1);
  }
  const badged = finished(withBytes(9, 10, 1));
  const users = ["BADGE 1", "BADGE 2"].map((serial) => badged.badge(hash(serial)));
  expect(users.filter((badge) => badge === undefined)).toHaveLength(1);
});

describe("rows of bins", () => {
  /** Every third bin, and none at the end: most rows are not where their number says. */
  const bins = Array.from({ length: 60 }, (_, i) => ({
    bin: i * 3 + 1,
    enabled: i % 2 === 0,
    key: undefined,
    fob: undefined,
  }));
  const wanted = new Map(bins.map(({ bin, enabled }) => [bin, enabled]));

  test("are found whichever are left out, in any order of asking", () => {
    const model = { ...SMALL, bins };
    const flash = makeFlash();
    const view = download(slotsOn(flash), 1, model.version, buildSnapshot(model));
    for (let step = 0; step < 200; step++) {
      for (const bin of [step, 199 - step, (step * 67) % 200]) expect(view.bin(bin)?.enabled).toBe(wanted.get(bin));
    }
  });

  test("are read sixteen at a time, and once while neighbours are asked for", () => {
    const all = Array.from({ length: 40 }, (_, bin) => ({ bin, enabled: true }));
    const flash = makeFlash();
    const view = download(slotsOn(flash), 1, SMALL.version, buildSnapshot({ ...SMALL, bins: all }));
    const reads = (from: number, to: number) => {
      const before = flash.reads;
      for (let bin = from; bin <= to; bin++) expect(view.bin(bin)?.enabled).toBe(true);
      return flash.reads - before;
    };
    expect([reads(0, 15), reads(0, 15), reads(16, 31), reads(32, 39), reads(15, 15)]).toEqual([1, 0, 1, 1, 1]);
  });

  test("that could not be read are read again", () => {
    const flash = makeFlash();
    const view = download(slotsOn(flash), 1, SMALL.version, FILE);
    expect(view.bin(0)?.key).toBe(20);
    const { read } = flash;
    const bins40 = download(
      slotsOn(flash),
      0,
      SMALL.version,
      buildSnapshot({ ...SMALL, bins: Array.from({ length: 40 }, (_, bin) => ({ bin, enabled: bin !== 3 })) }),
    );
    expect(bins40.bin(3)?.enabled).toBe(false);
    flash.read = (_offset, into) => {
      into.fill(0xff);
      throw new Error("no answer");
    };
    expect(() => bins40.bin(20)).toThrow("no answer");
    flash.read = read;
    expect([bins40.bin(3)?.enabled, bins40.bin(20)?.enabled]).toEqual([false, true]);
  });
});

describe("a row that rots under an open view", () => {
  function rotten(section: number, offset: number, ...values: number[]) {
    const flash = makeFlash();
    const view = download(slotsOn(flash), 1, SMALL.version, FILE);
    const { slotBytes } = slotsOn(flash);
    poke(flash, slotBytes + startOf(FILE, section) + offset, values);
    return view;
  }
  const hash = (text: string) => lookupHash(nodeHash, SMALL.lookupKey, text);

  test("is no window where it ends as it begins, or begins and never ends", () => {
    expect(rotten(6, 12, 0xd0, 7, 0, 0).access(100)).toBeUndefined();
    expect(rotten(6, 12, 0, 0, 0, 0).access(100)?.window).toEqual({ from: 0, until: 2_000 });
    expect(rotten(6, 16, 0, 0, 0, 0).access(100)).toBeUndefined();
    expect(rotten(6, 0, 0, 0, 0, 0).access(0)).toBeUndefined();
  });

  test("is no key where its fob row is beyond the last", () => {
    expect(rotten(3, 24 + 8, 2, 0, 0, 0).keyById(20)).toBeUndefined();
    expect(rotten(3, 24 + 8, 1, 0, 0, 0).keyById(20)?.fob).toBe("012ABD");
  });

  test("is no access of a user where what is behind the last looks like one", () => {
    // Behind the accesses stands the index itself: these rows read as an access of user 3 to key 3.
    const index = [3, 3, 3, 5, 9, 0].flatMap((number) => [number, 0, 0, 0]);
    expect(rotten(7, 0, ...index).accessesOf(3, 0, 32)).toEqual([]);
  });

  test("is no key where what is behind the last fob looks like one", () => {
    const flash = makeFlash();
    const view = download(slotsOn(flash), 1, SMALL.version, FILE);
    const at = slotsOn(flash).slotBytes;
    poke(flash, at + startOf(FILE, 3) + 24 + 8, [2, 0, 0, 0]);
    poke(flash, at + startOf(FILE, 5), [0x41, ...Array(15).fill(0)]);
    expect(view.keyById(20)).toBeUndefined();
  });

  test("is no access of a user where the index is beyond the last", () => {
    expect(rotten(7, 4, 3, 0, 0, 0).accessesOf(1, 0, 32)).toHaveLength(1);
  });

  test("is no code for a hash that is too short or too long", () => {
    const view = finished(FILE);
    expect(view.code(hash("123456"))).toEqual({ kind: "booking", access: 100 });
    expect(view.code(hash("123456").slice(0, 9))).toBeUndefined();
    expect(view.badge(Uint8Array.of(...hash("BADGE 1"), 0))).toBeUndefined();
  });
});

test("a serial that no fob can have is nobody's key", () => {
  const view = finished(FILE);
  for (const serial of ["ABCDEFGHIJKLMNOPQ", "é", ""]) expect(view.keyByFob(serial)).toBeUndefined();
});

test("pages of accesses begin and end where they are asked to", () => {
  const view = finished(FILE);
  const ids = (user: number, skip: number, limit: number) => view.accessesOf(user, skip, limit).map(({ id }) => id);
  expect([ids(1, 0, 1), ids(1, 1, 1), ids(1, 2, 1), ids(1, 0, 32), ids(2, 0, 32), ids(3, 0, 32)]).toEqual([
    [150],
    [200],
    [],
    [150, 200],
    [100],
    [],
  ]);
});
