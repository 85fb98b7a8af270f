import { expect, test } from "vitest";
import { BinFault, CommandKind, Kind } from "../../firmware/records/records.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";

const NOTE = { kind: Kind.clockSet } as const;

const gaps = (bench: LedgerBench) =>
  [...readJournal(bench.flash, 1)].flatMap(({ record }) => (record?.kind === Kind.gap ? [record.count] : []));

function brownOut(bench: LedgerBench, isOn: boolean): void {
  bench.mains = !isOn;
  bench.millivolts = isOn ? 3_000 : 3_900;
}

function fillUntil(bench: LedgerBench, room: string): void {
  for (let id = 1; bench.ledger.journal.room !== room; id++) {
    expect(id).toBeLessThan(10_000);
    bench.ledger.write({ kind: Kind.command, id, command: CommandKind.closeSheets, sheet: 1 }, "vital");
  }
}

test("notes that a nearly full journal drops are counted: the first at once, the rest when there is room", () => {
  const bench = new LedgerBench();
  fillUntil(bench, "no-diagnostics");
  for (let i = 0; i < 5; i++) bench.ledger.note(NOTE);
  expect(gaps(bench)).toEqual([1]);
  bench.ledger.acknowledge(bench.ledger.journal.nextSeq - 1);
  bench.ledger.note(NOTE);
  expect(gaps(bench)).toEqual([1, 4]);
});

test("notes dropped in a brown-out are counted when it is over, were it only one", () => {
  for (const dropped of [1, 3]) {
    const bench = new LedgerBench();
    brownOut(bench, true);
    for (let i = 0; i < dropped; i++) bench.ledger.note(NOTE);
    expect(gaps(bench)).toEqual([]);
    brownOut(bench, false);
    bench.ledger.note(NOTE);
    bench.ledger.note(NOTE);
    expect(gaps(bench)).toEqual([dropped]);
  }
});

test("a second run of dropped notes has a first marker of its own", () => {
  const bench = new LedgerBench();
  for (let run = 0; run < 2; run++) {
    fillUntil(bench, "no-diagnostics");
    bench.ledger.note(NOTE);
    expect(gaps(bench)).toHaveLength(run + 1);
    bench.ledger.acknowledge(bench.ledger.journal.nextSeq - 1);
    bench.ledger.note(NOTE);
  }
  expect(gaps(bench)).toEqual([1, 1]);
});

test("a vital note is written where diagnostics have no room any more", () => {
  const bench = new LedgerBench();
  fillUntil(bench, "no-diagnostics");
  bench.ledger.note({ kind: Kind.binFault, bin: 3, event: BinFault.wontOpen }, "vital");
  expect(bench.ledger.state.faulty.has(3)).toBe(true);
  expect(gaps(bench)).toEqual([]);
});
