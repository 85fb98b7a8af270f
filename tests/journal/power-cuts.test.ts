import { describe, expect, test, vi } from "vitest";
import { frameBytes } from "../../firmware/journal/frame.js";
import { Journal } from "../../firmware/journal/journal.js";
import type { CutPlan, FlashOperation, NorFlash } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { Random } from "../../sim/world/random.js";
import {
  checkpointAsOf,
  mount,
  newFlash,
  payloadFor,
  permutation,
  readAll,
  replayAll,
  SeededEntropy,
  type Shape,
  sameBytes,
  type TrialEntry,
} from "./support.js";

vi.setConfig({ testTimeout: 240_000 });

/** What must hold after any cut: all that was promised, at most the record in flight besides, in order. */
function checkRecovered(journal: Journal, promised: readonly TrialEntry[], inFlight: TrialEntry | undefined): number {
  const found = readAll(journal, promised[0]?.seq ?? 0);
  const last = found.at(-1);
  const extra = last !== undefined && inFlight !== undefined && last.seq === inFlight.seq ? 1 : 0;
  if (found.length !== promised.length + extra)
    throw new Error(`${found.length} of ${promised.length} records, ${extra} in flight`);
  for (const [i, entry] of found.entries()) {
    const wanted = promised[i] ?? inFlight!;
    if (entry.seq !== wanted.seq || !sameBytes(entry.payload, wanted.payload))
      throw new Error(`record ${entry.seq} is wrong`);
  }
  const next = (promised.at(-1)?.seq ?? 0) + extra + 1;
  if (journal.nextSeq < next || (promised.length > 0 && journal.nextSeq !== next))
    throw new Error(`nextSeq ${journal.nextSeq}`);
  return journal.nextSeq;
}

/** The replay must give the state as of its checkpoint and every record since. */
function checkReplay(journal: Journal): void {
  const { checkpoint, records } = replayAll(journal);
  if (journal.nextSeq === 1 && checkpoint.length === 0) return;
  if (journal.report.checkpointLost) throw new Error("no checkpoint");
  const asOf = new DataView(checkpoint[0]!.buffer).getFloat64(0);
  const expected = checkpointAsOf(asOf, checkpoint.length);
  for (const [i, piece] of checkpoint.entries())
    if (!sameBytes(piece, expected[i]!)) throw new Error(`piece ${i} is wrong`);
  const seqs = records.map((record) => record.seq);
  if (seqs.length !== journal.nextSeq - 1 - asOf || seqs.some((seq, i) => seq !== asOf + 1 + i)) {
    throw new Error(`replayed ${seqs} from ${asOf} to before ${journal.nextSeq}`);
  }
}

