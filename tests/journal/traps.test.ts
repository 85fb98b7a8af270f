import { describe, expect, test, vi } from "vitest";
import { JournalFullError } from "../../firmware/journal/contract.js";
import { encodeHeader } from "../../firmware/journal/sector-header.js";
import { EmergencyTarget, Kind, PowerEvent } from "../../firmware/records/records.js";
import { WriteRefused } from "../../firmware/state/ledger.js";
import { crc32 } from "../../hal/bytes/crc32.js";
import type { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { Random } from "../../sim/world/random.js";
import { LedgerBench } from "../support/ledger-bench.js";
import { mount, newFlash, payloadFor, readAll, replayAll, type TrialEntry } from "./support.js";

vi.setConfig({ testTimeout: 60_000 });

/** What users of other small logs ran into: one test each. */

const SMALL = { sectorBytes: 4096, sectors: 4, alignBytes: 1 };

function filled(flash: NorFlash, count: number): TrialEntry[] {
  const journal = mount(flash);
  return Array.from({ length: count }, () => {
    journal.acknowledge(journal.nextSeq - 1);
    const payload = payloadFor(journal.nextSeq, 32);
    return { seq: journal.append(payload, "vital"), payload };
  });
}

test("FlashDB #383: a bad header formats nothing; its sector's records are passed over, all others stay", () => {
  for (let victim = 0; victim < 3; victim++) {
    const flash = newFlash(SMALL);
    const written = filled(flash, 250);
    const before = readAll(mount(flash));
    expect(before).toEqual(written);
    for (let at = 0; at < 64; at++) flash.flipBits(victim * 4096 + at, 0x55);
    const image = flash.image();
    const journal = mount(flash);
    const kept = readAll(journal);
    replayAll(journal);
    expect(flash.image()).toEqual(image);
    expect(journal.report.damagedHeaders).toBe(1);
    expect(kept.length).toBeGreaterThan(100);
    for (const entry of kept) expect(entry).toEqual(written[entry.seq - 1]);
    // The first append repairs the head and erases nothing either.
    const erases = flash.erases;
    journal.append(payloadFor(1, 9), "vital");
    expect(flash.erases).toBe(erases);
  }
});

test("zephyr #28695: a torn length byte, whatever it reads as, hides no record and is not appended over", () => {
  for (const alignBytes of [1, 16]) {
    const base = newFlash({ ...SMALL, alignBytes });
    const written = filled(base, 20);
    const probe = base.clone(1);
    let place = 0;
    probe.onOperation = ({ kind, offset }) => {
      if (kind === "program") place = Math.max(place, offset);
    };
    mount(probe).append(Uint8Array.of(1), "vital");
    const end = base.image().findLastIndex((byte, at) => byte !== 0xff && at < place) + 1;
    const torn = Math.ceil(end / alignBytes) * alignBytes;
    for (let length = 0; length < 256; length++) {
      const flash = base.clone(length);
      flash.program(torn, new Uint8Array(alignBytes).fill(0xff).fill(length, 0, 1));
      const journal = mount(flash);
      expect(readAll(journal)).toEqual(written);
      const payload = payloadFor(length, 40);
      expect(journal.append(payload, "vital")).toBe(21);
      expect(readAll(mount(flash))).toEqual([...written, { seq: 21, payload }]);
      expect(flash.overProgrammed).toBe(0);
    }
  }
});

describe("zephyr #84874: 300 cuts in a row wrap no counter", () => {
  test.each([
    ["at the first operation of every boot", 1],
    ["in the erase or header of a sector being opened", 4],
    ["in its checkpoint", 9],
  ])("%s", (_, within) => {
    const flash = newFlash(SMALL);
    const written = filled(flash, 96);
    const random = new Random(within);
    for (let cut = 0; cut < 300; cut++) {
      flash.planCut({ operation: 1 + random.int(within), at: "scattered" });
      const journal = mount(flash);
      expect(readAll(journal, 90).slice(0, 7)).toEqual(written.slice(89));
      expect(() => {
        for (;;) journal.append(payloadFor(journal.nextSeq, 240), "vital");
      }).toThrow(PowerCut);
      flash.powerOn();
      const after = mount(flash);
      after.acknowledge(after.nextSeq - 1);
      expect(readAll(after, 1).length).toBeGreaterThan(0);
      expect(after.nextSeq).toBeGreaterThanOrEqual(97);
    }
    expect([flash.overProgrammed, flash.overUnstable]).toEqual([0, 0]);
    const journal = mount(flash);
    const seq = journal.append(payloadFor(7, 30), "vital");
    expect(readAll(mount(flash), seq)).toEqual([{ seq, payload: payloadFor(7, 30) }]);
  });
});

describe("zephyr #80835: whatever is on flash, a boot ends, and soon", () => {
  /** Headers, and four sectors: each looked through for its checkpoint and then read, through a window that may overlap itself. */
  const mostBytes = (flash: NorFlash) => 3 * 32 * (flash.sizeBytes / flash.sectorBytes) + 4 * 2 * 2 * flash.sectorBytes;

  test("random content, with and without sound headers over it", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      const alignBytes = random.pick([1, 4, 32]);
      const flash = newFlash({ sectorBytes: 4096, sectors: 16, alignBytes }, seed);
      const image = random.bytes(flash.sizeBytes);
      const epoch = new Uint8Array(8).fill(seed % 3);
      for (let sector = 0; seed % 2 === 0 && sector < 16; sector++) {
        const header = { epoch, counter: 1 + random.int(40), firstSeq: 1 + random.int(1000), vitalBefore: 0 };
        // Most in their turn, so that there is a ring to walk; some anywhere.
        const counter = random.int(4) === 0 ? header.counter : 17 + sector;
        const bytes = encodeHeader({ ...header, counter }, Math.log2(alignBytes));
        image.set(bytes, sector * 4096);
        if (random.int(2) === 0) plausibleGarbage(image, sector * 4096, random);
      }
      flash.load(image);
      const journal = mount(flash);
      expect(flash.bytesRead).toBeLessThanOrEqual(mostBytes(flash));
      flash.bytesRead = 0;
      replayAll(journal);
      expect(flash.bytesRead).toBeLessThanOrEqual(mostBytes(flash));
      readAll(journal);
      journal.acknowledge(journal.nextSeq - 1);
      try {
        journal.append(Uint8Array.of(1), "vital");
      } catch (error) {
        expect(error).toBeInstanceOf(JournalFullError);
      }
    }
  });

  /** Lengths and tags that could be frames', so that every place costs a CRC. */
  function plausibleGarbage(image: Uint8Array, start: number, random: Random): void {
    for (let at = 64; at < 4096 - 3; at++) image[start + at] = at % 3 === 0 ? 200 + random.int(40) : random.int(2);
  }

  test("after any one cut, mount and replay read headers and two sectors at most; without a cut, one", () => {
    const base = newFlash({ sectorBytes: 4096, sectors: 16, alignBytes: 4 });
    filled(base, 700);
    const headersBytes = 16 * 32;
    const reading = (flash: NorFlash) => {
      const touched = new Set<number>();
      flash.onOperation = ({ kind, offset, byteLength }) => {
        if (kind === "read" && byteLength > 32) touched.add(Math.floor(offset / 4096));
      };
      flash.bytesRead = 0;
      replayAll(mount(flash));
      return { sectors: touched.size, bytes: flash.bytesRead };
    };
    const calm = reading(base.clone(1));
    expect(calm.sectors).toBe(1);
    expect(calm.bytes).toBeLessThanOrEqual(headersBytes + 3 * 4096);
    let most = 0;
    for (let operation = 1; operation < 120; operation++) {
      const flash = base.clone(operation);
      const journal = mount(flash);
      flash.planCut({ operation, at: "scattered" });
      expect(() => {
        for (;;) journal.append(payloadFor(journal.nextSeq, 60), "vital");
      }).toThrow(PowerCut);
      flash.powerOn();
      most = Math.max(most, reading(flash).sectors);
    }
    expect(most).toBe(2);
  });

  test("damage costs a sector more for each checkpoint that it took, four at most, headers apart", () => {
    for (let damaged = 0; damaged <= 8; damaged++) {
      const flash = newFlash({ sectorBytes: 4096, sectors: 16, alignBytes: 4 });
      filled(flash, 900);
      const counters = Array.from({ length: 16 }, (_, sector) => {
        const view = new DataView(flash.image().buffer, sector * 4096);
        return { sector, counter: view.getUint8(0) === 0x53 ? view.getUint32(13, true) : 0 };
      });
      counters.sort((a, b) => b.counter - a.counter);
      for (const { sector } of counters.slice(0, damaged)) flash.flipBits(sector * 4096 + 70, 1);
      const touched = new Set<number>();
      flash.onOperation = ({ kind, offset, byteLength }) => {
        if (kind === "read" && byteLength > 32) touched.add(Math.floor(offset / 4096));
      };
      const journal = mount(flash);
      replayAll(journal);
      expect(touched.size).toBe(Math.min(4, 1 + damaged));
      expect(journal.report.checkpointLost).toBe(damaged >= 4);
    }
  });
});

