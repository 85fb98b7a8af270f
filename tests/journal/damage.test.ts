import { describe, expect, test } from "vitest";
import { JournalFaultError } from "../../firmware/journal/contract.js";
import type { Journal } from "../../firmware/journal/journal.js";
import { encodeHeader } from "../../firmware/journal/sector-header.js";
import type { NorFlash, SectorFault } from "../../sim/world/devices/nor-flash.js";
import { Random } from "../../sim/world/random.js";
import {
  appendUntil,
  mount,
  newFlash,
  payloadFor,
  permutation,
  readAll,
  replayAll,
  SHAPES,
  sameBytes,
  type TrialEntry,
} from "./support.js";

const SMALL = { sectorBytes: 4096, sectors: 4, alignBytes: 4 };

function filled(flash: NorFlash, count: number): TrialEntry[] {
  const journal = mount(flash);
  return Array.from({ length: count }, () => {
    const payload = payloadFor(journal.nextSeq, 32);
    journal.acknowledge(journal.nextSeq - 100);
    return { seq: journal.append(payload, "vital"), payload };
  });
}

/** Uses a journal in every way and sees that it goes on. */
function useAll(flash: NorFlash): void {
  const journal = mount(flash);
  readAll(journal);
  replayAll(journal);
  journal.acknowledge(journal.nextSeq - 1);
  const payload = payloadFor(journal.nextSeq, 32);
  const seq = journal.append(payload, "vital");
  const again = readAll(mount(flash), seq);
  expect(again).toEqual([{ seq, payload }]);
}

describe.each(SHAPES)("any content boots: $sectors sectors of $sectorBytes aligned to $alignBytes", (shape) => {
  test.each(["random", "zeros", "ones", "half blank", "half erased"])("%s", (content) => {
    const random = new Random(shape.alignBytes);
    const flash = newFlash(shape);
    const image = random.bytes(flash.sizeBytes);
    if (content === "zeros") image.fill(0);
    if (content === "ones") image.fill(0xff);
    if (content === "half blank") image.fill(0xff, image.length / 2);
    if (content === "half erased") for (let i = 0; i < image.length; i++) image[i]! |= random.int(256);
    flash.load(image);
    const journal = mount(flash);
    expect([journal.epoch, journal.nextSeq, journal.room]).toEqual([undefined, 1, "all"]);
    expect(journal.skippedPlaces > 0).toBe(content !== "ones");
    expect(flash.programs + flash.erases).toBe(0);
    useAll(flash);
  });
});

test("a sound head sector full of garbage is walked through and used again", () => {
  const random = new Random(3);
  const flash = newFlash(SMALL);
  filled(flash, 150);
  const image = flash.image();
  image.set(random.bytes(4096 - 700), 4096 + 700);
  flash.load(image);
  const journal = mount(flash);
  expect(journal.report.damagedPlaces).toBeGreaterThan(0);
  useAll(flash);
});

describe("flipped bits", () => {
  test("one bit costs at most the record that it hits", () => {
    const base = newFlash(SMALL);
    const written = filled(base, 330);
    const whole = readAll(mount(base));
    const random = new Random(11);
    for (let round = 0; round < 700; round++) {
      const offset = random.int(base.sizeBytes);
      permutation(`flip-${round}`, () => {
        const flash = base.clone(round);
        flash.flipBits(offset, 1 << random.int(8));
        const journal = mount(flash);
        const found = readAll(journal);
        expect(found.length).toBeGreaterThanOrEqual(whole.length - 1);
        for (const entry of found)
          if (!sameBytes(entry.payload, written[entry.seq - 1]!.payload)) throw new Error("altered");
        replayAll(journal);
        expect(journal.report.checkpointLost).toBe(false);
        useAll(flash);
      });
    }
  });

  test("a damaged checkpoint is replaced by the one before and all records since, and written anew at once", () => {
    const flash = newFlash(SMALL);
    const written = filled(flash, 150);
    const headStart = headOf(flash);
    flash.flipBits(headStart + 70, 0x10);
    const journal = mount(flash);
    const { records, checkpoint } = replayAll(journal);
    expect(checkpoint.length).toBe(3);
    expect(records).toEqual(written);
    const erases = flash.erases;
    journal.append(payloadFor(151, 32), "vital");
    expect(flash.erases).toBe(erases + 1);
    expect(replayAll(mount(flash)).records.map((record) => record.seq)).toEqual([151]);
  });

  test("a replay tells of the records that damage took from the head, and where, the first of all too", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    const places: number[] = [];
    for (let seq = 1; seq <= 6; seq++) {
      flash.onOperation = ({ kind, offset, byteLength }) => {
        if (kind === "program" && byteLength > 4) places[seq] = offset;
      };
      journal.append(payloadFor(seq, 32), "vital");
    }
    flash.onOperation = undefined;
    expect(replayAll(mount(flash)).missing).toEqual([]);
    for (const seq of [1, 3, 4]) flash.flipBits(places[seq]! + 4, 0x10);
    const { missing, records } = replayAll(mount(flash));
    expect(records.map(({ seq }) => seq)).toEqual([2, 5, 6]);
    expect(missing).toEqual([
      { through: 1, count: 1 },
      { through: 4, count: 2 },
    ]);
  });

  test("with every checkpoint damaged the records that are left are told, and that the rest is lost", () => {
    const flash = newFlash(SMALL);
    filled(flash, 500);
    for (let sector = 0; sector < 4; sector++) flash.flipBits(sector * 4096 + 70, 0x10);
    const journal = mount(flash);
    const { records, checkpoint, missing } = replayAll(journal);
    expect(checkpoint).toEqual([]);
    expect(missing).toEqual([{ through: records[0]!.seq - 1, count: records[0]!.seq - 1 }]);
    expect(journal.report.checkpointLost).toBe(true);
    expect(records.at(-1)!.seq).toBe(500);
    journal.acknowledge(500);
    journal.append(payloadFor(501, 32), "vital");
    const healed = mount(flash);
    replayAll(healed);
    expect(healed.report.checkpointLost).toBe(false);
  });

  test("with a damaged checkpoint and no sector free, vital records still go into the head", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    appendUntil(journal, "no-pickups");
    const last = journal.nextSeq;
    flash.flipBits(headOf(flash) + 70, 0x10);
    expect(mount(flash).append(payloadFor(last, 32), "vital")).toBe(last);
    expect(readAll(mount(flash)).length).toBe(last);
  });
});