function apply(flash: NorFlash, operation: FlashOperation, cut: CutPlan): void {
  flash.planCut(cut);
  try {
    if (operation.kind === "program") flash.program(operation.offset, operation.bytes!);
    else flash.erase(operation.offset);
    throw new Error("the cut did not happen");
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
  flash.powerOn();
}

/** Every way to cut one operation: at each byte of a program, at some of an erase. */
function cutsOf(operation: FlashOperation): CutPlan[] {
  const cuts: CutPlan[] = [
    { operation: 1, at: "before" },
    { operation: 1, at: "after" },
    { operation: 1, at: "scattered" },
  ];
  const step = operation.kind === "program" ? 1 : 331;
  for (let at = 0; at < operation.byteLength; at += step) cuts.push({ operation: 1, at });
  return cuts;
}

const SWEEPS: readonly (Shape & { records: number })[] = [
  { sectorBytes: 4096, sectors: 4, alignBytes: 4, records: 330 },
  { sectorBytes: 4096, sectors: 4, alignBytes: 1, records: 330 },
  { sectorBytes: 4096, sectors: 4, alignBytes: 16, records: 60 },
  { sectorBytes: 4096, sectors: 4, alignBytes: 32, records: 60 },
  { sectorBytes: 16_384, sectors: 4, alignBytes: 8, records: 40 },
];

let cutsTried = 0;

describe("a cut at every operation of a workload, torn at every byte", () => {
  for (const shape of SWEEPS) {
    test(`${shape.sectors} sectors of ${shape.sectorBytes}, aligned to ${shape.alignBytes}`, () => {
      const random = new Random(shape.alignBytes);
      const flash = newFlash(shape);
      const promised: TrialEntry[] = [];
      let inFlight: TrialEntry | undefined;
      let operations = 0;
      flash.onOperation = (operation) => {
        if (operation.kind === "read") return;
        operations++;
        for (const cut of cutsOf(operation)) {
          const id = `sweep-${shape.sectorBytes}-${shape.alignBytes}-${operations}-${cut.at}`;
          permutation(id, () => {
            cutsTried++;
            const torn = flash.clone(operations * 1000 + (typeof cut.at === "number" ? cut.at : 999));
            apply(torn, operation, cut);
            // Now and then all that was not given up; else what is near the cut.
            const fresh = promised.slice(cut.at === "scattered" ? -150 : -12);
            const journal = mount(torn);
            const next = checkRecovered(journal, fresh, inFlight);
            checkReplay(journal);
            const kept = readAll(journal, fresh[0]?.seq ?? 0);
            // A promise to one boot binds all later ones: more boots, with an append each.
            const boots = typeof cut.at === "number" && cut.at % 8 !== 0 ? 1 : 2;
            for (let boot = 0; boot < boots; boot++) {
              const again = mount(torn);
              if (promised.length > 0) again.acknowledge(promised.at(-1)!.seq);
              // The record that was in flight may come and go until the first append settles it.
              const settled = boot === 0 ? readAll(again, fresh[0]?.seq ?? 0) : kept;
              const payload = payloadFor(again.nextSeq + 5000, 24);
              const seq = again.append(payload, "vital");
              kept.splice(0, kept.length, ...settled, { seq, payload });
            }
            checkRecovered(mount(torn), kept, undefined);
            // The record in flight may have been there at the first boot and not at the next.
            if (next - 1 > kept.at(-1)!.seq) throw new Error("sequence numbers went back");
            if (torn.overProgrammed !== 0 || torn.overUnstable !== 0)
              throw new Error("data over a place that was not erased");
          });
        }
      };
      const journal = mount(flash);
      for (let i = 0; i < shape.records; i++) {
        const payload = payloadFor(journal.nextSeq, 1 + random.int(i % 10 === 0 ? 240 : 70));
        inFlight = { seq: journal.nextSeq, payload };
        journal.append(payload, i % 3 === 0 ? "diagnostic" : "vital");
        promised.push(inFlight);
        inFlight = undefined;
        journal.acknowledge(journal.nextSeq - 40);
      }
      expect(flash.overProgrammed).toBe(0);
      if (shape.records > 300) expect(flash.erases).toBeGreaterThan(shape.sectors);
    });
  }

  test("tries 30,000 cuts or more", ({ task }) => {
    task.meta.powerCuts = cutsTried;
    if (!process.env.JOURNAL_CASE) expect(cutsTried).toBeGreaterThanOrEqual(30_000);
  });
});

test("bits that read as erased through recovery and as programmed later harm nothing: cut twice, 3,000 times", () => {
  for (const alignBytes of [1, 4, 16]) {
    const base = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes });
    const first = mount(base);
    for (let i = 0; i < 20; i++) first.append(payloadFor(first.nextSeq, 32), "vital");
    for (let round = 0; round < 1000; round++) {
      permutation(`late-${alignBytes}-${round}`, () => {
        const random = new Random(round);
        const flash = base.clone(round + 5000);
        flash.unstableReads = "as-1";
        // The first boot's repair takes three operations or more, so that its first append is cut; the second boot anywhere.
        for (const operation of [3 + random.int(2), 1 + random.int(24)]) {
          flash.planCut({ operation, at: "scattered" });
          try {
            const journal = mount(flash);
            for (let i = 0; i < 3; i++) journal.append(payloadFor(journal.nextSeq + 70, 32), "vital");
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error;
          }
          flash.planCut(undefined);
          flash.powerOn();
        }
        const journal = mount(flash);
        for (let i = 0; i < 3; i++) journal.append(payloadFor(journal.nextSeq + 90, 32), "vital");
        const promised = readAll(journal);
        expect([flash.overProgrammed, flash.overUnstable]).toEqual([0, 0]);
        for (const reads of ["as-0", "by-chance"] as const) {
          flash.unstableReads = reads;
          checkRecovered(mount(flash), promised, undefined);
        }
      });
    }
  }
});

