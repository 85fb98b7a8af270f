import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SnapshotError, type SnapshotView } from "../../firmware/snapshot/contract.js";
import { lookupHash } from "../../firmware/snapshot/lookup-hash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { Random } from "../../sim/world/random.js";
import { forgetReads, makeFlash, poke } from "./support/flash.js";
import { nodeHash, randomModel, SMALL } from "./support/models.js";
import { askEverything, download, forged, slotsOn, startOf } from "./support/slots.js";

const SLOT_BYTES = 2 * 4_096;
const FILE = buildSnapshot(SMALL);

function refuse(file: Uint8Array, message: RegExp, version = SMALL.version): void {
  const attempt = () => download(slotsOn(makeFlash()), 0, version, file);
  expect(attempt).toThrow(SnapshotError);
  expect(attempt).toThrow(message);
}

/** `file` in slot 1 as a flash that was written some other way. */
function placed(file: Uint8Array): NorFlash {
  return poke(makeFlash(), SLOT_BYTES, file);
}

/** Opens slot 1; undefined when it is refused as it should be. */
function openOrRefuse(flash: NorFlash, version: number): SnapshotView | undefined {
  try {
    return slotsOn(flash).open(1, version);
  } catch (error) {
    expect(error).toBeInstanceOf(SnapshotError);
    return undefined;
  }
}

describe("a download is refused", () => {
  test("with any bit of its header flipped, and so is opening it", () => {
    for (let bit = 0; bit < 160 * 8; bit++) {
      const file = FILE.slice();
      file[bit >>> 3]! ^= 1 << (bit & 7);
      refuse(file, /damaged|truncated|version|box/);
      expect(openOrRefuse(placed(file), SMALL.version), `bit ${bit}`).toBeUndefined();
    }
  });

  test("with any bit after the header flipped", () => {
    for (let bit = 160 * 8; bit < FILE.length * 8; bit++) {
      const file = FILE.slice();
      file[bit >>> 3]! ^= 1 << (bit & 7);
      refuse(file, /^damaged: the checksum does not match$/);
    }
  });

  test("cut short at any length, its total forged to match or not", () => {
    for (let length = 160 + 16; length < FILE.length; length += 7) {
      refuse(FILE.slice(0, length), /^truncated: \d+ bytes came, the header says \d+$/);
      const relabelled = forged(FILE.slice(0, length), (bytes) => bytes.setUint32(8, length, true));
      refuse(relabelled, /^damaged: (section \d+ reaches beyond the file|the sections do not fill the file)$/);
    }
  });

  test("when the last piece is missing", () => {
    const writer = slotsOn(makeFlash()).begin(0, 6, FILE.length);
    writer.write(FILE.subarray(0, 100));
    expect(writer.offset).toBe(100);
    expect(() => writer.finish()).toThrow(new SnapshotError(`truncated: 100 of ${FILE.length} bytes`));
  });

  test("for another box", () =>
    refuse(buildSnapshot({ ...SMALL, box: "BOX-70" }), /^for another box: BOX-70, this is BOX-7$/));

  test("of an older or newer version than was announced", () => {
    refuse(FILE, /^of another version: 6, expected 7$/, 7);
    refuse(FILE, /^of another version: 6, expected 5$/, 5);
  });

  test("of another format", () => {
    refuse(
      forged(FILE, (bytes) => bytes.setUint16(4, 2, true)),
      /^of another version: format 2, this firmware reads 1$/,
    );
    refuse(
      forged(FILE, (bytes) => bytes.setUint16(6, 159, true)),
      /^damaged: the header's checksum/,
    );
    refuse(
      forged(FILE, (bytes) => bytes.setUint16(6, 164, true)),
      /^damaged: section 0 is out of place$/,
    );
  });

  test("when it cannot fit, or cannot be a snapshot, before anything is erased", () => {
    const flash = placed(FILE);
    const slots = slotsOn(flash);
    expect(() => slots.begin(1, 7, slots.slotBytes + 1)).toThrow(/^too large: 8193 bytes, a slot holds 8192$/);
    for (const total of [0, 175, -1, 300.5, Number.NaN]) expect(() => slots.begin(1, 7, total)).toThrow(/^truncated/);
    expect(flash.erases + flash.programs).toBe(0);
    expect(slots.open(1, 6).version).toBe(6);
  });

  test("beyond its announced length, or in pieces that are empty or too long", () => {
    const begin = () => slotsOn(makeFlash()).begin(0, 6, 1_500);
    expect(() => begin().write(new Uint8Array(0))).toThrow(/^a piece has 1 to 1024 bytes, not 0$/);
    expect(() => begin().write(new Uint8Array(1_025))).toThrow(SnapshotError);
    const writer = begin();
    writer.write(FILE.subarray(0, 500));
    expect(() => writer.write(new Uint8Array(1_001))).toThrow(/^too large: 1501 bytes, announced were 1500$/);
  });

  test("as soon as its header has come, where that is of another format, version or box", () => {
    const heads = [
      [forged(FILE, (bytes) => bytes.setUint16(4, 2, true)), /^of another version: format 2, this firmware reads 1$/],
      [forged(FILE, (bytes) => bytes.setUint32(12, 7, true)), /^of another version: 7, expected 6$/],
      [forged(FILE, (bytes) => bytes.setUint8(16, 0x41)), /^for another box/],
    ] as const;
    for (const [file, cause] of heads) {
      const writer = slotsOn(makeFlash()).begin(0, 6, FILE.length);
      writer.write(file.subarray(0, 159));
      expect(() => writer.write(file.subarray(159, 160))).toThrow(cause);
    }
  });
});