describe("esp-idf #4968: in a brown-out nothing is written", () => {
  test("on battery under the threshold a record is refused with its reason, and the flash is not touched", () => {
    const bench = new LedgerBench();
    bench.mains = false;
    bench.millivolts = 3_299;
    const touched = () => bench.flash.programs + bench.flash.erases;
    const before = touched();
    const body = { kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 1, bin: 3 } as const;
    expect(() => bench.ledger.write(body, "vital")).toThrow(WriteRefused);
    expect(bench.ledger.refusal("vital")).toBe("battery-empty");
    bench.ledger.note({ kind: Kind.power, event: PowerEvent.brownOut });
    bench.reboot();
    expect(touched()).toBe(before);
    bench.millivolts = 3_300;
    bench.ledger.write(body, "vital");
    bench.mains = true;
    bench.millivolts = 3_000;
    bench.ledger.write({ ...body, bin: 4 }, "vital");
    expect(touched()).toBeGreaterThan(before);
  });

  test("a supply that sags while it writes, so that the part ignores or garbles programs, costs no promised record", () => {
    for (const fault of ["program-ignored", "program-error"] as const) {
      const flash = newFlash(SMALL);
      const written = filled(flash, 50);
      const journal = mount(flash);
      for (let sector = 0; sector < 4; sector++) flash.setFault(sector, fault);
      expect(() => journal.append(payloadFor(51, 32), "vital")).toThrow();
      for (let sector = 0; sector < 4; sector++) flash.setFault(sector, undefined);
      expect(readAll(mount(flash), 1).slice(-50)).toEqual(written);
    }
  });
});