test("a torn length that reads differently at each boot hides nothing that a cut repair left unstable: cut three times, 1,500 times", () => {
  for (const alignBytes of [1, 4, 16]) {
    const base = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes });
    const first = mount(base);
    for (let i = 0; i < 20; i++) first.append(payloadFor(first.nextSeq, 32), "vital");
    for (let round = 0; round < 500; round++) {
      permutation(`length-${alignBytes}-${round}`, () => {
        const random = new Random(round);
        const flash = base.clone(round + 9000);
        // Into the length of the first record, behind a repair of three programs or into its end; then twice into repairs.
        for (const operation of [3 + random.int(2), 2, 2 + random.int(2)]) {
          flash.planCut({ operation, at: "scattered" });
          expect(() => {
            for (const journal = mount(flash); ; ) journal.append(payloadFor(journal.nextSeq + 70, 32), "vital");
          }).toThrow(PowerCut);
          flash.powerOn();
          flash.unstableReads = random.pick(["by-chance", "as-0", "as-1"]);
        }
        flash.unstableReads = "as-1";
        const journal = mount(flash);
        for (let i = 0; i < 3; i++) journal.append(payloadFor(journal.nextSeq + 90, 32), "vital");
        const promised = readAll(journal);
        expect([flash.overProgrammed, flash.overUnstable]).toEqual([0, 0]);
        flash.unstableReads = "as-0";
        checkRecovered(mount(flash), promised, undefined);
      });
    }
  }
});

test("a frame that reads whole although its destruction was cut counts for nothing: its ones cannot be made firm", () => {
  const base = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes: 1 });
  const first = mount(base);
  for (let i = 0; i < 20; i++) first.append(payloadFor(first.nextSeq, 32), "vital");
  for (let seed = 1; seed <= 1_500; seed++) {
    permutation(`half-destroyed-${seed}`, () => {
      const flash = base.clone(seed);
      // In the last byte of a frame, behind a repair of three programs; then in the first unit that its repair destroys.
      for (const plan of [
        { operation: 5, at: frameBytes(32, 1) - 2 },
        { operation: 4, at: 0 },
      ]) {
        flash.planCut(plan);
        const journal = mount(flash);
        expect(() => journal.append(payloadFor(journal.nextSeq + 70, 32), "vital")).toThrow(PowerCut);
        flash.powerOn();
      }
      flash.planCut(undefined);
      const journal = mount(flash);
      journal.append(payloadFor(journal.nextSeq + 90, 32), "vital");
      const promised = readAll(journal);
      expect([flash.overProgrammed, flash.overUnstable]).toEqual([0, 0]);
      checkRecovered(mount(flash), promised, undefined);
    });
  }
});

test("a cut while a place that wear has marked is destroyed leaves nothing unstable unseen", () => {
  for (let seed = 1; seed <= 600; seed++) {
    permutation(`worn-${seed}`, () => {
      const random = new Random(seed);
      const flash = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes: 1 }, seed);
      const first = mount(flash);
      for (let i = 0; i < 5; i++) first.append(payloadFor(first.nextSeq, 32), "vital");
      const end = flash.image().findLastIndex((byte) => byte !== 0xff) + 1;
      flash.stickBit(end + 5 + random.int(30), random.int(8), 0);
      flash.unstableReads = "as-1";
      flash.planCut({ operation: 1 + random.int(45), at: "scattered" });
      expect(() => {
        for (;;) first.append(payloadFor(first.nextSeq, 60), "vital");
      }).toThrow(PowerCut);
      flash.powerOn();
      const journal = mount(flash);
      for (let i = 0; i < 3; i++) journal.append(payloadFor(journal.nextSeq + 90, 32), "vital");
      const promised = readAll(journal);
      expect(flash.overUnstable).toBe(0);
      flash.unstableReads = "as-0";
      checkRecovered(mount(flash), promised, undefined);
    });
  }
});

