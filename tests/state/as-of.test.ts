import { expect, test } from "vitest";
import { CommandKind, DoorEvent, Kind } from "../../firmware/records/records.js";
import { LedgerBench } from "../support/ledger-bench.js";

/** A bin changed by record `changed`, then a snapshot that takes `asOf` records into account. */
function after(write: (bench: LedgerBench) => number, asOf: (changed: number) => number): LedgerBench {
  const bench = new LedgerBench();
  const changed = write(bench);
  bench.ledger.write({ kind: Kind.snapshotApplied, version: 2, slot: 0, asOf: asOf(changed), sheet: 1 }, "vital");
  return bench;
}

const forced = ({ ledger }: LedgerBench) =>
  ledger.write({ kind: Kind.door, bin: 4, event: DoorEvent.unexpected }, "vital");
const disabled = ({ ledger }: LedgerBench) =>
  ledger.write({ kind: Kind.command, id: 1, command: CommandKind.disableBin, bin: 4 }, "vital");

test.each([
  ["the record before it", -1, true],
  ["that very record", 0, false],
  ["a later one", 1, false],
])("a change of a bin is there after a snapshot as of %s: %s", (_, offset, stays) => {
  for (const boots of [0, 1]) {
    const bin = after(forced, (changed) => changed + offset);
    const enabled = after(disabled, (changed) => changed + offset);
    for (let boot = 0; boot < boots; boot++) for (const bench of [bin, enabled]) bench.reboot();
    expect(bin.ledger.state.bins.has(4)).toBe(stays);
    expect(enabled.ledger.state.enabled.has(4)).toBe(stays);
  }
});
