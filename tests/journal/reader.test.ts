import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { JournalFaultError, JournalFullError } from "../../firmware/journal/contract.js";
import { encodeHeader } from "../../firmware/journal/sector-header.js";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Kind } from "../../firmware/records/records.js";
import { WakeCause } from "../../hal/ports/power.js";
import { describeJournal } from "../../sim/trials/journal-reader/describe.js";
import { JournalImageError, readJournalImage } from "../../sim/trials/journal-reader/reader.js";
import type { NorFlash, SectorFault } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { saveMachine } from "../../sim/world/machine/persist.js";
import { Random } from "../../sim/world/random.js";
import { rig } from "../world/rig.js";
import {
  mount,
  newFlash,
  payloadFor,
  permutation,
  readAll,
  replayAll,
  SHAPES,
  type Shape,
  sameBytes,
} from "./support.js";

vi.setConfig({ testTimeout: 60_000 });

/*
 * The firmware's journal against the reader of sim/trials/journal-reader, which was written from SPEC.md and not from the firmware:
 * where they differ, one of the two or the specification is wrong.
 */

const SMALL: Shape = { sectorBytes: 4096, sectors: 4, alignBytes: 4 };

/** Use with cuts, bad sectors and flipped bits, all from the seed. */
function abuse(flash: NorFlash, random: Random): void {
  const faults: readonly SectorFault[] = ["program-error", "erase-error", "program-ignored", "erase-ignored"];
  const sectors = flash.sizeBytes / flash.sectorBytes;
  if (random.int(4) === 0) flash.setFault(random.int(sectors), random.pick(faults));
  const boots = 1 + random.int(8);
  for (let boot = 0; boot < boots; boot++) {
    flash.powerOn();
    const journal = mount(flash, random.int(4), random.int(1000));
    if (random.int(3) > 0) {
      flash.planCut({
        operation: 1 + random.int(250),
        at: random.pick(["before", "after", "scattered", random.int(80)]),
      });
    }
    try {
      for (let count = random.int(200); count > 0; count--) {
        journal.append(
          payloadFor(journal.nextSeq, 1 + random.int(random.pick([30, 60, 240]))),
          random.pick(["diagnostic", "vital"]),
        );
        journal.acknowledge(journal.nextSeq - 1 - random.int(30));
      }
    } catch (error) {
      const isExpected = [PowerCut, JournalFullError, JournalFaultError].some((kind) => error instanceof kind);
      if (!isExpected) throw error;
    }
  }
  flash.powerOn();
  flash.planCut(undefined);
  for (let flips = random.int(3) === 0 ? 1 + random.int(6) : 0; flips > 0; flips--) {
    flash.flipBits(random.int(flash.sizeBytes), 1 << random.int(8));
  }
}

function compare(image: Uint8Array, shape: Shape): void {
  const flash = newFlash(shape, 1, image);
  const journal = mount(flash);
  const dump = readJournalImage(image, shape);
  const counting = dump.sectors.filter(({ state }) => state === "live" || state === "head");
  const records = counting.flatMap(({ items }) =>
    items.flatMap((item) => (item.type === "record" ? [{ seq: item.seq, payload: item.payload }] : [])),
  );
  const served = readAll(journal);
  expect(records.map(({ seq }) => seq)).toEqual(served.map(({ seq }) => seq));
  for (const [i, { seq, payload }] of records.entries())
    if (!sameBytes(payload, served[i]!.payload)) throw new Error(`record ${seq} reads differently`);
  expect(dump.nextSeq).toBe(journal.nextSeq);
  expect(dump.epoch).toBe(journal.epoch && Buffer.from(journal.epoch).toString("hex"));
  expect(dump.sectors.filter(({ state }) => state === "torn opening").length).toBe(journal.report.tornOpenings);
  expect(counting.length).toBe(journal.report.liveSectors);
  const { checkpoint } = replayAll(journal);
  const newest = counting.slice(-4).findLast(({ checkpointWhole }) => checkpointWhole);
  const pieces = newest?.items.flatMap((item) => (item.type === "checkpoint" ? [item.payload] : []));
  expect(pieces ?? []).toEqual(checkpoint);
  expect(flash.programs + flash.erases).toBe(0);
}

