import { describe, expect, test } from "vitest";
import {
  JournalFaultError,
  JournalFullError,
  MAX_PAYLOAD,
  type Rank,
  ROOMS,
  type Room,
} from "../../firmware/journal/contract.js";
import { Journal } from "../../firmware/journal/journal.js";
import { encodeHeader } from "../../firmware/journal/sector-header.js";
import { crc32, crc32Word } from "../../hal/bytes/crc32.js";
import { EntropyError } from "../../hal/ports/entropy.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { Random } from "../../sim/world/random.js";
import {
  checkpointAsOf,
  fill,
  mount,
  newFlash,
  payloadFor,
  readAll,
  replayAll,
  SeededEntropy,
  SHAPES,
  type TrialEntry,
} from "./support.js";

const SMALL = { sectorBytes: 4096, sectors: 4, alignBytes: 4 };

function append(journal: Journal, count: number, rank: Rank = "vital", byteLength = 32): TrialEntry[] {
  return Array.from({ length: count }, () => {
    const payload = payloadFor(journal.nextSeq, byteLength);
    return { seq: journal.append(payload, rank), payload };
  });
}

test("crc32 gives the check value of IEEE 802.3 and goes on from a seed", () => {
  const bytes = Uint8Array.from("123456789", (digit) => digit.charCodeAt(0));
  expect(crc32(bytes)).toBe(0xcbf4_3926);
  expect(crc32(bytes, 4, 9, crc32(bytes, 0, 4))).toBe(0xcbf4_3926);
  expect(crc32(bytes, 3, 3)).toBe(0);
  expect(crc32Word(0x34333231)).toBe(crc32(bytes, 0, 4));
  expect(crc32Word(0x38373635, crc32Word(0x34333231))).toBe(crc32(bytes, 0, 8));
});

describe.each(SHAPES)("$sectors sectors of $sectorBytes aligned to $alignBytes", (shape) => {
  test("what was appended is there after a boot, through many turns of the ring", () => {
    const random = new Random(7);
    const flash = newFlash(shape);
    const turns = shape.sectorBytes > 16_384 ? 1.5 : 3;
    let journal = mount(flash);
    const written: TrialEntry[] = [];
    let oldest = 1;
    for (let bytes = 0; bytes < turns * flash.sizeBytes; ) {
      const entry = append(journal, 1, "vital", 1 + random.int(MAX_PAYLOAD))[0]!;
      written.push(entry);
      bytes += entry.payload.length + 7;
      if (random.int(60) === 0) journal = mount(flash);
      journal.acknowledge(journal.nextSeq - 5);
      oldest = journal.oldestSeq;
    }
    journal = mount(flash);
    expect(journal.nextSeq).toBe(written.length + 1);
    expect(journal.oldestSeq).toBe(oldest);
    expect(journal.skippedPlaces).toBe(0);
    expect(readAll(journal)).toEqual(written.slice(oldest - 1));
    expect(readAll(journal, journal.nextSeq - 3)).toEqual(written.slice(-3));
    const wear = [...flash.eraseCounts];
    expect(Math.max(...wear) - Math.min(...wear)).toBeLessThanOrEqual(1);
    expect(flash.overProgrammed).toBe(0);
  });
});

