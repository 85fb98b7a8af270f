import { expect, test } from "vitest";
import { Auth, Belief, CommandKind, Exchange, Kind, Outcome, type Rec } from "../../firmware/records/records.js";
import { BinBeliefs } from "../../firmware/state/bin-beliefs.js";
import { emptyState } from "../../firmware/state/box-state.js";
import { CurrentSnapshot } from "../../firmware/state/current-snapshot.js";
import { tellAllBins } from "../../firmware/state/kept-bins.js";
import type { Ledger } from "../../firmware/state/ledger.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { SnapshotModel } from "../../sim/cloud/snapshot/model.js";
import { makeFlash } from "../snapshot/support/flash.js";
import { SMALL } from "../snapshot/support/models.js";
import { slotsOn } from "../snapshot/support/slots.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";

const BINS = 4;
const KEY = 20;
type Row = SnapshotModel["bins"][number];
const EMPTY: readonly Row[] = [0, 1, 2, 3].map((bin) => ({ bin, enabled: true }));
const withRow = (row: Row): readonly Row[] => EMPTY.map((one) => (one.bin === row.bin ? row : one));

/** A box, and a cloud that makes snapshots for it. */
class Pair {
  readonly bench = new LedgerBench();
  readonly slots = slotsOn(makeFlash({ sectors: 4, fill: 0x24 }));
  readonly current: CurrentSnapshot;
  readonly beliefs: BinBeliefs;
  #version = 5;

  constructor() {
    // The first record draws the epoch.
    this.#hang(3, "777XYZ");
    this.current = new CurrentSnapshot(this.slots, this.bench.ledger);
    this.beliefs = new BinBeliefs(this.bench.ledger.state, this.current, BINS);
  }

  get next(): number {
    return this.bench.ledger.journal.nextSeq;
  }

  hang(bin: number, fob: string): void {
    this.#hang(bin, fob);
  }

  #hang(bin: number, fob: string): void {
    const { ledger } = this.bench;
    const of = ledger.write(
      { kind: Kind.intent, exchange: Exchange.dropoff, bin, auth: Auth.quickScan, fob },
      "dropoff",
    );
    ledger.write({ kind: Kind.outcome, of, result: Outcome.done }, "vital");
  }

  snapshot(asOf: number, bins: readonly Row[], epoch = this.bench.ledger.journal.epoch!): void {
    const version = ++this.#version;
    const file = buildSnapshot({ ...SMALL, version, epoch, asOf, bins: [...bins] });
    const writer = this.current.begin(version, file.length);
    writer.write(file);
    this.current.activate(writer.finish(), BINS);
  }

  get kept(): Extract<Rec, { kind: typeof Kind.binKept }>[] {
    return [...readJournal(this.bench.flash, 1)].flatMap(({ record }) =>
      record?.kind === Kind.binKept ? [record] : [],
    );
  }

  believed(): unknown[] {
    return [0, 1, 2, 3].map((bin) => Object.values(this.beliefs.content(bin)));
  }
}

const KNOWN: readonly Row[] = [
  { bin: 0, enabled: true, key: KEY },
  { bin: 1, enabled: true, fob: "777XYZ", taken: true },
  { bin: 2, enabled: true, uncertain: true },
  { bin: 3, enabled: true },
];
const BELIEVED = [
  [Belief.holds, { key: KEY }],
  [Belief.taken, { fob: "777XYZ" }],
  [Belief.doubt, undefined],
  [Belief.empty, undefined],
];

test("a snapshot with a lower asOf takes nothing away: what it does not know is told anew before it is applied", () => {
  const pair = new Pair();
  pair.snapshot(pair.next - 1, KNOWN);
  expect(pair.believed()).toEqual(BELIEVED);
  pair.snapshot(1, withRow({ bin: 3, enabled: true, key: KEY }));
  expect(pair.believed()).toEqual(BELIEVED);
  expect(pair.kept).toMatchObject([
    { bin: 0, belief: Belief.holds, key: KEY },
    { bin: 1, belief: Belief.taken, fob: "777XYZ" },
    { bin: 2, belief: Belief.doubt },
    { bin: 3, belief: Belief.empty },
  ]);
  pair.bench.reboot();
  const booted = new CurrentSnapshot(pair.slots, pair.bench.ledger);
  const beliefs = new BinBeliefs(pair.bench.ledger.state, booted, BINS);
  expect([0, 1, 2, 3].map((bin) => Object.values(beliefs.content(bin)))).toEqual(BELIEVED);
});