describe("two implementations of one specification", () => {
  test.each(SHAPES)("agree on 40 journals: $sectors sectors of $sectorBytes aligned to $alignBytes", (shape) => {
    for (let seed = 1; seed <= 40; seed++) {
      permutation(`reader-${shape.sectorBytes}-${shape.sectors}-${shape.alignBytes}-${seed}`, () => {
        const random = new Random(seed);
        const flash = newFlash(shape, seed);
        abuse(flash, random);
        compare(flash.image(), shape);
      });
    }
  });

  test("agree on garbage, and on a sound head with garbage in it", () => {
    for (let seed = 1; seed <= 100; seed++) {
      permutation(`reader-garbage-${seed}`, () => {
        const random = new Random(seed);
        const flash = newFlash(SMALL, seed);
        if (seed % 2 === 0) abuse(flash, random);
        const image = flash.image();
        const from = random.int(image.length);
        const garbage = random.bytes(random.int(image.length - from));
        if (seed % 3 === 0) garbage.fill(random.pick([0, 0xff]));
        image.set(garbage, from);
        compare(image, SMALL);
      });
    }
  });

  test("agree on a sector brought back from an earlier turn, and on one from another journal", () => {
    for (let seed = 1; seed <= 60; seed++) {
      permutation(`reader-mixed-${seed}`, () => {
        const flash = newFlash(SMALL, seed);
        const journal = mount(flash, 1, seed);
        const other = newFlash(SMALL, seed);
        const stranger = mount(other, 1, seed % 2 === 0 ? seed : seed + 1);
        const fill = (into: typeof journal, count: number) => {
          for (let i = 0; i < count; i++) {
            into.append(payloadFor(into.nextSeq, 30), "vital");
            into.acknowledge(into.nextSeq - 1);
          }
        };
        fill(journal, 100 + 7 * seed);
        fill(stranger, 50 + 11 * seed);
        const image = flash.image();
        const place = 4096 * (seed % 4);
        image.set(other.image().subarray(place, place + 4096), place);
        compare(image, SMALL);
      });
    }
  });
});

test("both pass over headers without frames, of their own epoch and of others, to the newest sector that was opened", () => {
  for (let seed = 1; seed <= 60; seed++) {
    permutation(`reader-headers-${seed}`, () => {
      const random = new Random(seed);
      const flash = newFlash(SMALL, seed);
      abuse(flash, random);
      const image = flash.image();
      const own = image.slice(5, 13);
      for (let count = 1 + random.int(4); count > 0; count--) {
        const epoch = random.pick([own, random.bytes(8)]);
        const header = { epoch, counter: 1 + random.int(90), firstSeq: 1 + random.int(500), vitalBefore: 0 };
        const sector = image.subarray(4096 * random.int(4)).subarray(0, 4096);
        sector.fill(0xff).set(encodeHeader(header, 2));
      }
      compare(image, SMALL);
    });
  }
});

describe("what the reader finds out and says", () => {
  test.each(SHAPES)("the geometry: $sectors sectors of $sectorBytes aligned to $alignBytes", (shape) => {
    for (const records of [30, 700]) {
      const flash = newFlash(shape);
      const journal = mount(flash);
      for (let i = 0; i < records; i++) {
        journal.append(payloadFor(journal.nextSeq, 60), "vital");
        journal.acknowledge(journal.nextSeq - 1);
      }
      const { sectorBytes, alignBytes, nextSeq } = readJournalImage(flash.image());
      // With no more than one sector of 4 KiB in use, larger sectors would look the same.
      if (records > 30) expect(sectorBytes).toBe(shape.sectorBytes);
      expect([alignBytes, nextSeq]).toEqual([shape.alignBytes, records + 1]);
    }
  });

  test("torn, destroyed and damaged places are told apart, missing numbers are a gap, and each sector has its state", () => {
    const flash = newFlash(SMALL);
    const first = mount(flash);
    for (let i = 0; i < 250; i++) first.append(payloadFor(first.nextSeq, 32), "vital");
    const offsetOf = (seq: number) => {
      const lines = [...describeJournal(readJournalImage(flash.image()))];
      return lines.find((line) => line.type === "record" && line.seq === seq)!.offset as number;
    };
    flash.program(offsetOf(20), new Uint8Array(40));
    flash.flipBits(offsetOf(120) + 5, 1);
    flash.planCut({ operation: 3, at: 7 });
    expect(() => mount(flash).append(payloadFor(251, 32), "vital")).toThrow(PowerCut);
    const lines = [...describeJournal(readJournalImage(flash.image()))];
    const only = (type: string) => lines.filter((line) => line.type === type);
    expect(only("skipped").map(({ what }) => what)).toEqual(["destroyed", "damaged", "torn"]);
    expect(only("gap")).toEqual([
      { type: "gap", from: 20, through: 20 },
      { type: "gap", from: 120, through: 120 },
    ]);
    expect(only("sector").map(({ state }) => state)).toEqual(["live", "live", "head", "blank"]);
    expect(only("summary")[0]).toMatchObject({
      records: 248,
      missing: 2,
      torn: 1,
      destroyed: 1,
      damaged: 1,
      sound: false,
    });
  });

  test("records are told in words, and what is no record of this version by its bytes", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    journal.append(encodeRecord({ kind: Kind.ack, through: 7, at: 5, flags: 1 }), "vital");
    journal.append(Uint8Array.of(1, 2, 3), "diagnostic");
    const records = [...describeJournal(readJournalImage(flash.image()))].filter(({ type }) => type === "record");
    expect(records[0]).toMatchObject({ seq: 1, vital: true, kind: "ack", through: 7, at: 5, flags: 1 });
    expect(records[1]).toMatchObject({ seq: 2, vital: false, payload: "010203" });
    expect(records[1]!.undecoded).toContain("malformed");
  });

  test("a header that needed its second copy, and a journal of another alignment", () => {
    const flash = newFlash(SMALL);
    mount(flash).append(Uint8Array.of(1), "vital");
    flash.flipBits(9, 1);
    const [, sector] = [...describeJournal(readJournalImage(flash.image()))];
    expect(sector).toMatchObject({ state: "head", firstCopyDamaged: true });
    const asked = readJournalImage(flash.image(), { alignBytes: 8 });
    expect(asked.sectors[0]!.state).toBe("of another format or alignment");
    expect(asked.nextSeq).toBe(1);
  });

  test("sizes that no journal has are refused", () => {
    expect(() => readJournalImage(new Uint8Array(5000))).toThrow(JournalImageError);
    expect(() => readJournalImage(new Uint8Array(3 * 4096))).toThrow(JournalImageError);
    expect(() => readJournalImage(new Uint8Array(16_384), { sectorBytes: 8192 })).toThrow(JournalImageError);
  });
});

