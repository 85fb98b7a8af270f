import { expect, test } from "vitest";
import { type Body, EmergencyTarget, Kind } from "../../../firmware/records/records.js";
import { encodeCbor } from "../../../firmware/wire/cbor.js";
import { readMemory as readByJudge } from "../../../sim/trials/judge/box-memory.js";
import { Random } from "../../../sim/world/random.js";
import { readMemory as readByBox } from "../../support/box-memory.js";
import { BoxRig } from "../../support/box-rig.js";

/*
 * What the judge reads from flash by the documents against what the box's own code makes of it: snapshot, checkpoint and the records
 * after that.
 */

const BINS = 5;

/** A record that may stand in a journal, if not always in that order. */
function anything(random: Random, seq: number): Body {
  const bin = random.int(BINS);
  const one = () => (random.int(3) === 0 ? (1 as const) : undefined);
  const held = random.pick([{}, { key: 1 + random.int(4) }, { fob: "77A" }]);
  const of = Math.max(1, seq - 1 - random.int(3));
  const result = random.pick([1, 1, 2, 3, 4] as const);
  return random.pick<() => Body>([
    () => ({
      kind: Kind.intent,
      exchange: random.pick([1, 2] as const),
      bin,
      auth: random.pick([1, 2, 4] as const),
      from: one() && random.int(BINS),
      freed: one() && random.int(BINS),
      contested: one(),
      ...held,
    }),
    () => ({ kind: Kind.outcome, of, result }),
    () => ({ kind: Kind.outcome, of: seq - 1, result }),
    () => ({ kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1 + random.int(3), number: random.int(9), bin }),
    () => ({
      kind: Kind.emergency,
      target: EmergencyTarget.all,
      sheet: 1 + random.int(3),
      number: random.int(9),
      stockTake: one(),
    }),
    () => ({ kind: Kind.emergency, target: EmergencyTarget.all, sheet: 2, number: 1, bin, of, stockTake: one() }),
    () => ({ kind: Kind.emergencyOutcome, of: seq - 1, bin: one() && bin, result }),
    () => ({ kind: Kind.emergencyOutcome, of, result }),
    () => ({ kind: Kind.door, bin, event: random.pick([1, 2, 3] as const) }),
    () => ({ kind: Kind.binFault, bin, event: random.pick([1, 2, 3] as const) }),
    () => ({ kind: Kind.binChecked, bin, doubt: one(), ...held }),
    () => ({ kind: Kind.binKept, bin, belief: random.pick([1, 2, 3, 4] as const), ...held }),
    () => ({ kind: Kind.command, id: seq, command: random.pick([2, 3, 5]), bin: one() && bin, sheet: random.int(4) }),
    () => ({ kind: Kind.codeFailure, count: 3, target: random.pick([0, 1]), bin }),
    () => ({ kind: Kind.power, event: random.pick([1, 2, 5] as const), charge: 50 }),
  ])();
}

function compare(rig: BoxRig, what: string): void {
  const judge = readByJudge(rig.machine);
  const box = readByBox(rig.machine);
  expect([judge.nextSeq, judge.snapshotVersion], what).toEqual([box.nextSeq, box.snapshotVersion]);
  for (let bin = 0; bin < BINS; bin++) {
    expect([bin, judge.beliefs.content(bin)], what).toEqual([bin, box.beliefs.content(bin)]);
    expect([bin, judge.beliefs.enabled(bin)], what).toEqual([bin, box.beliefs.enabled(bin)]);
    expect([bin, judge.beliefs.faulty(bin)], what).toEqual([bin, box.beliefs.faulty(bin)]);
  }
}

test.each([1, 2, 3, 4, 5, 6])("judge and box read the same of a journal of any records, seed %i", (seed) => {
  const random = new Random(seed);
  const rig = new BoxRig({ journalSectors: 4, ...(seed % 3 === 0 && { model: null }) });
  const ledger = rig.offlineLedger();
  for (let i = 0; i < 900; i++) {
    const seq = ledger.journal.nextSeq;
    if (i % 97 === 40) {
      const asOf = Math.max(0, seq - 1 - random.int(20));
      ledger.write({ kind: Kind.snapshotApplied, version: random.pick([6, 6, 7]), slot: 0, asOf, sheet: 1 }, "vital");
    } else if (i % 53 === 7)
      ledger.journal.append(encodeCbor({ kind: 99, bin: random.int(BINS), at: 1, flags: 0 }), "vital");
    else ledger.write(anything(random, seq), "vital");
    ledger.acknowledge(ledger.journal.nextSeq - 1);
    if (i % 5 === 0) compare(rig, `seed ${seed}, after record ${seq}`);
  }
  expect(ledger.journal.oldestSeq, "the ring has turned, and begins with a checkpoint").toBeGreaterThan(1);
});

test("a box fresh from the factory: no snapshot, and every bin as nobody knows", () => {
  const rig = new BoxRig({ model: null });
  compare(rig, "blank");
  expect(readByJudge(rig.machine)).toMatchObject({ nextSeq: 1, snapshotVersion: 0 });
});

test("a snapshot whose header has rotted is none", () => {
  const rig = new BoxRig();
  compare(rig, "sound");
  expect(readByJudge(rig.machine).snapshotVersion).toBe(6);
  rig.machine.flash.snapshot.flipBits(13, 1);
  compare(rig, "rotten");
  expect(readByJudge(rig.machine).snapshotVersion).toBe(0);
});