describe("the life of a journal", () => {
  test("blank flash is an empty journal without an epoch, and mounting or reading it writes nothing", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    expect(journal.epoch).toBeUndefined();
    expect([journal.nextSeq, journal.oldestSeq, journal.room, journal.skippedPlaces]).toEqual([1, 1, "all", 0]);
    expect(readAll(journal)).toEqual([]);
    expect(replayAll(journal)).toEqual({ checkpoint: [], records: [], missing: [] });
    expect(flash.programs + flash.erases).toBe(0);
  });

  test("the epoch is drawn with the first record and stays", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash, 1, 42);
    journal.append(Uint8Array.of(1), "vital");
    expect(journal.epoch).toEqual(new Random(42).bytes(8));
    expect(mount(flash, 1, 43).epoch).toEqual(journal.epoch);
  });

  test("without entropy the first record is refused and nothing is written", () => {
    const flash = newFlash(SMALL);
    const entropy = new SeededEntropy(1);
    entropy.broken = true;
    const journal = Journal.mount({ flash, entropy, owner: { checkpoint: () => [] } });
    expect(() => journal.append(Uint8Array.of(1), "vital")).toThrow(EntropyError);
    expect([journal.nextSeq, journal.epoch, flash.programs, flash.erases]).toEqual([1, undefined, 0, 0]);
    entropy.broken = false;
    expect(journal.append(Uint8Array.of(1), "vital")).toBe(1);
  });

  test("replay gives the newest checkpoint and what came after it, from one sector", () => {
    const flash = newFlash(SMALL);
    const written = append(mount(flash), 150);
    const journal = mount(flash);
    flash.bytesRead = 0;
    const { checkpoint, records } = replayAll(journal);
    const asOf = records[0]!.seq - 1;
    expect(asOf).toBeGreaterThan(50);
    expect(checkpoint).toEqual(checkpointAsOf(asOf, 3));
    expect(records).toEqual(written.slice(asOf));
    expect(flash.bytesRead).toBeLessThan(2 * 4096);
  });

  test("a cursor stays right while records are appended and sectors are reclaimed", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    const cursor = journal.read(1);
    expect(cursor.next()).toBeUndefined();
    append(journal, 3);
    expect([1, 2, 3].map(() => cursor.next()?.seq)).toEqual([1, 2, 3]);
    expect(cursor.next()).toBeUndefined();
    for (let i = 0; i < 500; i++) {
      append(journal, 1);
      journal.acknowledge(journal.nextSeq - 1);
    }
    expect(cursor.next()?.seq).toBe(journal.oldestSeq);
    expect(journal.oldestSeq).toBeGreaterThan(150);
  });

  test("sequence numbers pass 2^32 and 2^15 without a break", () => {
    const firstSeq = 2 ** 32 - 50;
    const flash = newFlash(SMALL);
    flash.program(0, encodeHeader({ epoch: new Uint8Array(8), counter: 9, firstSeq, vitalBefore: 1 }, 2));
    const opened = mount(flash);
    expect(opened.epoch).toBeUndefined();
    const image = sectorWithEnd(firstSeq);
    flash.load(image);
    const journal = mount(flash);
    expect(journal.nextSeq).toBe(firstSeq);
    const written = append(journal, 200);
    expect(written.at(-1)!.seq).toBe(2 ** 32 + 149);
    const again = mount(flash);
    expect(again.nextSeq).toBe(2 ** 32 + 150);
    expect(readAll(again)).toEqual(written);
    expect(readAll(again, 2 ** 32 + 100)).toEqual(written.slice(150));
  });

  /** A journal whose first sector starts at `firstSeq`: made by copying an opened sector's checkpoint end. */
  function sectorWithEnd(firstSeq: number): Uint8Array {
    const bytes = encodeHeader({ epoch: new Uint8Array(8).fill(3), counter: 1, firstSeq, vitalBefore: 0 }, 2);
    const image = new Uint8Array(4 * 4096).fill(0xff);
    image.set(bytes);
    image.set(bytes, 32);
    const view = new DataView(image.buffer);
    const tag = ((firstSeq - 1) % 2 ** 15) | 0x8000;
    image.set([2, tag & 255, tag >>> 8, 0, 0], 64);
    const tied = new Uint8Array(8);
    new DataView(tied.buffer).setUint32(0, view.getUint32(28, true), true);
    new DataView(tied.buffer).setUint32(4, 64, true);
    view.setUint32(69, crc32(image, 64, 69, crc32(tied)), true);
    return image;
  }

  test("of two epochs the one with the higher ring counter is the journal; the other is reclaimed", () => {
    const old = newFlash(SMALL);
    append(mount(old, 1, 1), 250);
    const image = old.image();
    const bytes = encodeHeader({ epoch: new Uint8Array(8), counter: 77, firstSeq: 5, vitalBefore: 0 }, 3);
    // Sound, of another alignment, with a higher counter: not ours, but no counter is ever used twice.
    image.set(bytes, 3 * 4096);
    image.set(bytes, 3 * 4096 + 32);
    const flash = newFlash(SMALL, 1, image);
    const journal = mount(flash);
    expect(journal.nextSeq).toBe(251);
    expect(journal.report.foreignSectors).toBe(1);

    const own = newFlash(SMALL);
    append(mount(own, 1, 2), 450 - 100);
    const mixed = newFlash(SMALL, 1, own.image());
    const mixedImage = mixed.image();
    mixedImage.set(image.subarray(0, 4096), 0);
    mixed.load(mixedImage);
    const both = mount(mixed);
    const epochOfOwn = mount(own).epoch;
    expect(both.epoch).toEqual(epochOfOwn);
    expect(both.report.foreignSectors).toBe(1);
    expect(both.nextSeq).toBe(mount(own).nextSeq);
    const cursorSeqs = readAll(both).map((entry) => entry.seq);
    expect(cursorSeqs[0]).toBeGreaterThan(1);
    both.acknowledge(both.nextSeq - 1);
    append(both, 200);
    expect(mount(mixed).report.foreignSectors).toBe(0);
  });

  test("a journal of another alignment is left alone until its turn, and its counters are not used again", () => {
    const flash = newFlash(SMALL);
    const bytes = encodeHeader({ epoch: new Uint8Array(8), counter: 77, firstSeq: 5, vitalBefore: 0 }, 5);
    flash.program(0, bytes);
    const journal = mount(flash);
    expect([journal.epoch, journal.nextSeq]).toEqual([undefined, 1]);
    append(journal, 1);
    expect(new DataView(flash.image().buffer).getUint32(4096 + 13, true)).toBe(78);
  });
});