describe("npm run journal -- dump", () => {
  const folder = mkdtempSync(join(tmpdir(), "journal-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "sim/cli/journal.ts", ...args], { encoding: "utf8" });

  test("prints JSON lines with a summary last, changes nothing, and its exit code tells sound from damaged from unusable", () => {
    const flash = newFlash(SMALL);
    const journal = mount(flash);
    for (let i = 0; i < 5; i++) journal.append(payloadFor(journal.nextSeq, 32), "vital");
    const file = join(folder, "journal.1.bin");
    writeFileSync(file, flash.image());
    const sound = run("dump", file);
    expect(sound.status).toBe(0);
    const lines = sound.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: "journal", sectorBytes: 4096, alignBytes: 4, nextSeq: 6 });
    expect(lines.at(-1)).toMatchObject({ type: "summary", records: 5, sound: true });
    expect(readFileSync(file)).toEqual(Buffer.from(flash.image()));

    flash.flipBits(300, 1);
    writeFileSync(file, flash.image());
    expect(run("dump", file, "--sector-bytes", "4096", "--align", "4").status).toBe(1);
    const missing = run("dump", join(folder, "none.bin"));
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain("none.bin");
    expect(run("dump", file, "--sector-bytes", "5").status).toBe(2);
    expect(run("melt", file).status).toBe(2);
  });

  test("dumps what the simulator saves of a box", async () => {
    const { box } = rig(() => {}, { journal: { sizeBytes: 65_536, sectorBytes: 16_384, alignBytes: 1 } });
    const journal = mount(box.flash.journal);
    journal.append(
      encodeRecord({ kind: Kind.boot, boot: 1, cause: WakeCause.powerOn, firmware: "test", at: 5, flags: 1 }),
      "vital",
    );
    saveMachine(box, folder);
    const { status, stdout } = run("dump", join(folder, "journal.2.bin"), "--sector-bytes", "16384");
    expect(status).toBe(0);
    expect(stdout).toContain('"kind":"boot"');
  });

  test("odd images: what cannot be a journal ends with 2 and a sentence, what holds none with 1, an erased one with 0; none is changed", () => {
    const image = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, name), bytes);
      return name;
    };
    const cases: [name: string, status: number][] = [
      [image("empty", new Uint8Array(0)), 2],
      [image("odd", new Random(1).bytes(5000)), 2],
      ["missing", 2],
      [".", 2],
      [image("zeros", new Uint8Array(16_384)), 1],
      [image("random", new Random(2).bytes(65_536)), 1],
      [image("erased", new Uint8Array(16_384).fill(0xff)), 0],
    ];
    for (const [name, status] of cases) {
      const before = status < 2 ? readFileSync(join(folder, name)) : undefined;
      const done = run("dump", join(folder, name));
      expect([name, done.status]).toEqual([name, status]);
      if (before === undefined) {
        expect(done.stdout).toBe("");
        expect(done.stderr.trim().split("\n").length).toBe(1);
        continue;
      }
      const last = JSON.parse(done.stdout.trim().split("\n").at(-1)!);
      expect(last).toMatchObject({ type: "summary", records: 0, sound: status === 0 });
      expect(readFileSync(join(folder, name)).equals(before)).toBe(true);
    }
  }, 120_000);
});