test("an opening that read as torn, and after the next record as whole, does not take the journal back", () => {
  const base = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes: 4 });
  const first = mount(base);
  const large = new Uint8Array(240).fill(7);
  const small = payloadFor(1, 1);
  const opensWith = (payload: Uint8Array) => {
    const trial = base.clone(1);
    mount(trial).append(payload, "vital");
    return trial.erases > 0;
  };
  // Fills the head but for less than a large record.
  while (first.nextSeq < 3 || !opensWith(large)) first.append(payloadFor(first.nextSeq, 16), "vital");
  expect(opensWith(small)).toBe(false);
  for (let operation = 3; operation <= 12; operation++) {
    for (let seed = 1; seed <= 40; seed++) {
      permutation(`opening-${operation}-${seed}`, () => {
        const flash = base.clone(seed + 900);
        const journal = mount(flash);
        flash.unstableReads = "as-1";
        // Byte 4 is the last of the end frame's CRC, in its second program.
        flash.planCut({ operation, at: seed % 2 === 0 ? 4 : "scattered" });
        expect(() => journal.append(large, "vital")).toThrow(PowerCut);
        flash.powerOn();
        mount(flash).append(small, "vital");
        const promised = readAll(mount(flash));
        flash.unstableReads = "as-0";
        checkRecovered(mount(flash), promised, undefined);
        expect(mount(flash).nextSeq).toBe(promised.at(-1)!.seq + 1);
      });
    }
  }
});

test("a torn opening is made unreadable by the next boot's first append: no later boot looks at it", () => {
  let torn = 0;
  for (let operation = 2; operation <= 12; operation++) {
    const flash = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes: 4 }, operation);
    const journal = mount(flash);
    for (let i = 0; i < 5; i++) journal.append(payloadFor(journal.nextSeq, 32), "vital");
    const { erases } = flash;
    flash.onOperation = ({ kind }) => {
      if (kind === "erase" && flash.erases === erases) flash.planCut({ operation, at: "after" });
    };
    expect(() => {
      for (let i = 0; i < 200; i++) journal.append(payloadFor(journal.nextSeq, 240), "vital");
    }).toThrow(PowerCut);
    flash.onOperation = undefined;
    flash.powerOn();
    const next = mount(flash);
    torn += next.report.tornOpenings;
    // Small enough for the old head, so that the torn sector is not simply opened again.
    const before = flash.erases;
    next.append(payloadFor(1, 1), "vital");
    expect(flash.erases).toBe(before);
    expect(mount(flash).report.tornOpenings).toBe(0);
  }
  expect(torn).toBeGreaterThan(5);
});

describe("cuts in a row", () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    test(`400 cuts during recovery and the appends after it, seed ${seed}`, () => {
      permutation(`row-${seed}`, () => {
        const random = new Random(seed);
        const alignBytes = random.pick([1, 4, 8, 16, 32]);
        const flash = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes }, seed);
        let promised: TrialEntry[] = [];
        for (let cut = 0; cut < 400; cut++) {
          flash.powerOn();
          let inFlight: TrialEntry | undefined;
          const journal = mount(flash, 3, seed);
          const settled = promised.slice(-100);
          const found = readAll(journal, settled[0]?.seq ?? 0);
          // The record that was in flight at the cut is promised from its first repair on.
          for (const [i, entry] of settled.entries()) {
            if (found[i]?.seq !== entry.seq || !sameBytes(found[i].payload, entry.payload))
              throw new Error(`lost ${entry.seq} at cut ${cut}`);
          }
          if (found.length > settled.length + 1)
            throw new Error(`${found.length - settled.length} records from nowhere`);
          flash.planCut({
            operation: 1 + random.int(12),
            at: random.pick(["before", "after", "scattered", random.int(64)]),
          });
          try {
            for (let record = 0; record < 10; record++) {
              journal.acknowledge(journal.nextSeq - 1);
              const payload = payloadFor(journal.nextSeq, 1 + random.int(60));
              inFlight = { seq: journal.nextSeq, payload };
              journal.append(payload, "vital");
              if (record === 0) promised = [...found];
              promised.push(inFlight);
            }
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error;
          }
        }
        expect(flash.overProgrammed).toBe(0);
        expect(flash.overUnstable).toBe(0);
        flash.powerOn();
        flash.planCut(undefined);
        const journal = mount(flash);
        checkReplay(journal);
        expect(journal.append(payloadFor(1, 30), "vital")).toBe(journal.nextSeq - 1);
      });
    });
  }

  test("the supply going away passes through the journal as it is", () => {
    const flash = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes: 4 });
    flash.planCut({ operation: 1, at: "before" });
    const journal = Journal.mount({ flash, entropy: new SeededEntropy(1), owner: { checkpoint: () => [] } });
    expect(() => journal.append(Uint8Array.of(1), "vital")).toThrow(PowerCut);
    expect(() => mount(flash)).toThrow(PowerCut);
  });
});