test("twice in a row, and once more with what the box has told meanwhile", () => {
  const pair = new Pair();
  pair.snapshot(pair.next - 1, KNOWN);
  pair.snapshot(1, EMPTY);
  // The cloud has caught up, the box forgets its own, and the same copy is put back again.
  pair.snapshot(pair.next - 1, KNOWN);
  expect(pair.bench.ledger.state.bins.size).toBe(0);
  pair.hang(3, "888XYZ");
  pair.snapshot(1, EMPTY);
  pair.snapshot(0, EMPTY);
  expect(pair.believed()).toEqual([...BELIEVED.slice(0, 3), [Belief.holds, { fob: "888XYZ" }]]);
});

test("only bins of which a snapshot with a lower asOf says something else are told, and only those the box has", () => {
  const pair = new Pair();
  pair.snapshot(pair.next - 1, KNOWN);
  pair.hang(BINS, "888XYZ");
  pair.snapshot(1, [{ bin: 0, enabled: true, key: 10 }, { ...KNOWN[1]!, fob: "888XYZ" }, KNOWN[2]!, KNOWN[3]!]);
  expect(pair.kept).toMatchObject([
    { bin: 0, belief: Belief.holds, key: KEY },
    { bin: 1, belief: Belief.taken, fob: "777XYZ" },
  ]);
});

test("of one that has rotted nothing is told anew as sure", () => {
  const pair = new Pair();
  pair.snapshot(pair.next - 1, KNOWN);
  pair.current.rotted();
  pair.snapshot(1, withRow({ bin: 3, enabled: true, key: KEY }));
  expect(pair.believed()).toEqual([
    [Belief.doubt, { key: KEY }],
    [Belief.doubt, { fob: "777XYZ" }],
    [Belief.doubt, undefined],
    [Belief.doubt, undefined],
  ]);
});

test("in a journal that has room for nothing less, what it does not know is told all the same", () => {
  const pair = new Pair();
  pair.snapshot(pair.next - 1, KNOWN);
  const { ledger } = pair.bench;
  for (let id = 1; ledger.refusal("dropoff") === undefined; id++) {
    ledger.write({ kind: Kind.command, id, command: CommandKind.closeSheets, sheet: 1 }, "vital");
  }
  pair.snapshot(1, EMPTY);
  expect(pair.believed()).toEqual(BELIEVED);
});

test("a snapshot of another journal's life is one that knows less", () => {
  const pair = new Pair();
  pair.snapshot(pair.next - 1, KNOWN);
  pair.snapshot(pair.next - 1, EMPTY, new Uint8Array(8).fill(9));
  expect(pair.believed()).toEqual(BELIEVED);
});

test("a snapshot that knows as much writes nothing anew, and is believed", () => {
  const pair = new Pair();
  pair.snapshot(pair.next - 1, KNOWN);
  pair.snapshot(pair.next - 1, EMPTY);
  expect(pair.kept).toEqual([]);
  expect(pair.believed()).toEqual(EMPTY.map(() => [Belief.empty, undefined]));
});

test("a snapshot that cannot be read knows nothing: no doubt is told in its name", () => {
  const pair = new Pair();
  pair.snapshot(pair.next - 1, KNOWN);
  const { bench } = pair;
  const blind = new CurrentSnapshot(slotsOn(makeFlash({ sectors: 4, fill: 0x24 })), bench.reboot());
  expect(blind.view).toBeUndefined();
  const file = buildSnapshot({ ...SMALL, version: 60, epoch: bench.ledger.journal.epoch!, asOf: 1, bins: [...EMPTY] });
  const writer = blind.begin(60, file.length);
  writer.write(file);
  blind.activate(writer.finish(), BINS);
  expect(pair.kept).toEqual([]);
});

test("where records are missing, every bin is told anew but those in doubt, and not from the space for emergencies", () => {
  const told: [number, Belief, string | undefined][] = [];
  const state = emptyState();
  // The last is of a unit that was taken away.
  const beliefs = [Belief.empty, Belief.holds, Belief.taken, Belief.doubt, Belief.holds];
  for (const [bin, belief] of beliefs.entries())
    state.bins.set(bin, { seq: 1 + bin, belief, item: belief === Belief.empty ? undefined : { fob: "777XYZ" } });
  const ledger: Pick<Ledger, "note"> = {
    note: (body, rank) => void (body.kind === Kind.binKept && told.push([body.bin, body.belief, rank])),
  };
  tellAllBins(ledger as Ledger, new BinBeliefs(state, { view: undefined }, 4), 4);
  expect(told).toEqual([
    [0, Belief.empty, "dropoff"],
    [1, Belief.holds, "dropoff"],
    [2, Belief.taken, "dropoff"],
  ]);
});