describe("a journal whose end is damaged", () => {
  test("gives the last number again, unless the cloud says that it has it: then it goes on behind it", () => {
    const flash = newFlash({ ...SMALL, alignBytes: 4 });
    const written = filled(flash, 40);
    flash.flipBits(
      flash.image().findLastIndex((byte) => byte !== 0xff),
      1,
    );
    const journal = mount(flash);
    expect(journal.nextSeq).toBe(40);
    expect(journal.skippedPlaces).toBe(1);
    expect(journal.continueAfter(40)).toBe(true);
    journal.acknowledge(40);
    expect(journal.acknowledged).toBe(40);
    expect(journal.append(payloadFor(41, 9), "vital")).toBe(41);
    expect(readAll(mount(flash)).map(({ seq }) => seq)).toEqual([...written.slice(0, 39).map(({ seq }) => seq), 41]);
  });

  test("what it has already changes nothing; a whole journal ahead and no farther; far ahead takes a new sector", () => {
    const flash = newFlash(SMALL);
    filled(flash, 40);
    const journal = mount(flash);
    expect(journal.continueAfter(20)).toBe(true);
    expect(journal.nextSeq).toBe(41);
    const whole = 4 * 512;
    expect(journal.continueAfter(41 + whole + 1)).toBe(false);
    expect(journal.continueAfter(2 ** 53)).toBe(false);
    expect(journal.nextSeq).toBe(41);
    const erases = flash.erases;
    expect(journal.continueAfter(41 + whole)).toBe(true);
    expect(journal.append(Uint8Array.of(1), "vital")).toBe(42 + whole);
    expect(flash.erases).toBe(erases + 1);
    const again = mount(flash);
    expect(again.nextSeq).toBe(43 + whole);
    expect(readAll(again).length).toBe(41);
    expect(replayAll(again).records.map(({ seq }) => seq)).toEqual([42 + whole]);
  });

  test("within a sector's worth it stays in its sector, at the edge too", () => {
    for (const [ahead, opened] of [
      [512, 0],
      [513, 1],
    ] as const) {
      const flash = newFlash(SMALL);
      mount(flash).append(Uint8Array.of(1), "vital");
      const journal = mount(flash);
      const erases = flash.erases;
      journal.continueAfter(ahead);
      expect(journal.append(Uint8Array.of(2), "vital")).toBe(ahead + 1);
      expect(flash.erases - erases).toBe(opened);
      expect(readAll(mount(flash)).map(({ seq }) => seq)).toEqual([1, ahead + 1]);
    }
  });
});