/** The section, the offset in it of what is forged, and the forgery. */
const ROWS: readonly (readonly [string, number, number, (bytes: DataView, at: number) => void])[] = [
  ["location without an id", 0, 0, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["location's name too long", 0, 4, (bytes, at) => bytes.setUint8(at, 65)],
  ["location's name outside the strings", 0, 4, (bytes, at) => bytes.setUint32(at, 0xffff_ff01, true)],
  ["language not letters", 0, 8, (bytes, at) => bytes.setUint8(at, 0x41)],
  ["language's second letter", 0, 9, (bytes, at) => bytes.setUint8(at, 0x7b)],
  ["offset of more than a day", 1, 4, (bytes, at) => bytes.setInt32(at, -1_441, true)],
  ["offsets out of order", 1, 8, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["bin beyond 199", 2, 28, (bytes, at) => bytes.setUint32(at, 200, true)],
  ["bins out of order", 2, 0, (bytes, at) => bytes.setUint32(at, 1, true)],
  ["bin with a key and a fob", 2, 12, (bytes, at) => bytes.setUint8(at, 0x30)],
  ["bin's fob not printable", 2, 28 + 12, (bytes, at) => bytes.setUint8(at, 0x1f)],
  ["key without an id", 3, 0, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["keys out of order", 3, 24, (bytes, at) => bytes.setUint32(at, 9, true)],
  ["key's name outside the strings", 3, 4, (bytes, at) => bytes.setUint32(at, 30 * 256 + 1, true)],
  ["key's fob row outside the fobs", 3, 24 + 8, (bytes, at) => bytes.setUint32(at, 2, true)],
  ["key's home without an id", 3, 12, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["key's home's name too long", 3, 16, (bytes, at) => bytes.setUint8(at, 65)],
  ["fob not printable", 4, 3, (bytes, at) => bytes.setUint8(at, 0x7f)],
  ["fob empty", 4, 0, (bytes, at) => new Uint8Array(bytes.buffer, at, 16).fill(0)],
  ["fob with something after its end", 4, 15, (bytes, at) => bytes.setUint8(at, 0x30)],
  ["fobs equal", 4, 20 + 5, (bytes, at) => bytes.setUint8(at, "C".charCodeAt(0))],
  ["fob's key row outside the keys", 4, 16, (bytes, at) => bytes.setUint32(at, 3, true)],
  ["user without an id", 5, 0, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["users out of order", 5, 8, (bytes, at) => bytes.setUint32(at, 1, true)],
  ["user's name outside the strings", 5, 4, (bytes, at) => bytes.setUint32(at, 0xffff_ff01, true)],
  ["access without an id", 6, 0, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["accesses out of order", 6, 20, (bytes, at) => bytes.setUint32(at, 99, true)],
  ["access without a user", 6, 4, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["access without a key", 6, 8, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["access that ends as it begins", 6, 12, (bytes, at) => bytes.setUint32(at, 2_000, true)],
  ["ongoing access with a beginning", 6, 20 + 12, (bytes, at) => bytes.setUint32(at, 1, true)],
  ["index without a user", 7, 0, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["index outside the accesses", 7, 16 + 4, (bytes, at) => bytes.setUint32(at, 3, true)],
  ["index out of order by user", 7, 16, (bytes, at) => bytes.setUint32(at, 1, true)],
  ["index out of order by row", 7, 4, (bytes, at) => bytes.setUint32(at, 2, true)],
  ["code without a target", 8, 12, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["codes out of order", 8, 0, (bytes, at) => bytes.setUint32(at, 0xffff_ffff)],
  ["badge without a user", 9, 12, (bytes, at) => bytes.setUint32(at, 0, true)],
  ["badges out of order", 9, 0, (bytes, at) => bytes.setUint32(at, 0xffff_ffff)],
];

/** What a newer cloud may write into a row: such a row costs itself at most. */
const NEWER: typeof ROWS = [
  ["location's padding", 0, 10, (bytes, at) => bytes.setUint8(at, 1)],
  ["bin's flags", 2, 4, (bytes, at) => bytes.setUint32(at, 8, true)],
  ["key's flags", 3, 20, (bytes, at) => bytes.setUint32(at, 2, true)],
  ["code of an unknown kind", 8, 10, (bytes, at) => bytes.setUint16(at, 3, true)],
  ["code of no kind", 8, 10, (bytes, at) => bytes.setUint16(at, 0, true)],
  ["badge's padding", 9, 10, (bytes, at) => bytes.setUint16(at, 1, true)],
];

test("sections that a newer cloud adds behind the strings, and a longer header, are passed over", () => {
  const more = 40;
  const withSection = new Uint8Array(FILE.length + more);
  withSection.set(FILE.subarray(0, FILE.length - 4));
  withSection.fill(0x77, FILE.length - 4);
  const longer = new Uint8Array(withSection.length + 16);
  longer.set(withSection.subarray(0, 160));
  longer.set(withSection.subarray(160), 176);
  const files = [
    forged(withSection, (bytes) => bytes.setUint32(8, withSection.length, true)),
    forged(longer, (bytes) => {
      bytes.setUint32(8, longer.length, true);
      bytes.setUint16(6, 176, true);
      for (let section = 0; section < 11; section++) {
        bytes.setUint32(68 + 8 * section, bytes.getUint32(68 + 8 * section, true) + 16, true);
      }
    }),
  ];
  for (const file of files) {
    const flash = makeFlash();
    const view = download(slotsOn(flash), 0, 6, file);
    for (const one of [view, slotsOn(flash).open(0, 6)]) {
      expect(one.keyByFob("012ABC")).toMatchObject({ id: 20, name: "Van" });
      expect(one.bin(0)).toMatchObject({ key: 20, uncertain: false });
      expect(one.userName(1)).toBe("Bo");
    }
    // It is covered by the checksum all the same.
    const rotten = file.slice();
    rotten[file.length - 10]! ^= 1;
    refuse(rotten, /^damaged: the checksum does not match$/);
  }
});

test.each([8, 12, 2 ** 31])(
  "a bin with flags %i is in doubt: what they say of it, this firmware cannot tell",
  (flags) => {
    const file = forged(FILE, (bytes) => bytes.setUint32(startOf(FILE, 2) + 4, flags | 1, true));
    expect(download(slotsOn(makeFlash()), 0, 6, file).bin(0)).toMatchObject({
      enabled: true,
      key: 20,
      uncertain: true,
    });
  },
);

test("a code of an unknown kind and a badge with a mark open nothing", () => {
  const code = startOf(FILE, 8);
  const badge = startOf(FILE, 9);
  const file = forged(FILE, (bytes) => {
    for (let row = 0; row < 2; row++) {
      bytes.setUint16(code + 16 * row + 10, 3, true);
      bytes.setUint16(badge + 16 * row + 10, 1, true);
    }
  });
  const view = download(slotsOn(makeFlash()), 0, 6, file);
  expect(view.code(FILE.slice(code, code + 10))).toBeUndefined();
  expect(view.badge(FILE.slice(badge, badge + 10))).toBeUndefined();
  const sound = download(slotsOn(makeFlash()), 0, 6, FILE);
  expect(sound.code(FILE.slice(code, code + 10))).toBeDefined();
  expect(sound.badge(FILE.slice(badge, badge + 10))).toBeDefined();
});

test.each(NEWER)("a file whose %s this firmware does not know is taken", (_, section, offset, forge) => {
  const file = forged(FILE, (bytes) => forge(bytes, startOf(FILE, section) + offset));
  const view = download(slotsOn(makeFlash()), 0, 6, file);
  askEverything(view);
  expect(view.keyByFob("012ABC")?.id).toBe(20);
});

describe("a file with sound checksums that a builder got wrong is refused", () => {
  test.each(ROWS)("%s", (_, section, offset, forge) => {
    const file = forged(FILE, (bytes) => forge(bytes, startOf(FILE, section) + offset));
    refuse(file, /^damaged: [a-z ]+, row \d+ (makes no sense|is out of order)$/);
  });

  test.each([
    ["as-of beyond 2^53", 60, 2 ** 21, /as-of/],
    ["a section out of place", 68 + 8 * 3, 161, /^damaged: section 3 is out of place$/],
    ["a huge section", 68 + 8 * 6 + 4, 2 ** 32 - 1, /^damaged: section 6 reaches beyond the file$/],
    ["a total below the smallest", 8, 175, /^truncated or too large/],
    ["a total beyond the slot", 8, 8_193, /^truncated or too large/],
  ])("%s", (_, at, value, message) => {
    const file = forged(FILE, (bytes) => bytes.setUint32(at, value, true));
    refuse(file, message);
    expect(openOrRefuse(placed(file), SMALL.version)).toBeUndefined();
  });

  test.each([
    ["no location", 0, -1],
    ["two locations", 0, 1],
    ["17 offsets", 1, 15],
    ["201 bins", 2, 199],
    ["an access that is in no index", 6, 1],
  ])("%s", (_, section, more) => {
    refuse(withRows(section, more), /^damaged: a section has an impossible number of rows$/);
  });

  /** FILE with `more` rows of zeros at the end of `section`, and everything after them moved. */
  function withRows(section: number, more: number): Uint8Array {
    const rowBytes = [12, 8, 28, 24, 20, 8, 20, 8, 16, 16, 1][section]!;
    const end = startOf(FILE, section + 1);
    const grown = Buffer.concat([
      FILE.subarray(0, end + Math.min(0, more) * rowBytes),
      Buffer.alloc(Math.max(0, more) * rowBytes),
      FILE.subarray(end),
    ]);
    return forged(new Uint8Array(grown), (bytes) => {
      bytes.setUint32(8, grown.length, true);
      bytes.setUint32(68 + 8 * section + 4, bytes.getUint32(68 + 8 * section + 4, true) + more, true);
      for (let next = section + 1; next < 11; next++) {
        bytes.setUint32(68 + 8 * next, bytes.getUint32(68 + 8 * next, true) + more * rowBytes, true);
      }
    });
  }
});

describe("a row that rots after the download counts as absent", () => {
  const hashOf = (text: string) => lookupHash(nodeHash, SMALL.lookupKey, text);
  /** The view, opened before the byte at `offset` of `section` turns to `value`. */
  function rotten(section: number, offset: number, ...values: number[]): SnapshotView {
    const flash = placed(FILE);
    const view = slotsOn(flash).open(1, SMALL.version);
    poke(flash, SLOT_BYTES + startOf(FILE, section) + offset, values);
    return view;
  }

  test("a bin", () => {
    expect(rotten(2, 12, 0x30).bin(0)).toBeUndefined();
    expect(rotten(2, 28 + 12, 0x80).bin(1)).toBeUndefined();
  });
  test("a key whose fob row is outside: it must not pass for a virtual one", () => {
    expect(rotten(3, 24 + 8, 9).keyById(20)).toBeUndefined();
    expect(rotten(4, 0, 0x80).keyById(20)).toBeUndefined();
  });
  test("a fob that points at another key, at no key, or at one without an id", () => {
    expect(rotten(4, 16, 0).keyByFob("012ABC")).toBeUndefined();
    expect(rotten(4, 16, 2).keyByFob("012ABC")).toBeUndefined();
    expect(rotten(4, 16, 3).keyByFob("012ABC")).toBeUndefined();
    expect(rotten(3, 24, 0).keyByFob("012ABC")).toBeUndefined();
  });
  test("an access", () => {
    expect(rotten(6, 12, 0xff, 0xff).access(100)).toBeUndefined();
    expect(rotten(6, 4, 0).access(100)).toBeUndefined();
    expect(rotten(6, 8, 0).access(100)).toBeUndefined();
  });
  test("an index row that points at somebody else's access, or outside", () => {
    expect(
      rotten(7, 4, 0)
        .accessesOf(1, 0, 32)
        .map(({ id }) => id),
    ).toEqual([200]);
    expect(
      rotten(7, 4, 3)
        .accessesOf(1, 0, 32)
        .map(({ id }) => id),
    ).toEqual([200]);
    expect(
      rotten(6, 20, 0, 0, 0, 0)
        .accessesOf(1, 0, 32)
        .map(({ id }) => id),
    ).toEqual([200]);
  });
  test("a code and a badge", () => {
    const [row, digits] = Buffer.compare(hashOf("123456"), hashOf("0000")) < 0 ? [0, "123456"] : [0, "0000"];
    expect(rotten(8, row + 10, 3).code(hashOf(digits))).toBeUndefined();
    expect(rotten(8, row + 12, 0).code(hashOf(digits))).toBeUndefined();
    const badge = Buffer.compare(hashOf("BADGE 1"), hashOf("BADGE 2")) < 0 ? "BADGE 1" : "BADGE 2";
    expect(rotten(9, 12, 0).badge(hashOf(badge))).toBeUndefined();
  });
  test("a name outside the strings, or not UTF-8, shows U+FFFD", () => {
    expect(rotten(5, 4, 1, 30).userName(1)).toBe("\ufffd");
    expect(rotten(5, 4, 65, 0).userName(1)).toBe("\ufffd");
    expect(rotten(10, 25, 0xff).userName(1)).toBe("\ufffdo");
  });
  test("opening refuses a rotten location", () => {
    const flash = placed(forged(FILE, (bytes) => bytes.setUint8(startOf(FILE, 0) + 8, 0)));
    expect(() => slotsOn(flash).open(1, 6)).toThrow(/^damaged: the location makes no sense$/);
    const offsets = placed(forged(FILE, (bytes) => bytes.setUint32(startOf(FILE, 1) + 8, 0, true)));
    expect(() => slotsOn(offsets).open(1, 6)).toThrow(/^damaged: the location's offsets make no sense$/);
  });
});

describe("whatever a slot holds", () => {
  /** Everything is asked of slot 1; nothing may be read outside it, and everything must answer within its bounds. */
  function survives(flash: NorFlash, version: number): void {
    forgetReads(flash);
    let outside = 0;
    flash.onOperation = ({ offset, byteLength }) => {
      if (offset < SLOT_BYTES || offset + byteLength > 2 * SLOT_BYTES) outside++;
    };
    const view = openOrRefuse(flash, version);
    if (view !== undefined) askEverything(view);
    expect(outside).toBe(0);
    // 8 ids with at most 3 pages of 32 accesses and a handful of searches of 24 probes each: far from a scan without end.
    expect(flash.reads).toBeLessThan(6_000);
  }

  test("a blank one and random ones are refused", () => {
    expect(() => slotsOn(makeFlash()).open(1, 6)).toThrow(/^truncated: the slot is blank$/);
    const random = new Random(11);
    for (let run = 0; run < 300; run++) {
      const flash = placed(random.bytes(2 * 4_096));
      expect(openOrRefuse(flash, 6)).toBeUndefined();
    }
  });

  test("random rows under a sound header are looked up without an error", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(0, 1, 2), (seed, kind) => {
        const random = new Random(seed);
        const model = randomModel(seed, { bins: 10, keys: 12, users: 10, accesses: 40 });
        const file = buildSnapshot(model);
        for (let at = 160 + 12; at < file.length; at++) {
          if (kind === 0) file[at] = random.int(256);
          if (kind === 1 && random.int(8) === 0) file[at] = random.int(4) === 0 ? 0xff : 0;
          if (kind === 2 && random.int(30) === 0) file[at]! ^= 1 << random.int(8);
        }
        survives(placed(file), model.version);
      }),
      { seed: 77, numRuns: 600 },
    );
  });

  test("forged section tables are refused or harmless", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new Random(seed);
        const file = forged(FILE, (bytes) => {
          for (let i = 1 + random.int(4); i > 0; i--) {
            const at = random.int(2) === 0 ? 8 : 68 + 4 * random.int(22);
            const value = random.pick([
              0,
              1,
              2,
              16,
              160,
              164,
              8_192,
              2 ** 31,
              2 ** 32 - 1,
              random.int(2 ** 32),
              random.int(700),
            ]);
            bytes.setUint32(at, value, true);
          }
        });
        survives(placed(file), SMALL.version);
      }),
      { seed: 78, numRuns: 3_000 },
    );
  });
});