describe("space", () => {
  test.each([4, 5, 8, 16, 64])(
    "%i sectors: ranks give way in their order, and come back with the cloud's acks",
    (sectors) => {
      const flash = newFlash({ ...SMALL, sectors });
      const journal = mount(flash);
      const seen: Room[] = [journal.room];
      while (journal.room !== "none") {
        append(journal, 1, "vital");
        if (journal.nextSeq > 60_000) throw new Error("never full");
        if (journal.room !== seen.at(-1)) seen.push(journal.room);
      }
      expect(seen).toEqual(ROOMS.filter((room) => room !== "vital-only" || sectors >= 16));
      expect(() => journal.append(Uint8Array.of(1), "diagnostic")).toThrow(JournalFullError);
      expect(() => journal.append(Uint8Array.of(1), "pickup")).toThrow(JournalFullError);
      fill(journal, "vital");
      const next = journal.nextSeq;
      expect(() => append(journal, 1, "vital", 200)).toThrow(JournalFullError);
      expect(journal.nextSeq).toBe(next);
      expect(readAll(journal).length).toBe(next - 1);
      let rank = ROOMS.length - 1;
      for (let seq = 1; seq < next; seq++) {
        journal.acknowledge(seq);
        expect(ROOMS.indexOf(journal.room)).toBeLessThanOrEqual(rank);
        rank = ROOMS.indexOf(journal.room);
      }
      expect(rank).toBe(0);
      append(journal, 1, "diagnostic");
    },
  );

  test("diagnostics stop, then pickups, then drop-offs, and a reserve is left for what is vital", () => {
    const journal = mount(newFlash({ ...SMALL, sectors: 16 }));
    while (journal.room === "all") append(journal, 1, "vital");
    expect(journal.room).toBe("no-diagnostics");
    expect(() => append(journal, 1, "diagnostic")).toThrow(JournalFullError);
    expect(fill(journal, "pickup")).toBeGreaterThan(10);
    expect(journal.room).toBe("no-pickups");
    expect(fill(journal, "dropoff")).toBeGreaterThan(10);
    expect(journal.room).toBe("vital-only");
    expect(fill(journal, "vital")).toBeGreaterThanOrEqual(40);
    expect(readAll(journal)[0]!.seq).toBe(1);
  });

  test("diagnostics that nobody acknowledged are given up, and that shows", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    append(journal, 1000, "diagnostic");
    expect(journal.acknowledged).toBe(0);
    expect(journal.oldestSeq).toBeGreaterThan(500);
    expect(journal.room).toBe("all");
    expect(readAll(mount(flash))[0]!.seq).toBe(journal.oldestSeq);
  });

  test("a vital record keeps its sector and those behind it, also after a boot that knows of no acks", () => {
    const flash = newFlash(SMALL);
    const first = mount(flash);
    append(first, 1, "vital");
    append(first, 150, "diagnostic");
    const journal = mount(flash);
    fill(journal, "pickup");
    expect(readAll(journal)[0]!.seq).toBe(1);
    journal.acknowledge(1);
    expect(journal.room).not.toBe("no-pickups");
  });

  test("acknowledgements never go back and never run ahead", () => {
    const journal = mount(newFlash(SMALL));
    append(journal, 10);
    journal.acknowledge(7);
    journal.acknowledge(3);
    journal.acknowledge(11);
    expect(journal.acknowledged).toBe(7);
  });

  test("the oldest record is found in one turn of the ring, however often it has turned since the boot", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    for (let i = 0; i < 3000; i++) journal.acknowledge(append(journal, 1)[0]!.seq);
    const erases = flash.erases;
    while (flash.erases === erases) append(journal, 1);
    flash.reads = 0;
    expect(journal.oldestSeq).toBeGreaterThan(2000);
    expect(flash.reads).toBeLessThanOrEqual(2 * SMALL.sectors);
  });

  test("asking for room reads no flash once it is known", () => {
    const flash = newFlash({ ...SMALL, sectors: 64 });
    append(mount(flash), 3000);
    const journal = mount(flash);
    expect(journal.room).toBe("all");
    flash.reads = 0;
    for (let i = 0; i < 100; i++) expect(journal.room).toBe("all");
    expect(flash.reads).toBe(0);
  });

  test.each([
    ["over half a sector", Array(9).fill(new Uint8Array(240)), JournalFullError],
    ["with a piece that fits no frame", [new Uint8Array(241)], RangeError],
    ["with an empty piece", [new Uint8Array(0)], RangeError],
  ])("a checkpoint %s is refused before anything is written", (_, pieces: Uint8Array[], error) => {
    const flash = newFlash(SMALL);
    const journal = Journal.mount({ flash, entropy: new SeededEntropy(1), owner: { checkpoint: () => pieces } });
    expect(() => journal.append(Uint8Array.of(1), "vital")).toThrow(error);
    expect(flash.programs + flash.erases).toBe(0);
  });

  test("a checkpoint that grows too large refuses at the sector's end, and goes on when it is small again", () => {
    const flash = newFlash(SMALL);
    let pieces: Uint8Array[] = [];
    const journal = Journal.mount({ flash, entropy: new SeededEntropy(1), owner: { checkpoint: () => pieces } });
    journal.append(payloadFor(1, 32), "vital");
    pieces = Array(9).fill(new Uint8Array(240));
    const taken = fill(journal, "vital");
    expect(taken).toBeGreaterThan(90);
    pieces = [];
    expect(journal.append(payloadFor(1, 32), "vital")).toBe(taken + 2);
    expect(readAll(mount(flash)).length).toBe(taken + 2);
  });

  test("payloads of no bytes or too many are refused", () => {
    const journal = mount(newFlash(SMALL));
    expect(() => journal.append(new Uint8Array(0), "vital")).toThrow(RangeError);
    expect(() => journal.append(new Uint8Array(MAX_PAYLOAD + 1), "vital")).toThrow(RangeError);
    expect(journal.nextSeq).toBe(1);
  });

  test("partitions that no journal fits are refused", () => {
    const bad = [
      { sizeBytes: 3 * 4096, sectorBytes: 4096, alignBytes: 4 },
      { sizeBytes: 8 * 2048, sectorBytes: 2048, alignBytes: 4 },
      { sizeBytes: 8 * 4096, sectorBytes: 4096, alignBytes: 64 },
    ];
    for (const options of bad) expect(() => mount(new NorFlash(options))).toThrow(RangeError);
  });

  test("at the end of the sequence numbers and of the ring counters it stops", () => {
    const flash = newFlash(SMALL);
    flash.program(0, encodeHeader({ epoch: new Uint8Array(8), counter: 0xffff_fffe, firstSeq: 1, vitalBefore: 0 }, 5));
    expect(() => mount(flash).append(Uint8Array.of(1), "vital")).toThrow(JournalFaultError);
  });
});

describe("figures", () => {
  test("1 MiB in sectors of 4 KiB takes 20,000 records of 32 bytes, at 48 bytes a record; the mount reads 24 KiB at most", () => {
    const flash = newFlash({ sectorBytes: 4096, sectors: 256, alignBytes: 4 });
    // With a checkpoint of 400 bytes in 5 pieces.
    const journal = mount(flash, 5);
    const count = fill(journal, "vital");
    expect(count).toBeGreaterThanOrEqual(20_000);
    expect(flash.bytesProgrammed / count).toBeLessThanOrEqual(48);
    expect(count / flash.erases).toBeGreaterThanOrEqual(80);
    flash.bytesRead = 0;
    const mounted = mount(flash, 5);
    expect(flash.bytesRead).toBeLessThanOrEqual(24 * 1024);
    expect(mounted.nextSeq).toBe(count + 1);
    expect(readAll(mounted, count - 1).map((entry) => entry.seq)).toEqual([count - 1, count]);
    flash.bytesRead = 0;
    replayAll(mounted);
    expect(flash.bytesRead).toBeLessThanOrEqual(2 * 4096);
  });
});