test("at the last sequence number below 2^53 - 1 the journal refuses with a sentence, and stays readable", () => {
  const flash = newFlash({ ...SMALL, alignBytes: 4 });
  const firstSeq = Number.MAX_SAFE_INTEGER - 2;
  flash.load(openedAt(firstSeq, flash.sizeBytes));
  const journal = mount(flash);
  expect(journal.append(Uint8Array.of(1), "vital")).toBe(firstSeq);
  expect(journal.append(Uint8Array.of(2), "vital")).toBe(firstSeq + 1);
  const programs = flash.programs;
  expect(() => journal.append(Uint8Array.of(3), "vital")).toThrow("the sequence numbers are used up");
  expect(flash.programs).toBe(programs);
  expect(readAll(mount(flash)).map(({ seq }) => seq)).toEqual([firstSeq, firstSeq + 1]);
});

/** A partition whose first sector was opened with an empty checkpoint at `firstSeq`. */
function openedAt(firstSeq: number, sizeBytes: number): Uint8Array {
  const header = encodeHeader({ epoch: new Uint8Array(8).fill(3), counter: 1, firstSeq, vitalBefore: 0 }, 2);
  const image = new Uint8Array(sizeBytes).fill(0xff);
  image.set(header);
  image.set(header, 32);
  const tag = ((firstSeq - 1) % 2 ** 15) | 0x8000;
  image.set([2, tag & 255, tag >>> 8, 0, 0], 64);
  const view = new DataView(image.buffer);
  const tied = new DataView(new ArrayBuffer(8));
  tied.setUint32(0, view.getUint32(28, true), true);
  tied.setUint32(4, 64, true);
  view.setUint32(69, crc32(image, 64, 69, crc32(new Uint8Array(tied.buffer))), true);
  return image;
}

test("a last frame that boot found whole and that reads as blank ever after is still there: it is served from RAM", () => {
  const flash = newFlash(SMALL);
  const earlier = filled(flash, 5);
  const start = endOfContent(flash);
  const last = { seq: 6, payload: payloadFor(6, 32) };
  mount(flash).append(last.payload, "vital");
  const end = endOfContent(flash);
  const journal = mount(flash);
  const read = flash.read.bind(flash);
  flash.read = (offset, into) => {
    read(offset, into);
    for (let i = 0; i < into.length; i++) if (offset + i >= start && offset + i < end) into[i] = 0xff;
  };
  expect(readAll(journal).map(({ seq }) => seq)).toEqual([...earlier, last].map(({ seq }) => seq));
});

/** Behind the last byte that is not blank. */
function endOfContent(flash: NorFlash): number {
  const image = flash.image();
  let end = image.length;
  while (image[end - 1] === 0xff) end--;
  return end;
}
