import { describe, expect, test } from "vitest";
import { SnapshotError } from "../../firmware/snapshot/contract.js";
import { CurrentSnapshot } from "../../firmware/state/current-snapshot.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { CutPlan, NorFlash } from "../../sim/world/devices/nor-flash.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { LedgerBench } from "../support/ledger-bench.js";
import { makeFlash } from "./support/flash.js";
import { randomModel } from "./support/models.js";
import { slotsOn } from "./support/slots.js";

/** Download, check and activation together: two partitions that lose their supply at the same moment. */

const SIZES = { bins: 12, keys: 10, users: 8, accesses: 20 };
const FILES = [5, 6, 7].map((version) => ({
  version,
  file: buildSnapshot({ ...randomModel(version, SIZES), version }),
}));
const [V5, V6, V7] = FILES as [(typeof FILES)[0], (typeof FILES)[0], (typeof FILES)[0]];

class Box {
  readonly bench: LedgerBench;
  readonly snapshots: NorFlash;
  current: CurrentSnapshot;

  constructor(bench: LedgerBench, snapshots: NorFlash) {
    this.bench = bench;
    this.snapshots = snapshots;
    this.current = new CurrentSnapshot(slotsOn(snapshots), bench.ledger);
  }

  boot(): void {
    this.bench.flash.powerOn();
    this.snapshots.powerOn();
    this.bench.reboot();
    this.current = new CurrentSnapshot(slotsOn(this.snapshots), this.bench.ledger);
  }

  take({ version, file }: (typeof FILES)[0]): void {
    const writer = this.current.begin(version, file.length);
    for (let at = 0; at < file.length; at += 700) writer.write(file.subarray(at, at + 700));
    this.current.activate(writer.finish(), SIZES.bins);
  }
}

function boxWith5(): Box {
  const box = new Box(new LedgerBench(), makeFlash({ sectors: 4, fill: 0x24 }));
  box.take(V5);
  return box;
}

/** Counts the operations of both parts together, and cuts both at the `operation`th. */
function cutAt(parts: readonly NorFlash[], operation: number, at: CutPlan["at"]): { seen: number } {
  const count = { seen: 0 };
  for (const part of parts) {
    part.onOperation = ({ kind }) => {
      if (kind !== "read" && ++count.seen === operation) part.planCut({ operation: 1, at });
    };
  }
  return count;
}

describe("a cut at every operation of download and activation", () => {
  test.each<CutPlan["at"]>(["before", "after", "scattered", 0, 9])(
    "cut %s: the old version or the new one, whole",
    (at) => {
      const calm = boxWith5();
      const { seen } = cutAtAll(calm, 0, at);
      expect(seen).toBeGreaterThan(4);
      const inForce = new Set<number>();
      for (let operation = 1; operation <= seen; operation++) {
        const box = boxWith5();
        cutAtAll(box, operation, at);
        box.boot();
        expect(box.current.damage).toBeUndefined();
        const { version } = box.current;
        expect([5, 6]).toContain(version);
        inForce.add(version);
        const model = randomModel(version, SIZES);
        for (const { id, name } of model.users) expect(box.current.view!.userName(id)).toBe(name);
        // A promise made to one boot: no later one goes back.
        box.boot();
        expect(box.current.version).toBe(version);
        for (const next of [V6, V7]) if (next.version > version) box.take(next);
        box.boot();
        expect(box.current.version).toBe(7);
        expect(() => box.current.begin(6, V6.file.length)).toThrow(SnapshotError);
      }
      // Only a record that was written to its last bit is in force.
      expect(inForce.has(6)).toBe(at === "after");
      expect(inForce.has(5)).toBe(true);
    },
  );

  function cutAtAll(box: Box, operation: number, at: CutPlan["at"]): { seen: number } {
    const parts = [box.bench.flash, box.snapshots];
    const count = cutAt(parts, operation, at);
    if (operation === 0) box.take(V6);
    else expect(() => box.take(V6)).toThrow(PowerCut);
    for (const part of parts) part.onOperation = undefined;
    return count;
  }
});

describe("rollback", () => {
  test("an older version, and the one in force, are refused at the announcement and at activation", () => {
    const box = boxWith5();
    box.take(V7);
    for (const { version, file } of [V5, V6, V7])
      expect(() => box.current.begin(version, file.length)).toThrow(`snapshot version ${version} is not above 7`);
    const other = slotsOn(box.snapshots);
    const writer = other.begin(0, 6, V6.file.length);
    for (let at = 0; at < V6.file.length; at += 700) writer.write(V6.file.subarray(at, at + 700));
    const old = writer.finish();
    expect(() => box.current.activate(old, SIZES.bins)).toThrow(SnapshotError);
    box.boot();
    expect(box.current.version).toBe(7);
  });

  test("a slot with an older sound file in place of the one that the journal names is not opened", () => {
    const box = boxWith5();
    box.take(V6);
    const named = box.bench.ledger.state.snapshot!.slot;
    const writer = slotsOn(box.snapshots).begin(named, 5, V5.file.length);
    for (let at = 0; at < V5.file.length; at += 700) writer.write(V5.file.subarray(at, at + 700));
    writer.finish();
    box.boot();
    expect(box.current.view).toBeUndefined();
    expect(box.current.damage).toContain("of another version");
    // The same version comes again, for its slot was lost; an older one does not.
    expect(() => box.current.begin(5, V5.file.length)).toThrow(SnapshotError);
    box.take(V6);
    expect(box.current.version).toBe(6);
  });
});