test("with a damaged checkpoint and no free sector that works, records still go into the head, and one try is made a boot", () => {
  const flash = newFlash(SMALL);
  const journal = mount(flash);
  appendUntil(journal, "no-diagnostics");
  const next = journal.nextSeq;
  const head = headOf(flash);
  flash.flipBits(head + 70, 0x10);
  flash.setFault((head / 4096 + 1) % 4, "erase-error");
  const again = mount(flash);
  again.append(payloadFor(next, 32), "pickup");
  again.append(payloadFor(next + 1, 32), "vital");
  expect(again.report.failedSectors).toBe(1);
  flash.setFault((head / 4096 + 1) % 4, undefined);
  expect(readAll(mount(flash)).length).toBe(next + 1);
});

test("a header alone, of another epoch and with a higher counter, does not make an empty journal of one with records", () => {
  const flash = newFlash(SMALL);
  const written = filled(flash, 150);
  const header = encodeHeader({ epoch: new Uint8Array(8).fill(9), counter: 77, firstSeq: 1, vitalBefore: 0 }, 2);
  flash.program(3 * 4096, header);
  const { epoch, nextSeq, report } = mount(flash);
  expect([nextSeq, report.tornOpenings]).toEqual([151, 1]);
  mount(flash).append(payloadFor(151, 32), "vital");
  const after = mount(flash);
  expect(readAll(after).slice(0, 150)).toEqual(written);
  expect([after.epoch, after.nextSeq, after.report.tornOpenings]).toEqual([epoch, 152, 0]);
});

/** Start of the sector with the highest ring counter. */
function headOf(flash: NorFlash): number {
  const view = new DataView(flash.image().buffer);
  const starts = [0, 1, 2, 3].map((sector) => sector * 4096).filter((start) => view.getUint8(start) === 0x53);
  return starts.reduce((a, b) => (view.getUint32(a + 13, true) > view.getUint32(b + 13, true) ? a : b));
}

describe("a part that fails", () => {
  test.each<SectorFault>(["program-error", "erase-error", "program-ignored", "erase-ignored"])(
    "a sector with %s is passed over, and nothing is lost",
    (fault) => {
      const flash = newFlash({ ...SMALL, sectors: 6 });
      const written = filled(flash, 650);
      flash.setFault(2, fault);
      let journal = mount(flash);
      for (let i = 0; i < 1500; i++) {
        journal.acknowledge(journal.nextSeq - 80);
        const payload = payloadFor(journal.nextSeq, 32);
        written.push({ seq: journal.append(payload, "vital"), payload });
        if (i % 97 === 0) journal = mount(flash);
        const recent = readAll(journal, journal.nextSeq - 60);
        expect(recent.length).toBe(60);
        expect(recent[0]).toEqual(written.at(-60));
      }
      expect(flash.overProgrammed).toBe(0);
      expect(readAll(mount(flash)).at(-1)).toEqual(written.at(-1));
    },
  );

  test("a part that fails everywhere is a fault within one lap, the journal as it was before, and works again later", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    for (let sector = 0; sector < 4; sector++) flash.setFault(sector, "program-ignored");
    expect(() => journal.append(Uint8Array.of(1), "vital")).toThrow(JournalFaultError);
    expect(flash.erases).toBe(4);
    expect([journal.nextSeq, journal.report.failedSectors]).toEqual([1, 4]);
    for (let sector = 0; sector < 4; sector++) flash.setFault(sector, undefined);
    expect(journal.append(Uint8Array.of(1), "vital")).toBe(1);
  });

  test("a place where nothing happened is still the next place: where a part ignored programs no hole is left", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    journal.append(payloadFor(1, 32), "vital");
    const untouched = flash.clone(1);
    for (let sector = 0; sector < 4; sector++) flash.setFault(sector, "program-ignored");
    expect(() => journal.append(payloadFor(2, 32), "vital")).toThrow(JournalFaultError);
    for (let sector = 0; sector < 4; sector++) flash.setFault(sector, undefined);
    expect(journal.append(payloadFor(2, 32), "vital")).toBe(2);
    const other = mount(untouched);
    other.append(payloadFor(2, 32), "vital");
    const end = (image: Uint8Array) => image.findLastIndex((byte) => byte !== 0xff);
    // The other was booted in between, which takes two units.
    expect(end(flash.image())).toBe(end(untouched.image()) - 2 * SMALL.alignBytes);
  });

  test("nothing is written over a place that is not blank any more", () => {
    const flash = newFlash({ ...SMALL, alignBytes: 1 });
    const journal = mount(flash);
    journal.append(payloadFor(1, 32), "vital");
    const place = flash.image().findLastIndex((byte) => byte !== 0xff) + 1;
    flash.flipBits(place + 12, 0x55);
    const payload = payloadFor(2, 32);
    expect(journal.append(payload, "vital")).toBe(2);
    expect([flash.overProgrammed, journal.report.failedPlaces]).toEqual([0, 1]);
    expect(readAll(mount(flash)).at(-1)).toEqual({ seq: 2, payload });
  });

  test("where a length reads back wrong, nothing more of the frame is written", () => {
    const flash = newFlash({ ...SMALL, alignBytes: 1 });
    const journal = mount(flash);
    journal.append(payloadFor(1, 32), "vital");
    const place = flash.image().findLastIndex((byte) => byte !== 0xff) + 1;
    for (let bit = 3; bit < 8; bit++) flash.stickBit(place, bit, 1);
    const programmed: number[][] = [];
    flash.onOperation = ({ kind, offset, bytes }) => {
      if (kind === "program" && offset < place + 39) programmed.push([...bytes!]);
    };
    const payload = payloadFor(2, 32);
    expect(journal.append(payload, "vital")).toBe(2);
    expect(programmed[0]).toEqual([32]);
    expect(
      programmed
        .slice(1, -2)
        .flat()
        .every((byte) => byte === 0),
    ).toBe(true);
    expect(readAll(mount(flash)).at(-1)).toEqual({ seq: 2, payload });
  });

  test("a sector that is passed over keeps no header of its last life", () => {
    const flash = newFlash(SMALL);
    filled(flash, 500);
    const journal = mount(flash);
    const next = (headOf(flash) / 4096 + 1) % 4;
    flash.setFault(next, "erase-ignored");
    while (journal.report.failedSectors === 0) {
      journal.acknowledge(journal.nextSeq - 1);
      journal.append(payloadFor(journal.nextSeq, 32), "vital");
    }
    expect(flash.image().subarray(4096 * next, 4096 * next + 64)).toEqual(new Uint8Array(64));
  });

  test("a head that takes nothing any more, with the rest in use, is a fault and not a full journal", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    appendUntil(journal, "no-pickups");
    const next = journal.nextSeq;
    flash.setFault(headOf(flash) / 4096, "program-error");
    expect(() => journal.append(payloadFor(next, 32), "vital")).toThrow(JournalFaultError);
    flash.setFault(headOf(flash) / 4096, undefined);
    expect(journal.append(payloadFor(next, 20), "vital")).toBe(next);
    expect(readAll(mount(flash)).at(-1)).toEqual({ seq: next, payload: payloadFor(next, 20) });
  });

  test("stuck bits cost places, never records", () => {
    for (let seed = 1; seed <= 20; seed++) {
      permutation(`stuck-${seed}`, () => {
        const random = new Random(seed);
        const flash = newFlash({ ...SMALL, alignBytes: random.pick([1, 4, 32]) }, seed);
        for (let i = 0; i < 12; i++)
          flash.stickBit(4096 * random.int(3) + 64 + random.int(4032), random.int(8), random.pick([0, 1]));
        let journal: Journal = mount(flash);
        let payloads: TrialEntry[] = [];
        for (let i = 0; i < 400; i++) {
          journal.acknowledge(journal.nextSeq - 20);
          const payload = payloadFor(journal.nextSeq, 32);
          payloads.push({ seq: journal.append(payload, "vital"), payload });
          payloads = payloads.slice(-20);
          if (i % 50 === 0) journal = mount(flash);
        }
        expect(readAll(mount(flash), payloads[0]!.seq)).toEqual(payloads);
      });
    }
  });
});
