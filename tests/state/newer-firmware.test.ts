import { describe, expect, test } from "vitest";
import { Journal } from "../../firmware/journal/journal.js";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Auth, Belief, CommandKind, DoorEvent, Exchange, Kind, PowerEvent } from "../../firmware/records/records.js";
import { encodeCheckpoint } from "../../firmware/state/checkpoint.js";
import { BatchReader } from "../../firmware/sync/batch.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import { ENVELOPE_OVERHEAD } from "../../firmware/wire/envelope.js";
import { Records } from "../../firmware/wire/messages.js";
import { WakeCause } from "../../hal/ports/power.js";
import { CloudRig } from "../cloud/support/cloud-rig.js";
import { LedgerBench } from "../support/ledger-bench.js";

const AT = { at: 1_790_000_000, flags: 2 };

/** What a firmware after a downgrade finds in its journal: bodies as a later one wrote them. */
const NEWER: readonly (readonly [string, object, number | undefined])[] = [
  ["a kind that does not exist yet", { kind: 77, bin: 3, ...AT }, 3],
  ["a kind beyond a byte", { kind: 700, bin: 3, ...AT }, 3],
  ["a kind of another type", { kind: "swap", bin: 3, ...AT }, 3],
  ["an exchange of a third sort", { kind: Kind.intent, exchange: 3, bin: 3, auth: Auth.bookingCode, key: 1, ...AT }, 3],
  ["a right of a sixth sort", { kind: Kind.intent, exchange: Exchange.pickup, bin: 3, auth: 6, key: 1, ...AT }, 3],
  ["a result of a fifth sort", { kind: Kind.outcome, of: 1, result: 5, ...AT }, undefined],
  ["a kind that names no bin", { kind: 78, ...AT }, undefined],
  ["a bin that this one cannot have", { kind: 78, bin: 200, ...AT }, undefined],
];

describe("a record of a later firmware in the journal", () => {
  test.each(NEWER)("%s: kept, sent as it is, no crash, and the bin that it names is in doubt", (_, body, bin) => {
    const bench = new LedgerBench();
    const raw = encodeCbor(body);
    const seq = bench.ledger.journal.append(raw, "vital");
    const ledger = bench.reboot();
    expect(ledger.undecodable).toBe(1);
    expect([...ledger.state.bins]).toEqual(
      bin === undefined ? [] : [[bin, { seq, belief: Belief.doubt, item: "same" }]],
    );
    const reader = new BatchReader(ledger.journal);
    reader.seek(seq);
    const { message } = reader.next(1)!;
    expect(Records.decode(message.subarray(ENVELOPE_OVERHEAD)).records[0]).toEqual(raw);
    // The state that follows from it is the same once more, and the ledger writes on.
    ledger.write({ kind: Kind.door, bin: 5, event: DoorEvent.heldOpen }, "vital");
    expect(bench.reboot().state.bins.get(3)?.belief).toBe(bin === undefined ? undefined : Belief.doubt);
  });

  test.each([
    ["a wake cause", { kind: Kind.boot, boot: 41, cause: 9, firmware: "2.0.0-beta.1+20270101.abcdef0" }],
    ["a power event", { kind: Kind.power, event: 12 }],
    ["a link event", { kind: Kind.link, event: 7, link: "satellite" }],
    ["a reason of a gap", { kind: Kind.gap, reason: 9, count: 2 }],
  ])("%s that only describes does not cost the record", (_, body) => {
    const bench = new LedgerBench();
    bench.ledger.journal.append(encodeCbor({ ...body, ...AT, chapter: 1 }), "vital");
    const ledger = bench.reboot();
    expect(ledger.undecodable).toBe(0);
    // Boots are never counted twice: sessions without entropy are named after them.
    if (body.kind === Kind.boot) expect(ledger.state.boots).toBe(42);
  });

  test("today's cloud keeps it as it came, acknowledges it, and doubts the bin too", () => {
    const { cloud } = new CloudRig();
    const box = "MS5-PARIS";
    const raw = NEWER.map(([, body]) => encodeCbor(body));
    const epoch = new Uint8Array(8).fill(1);
    const { ingest, store } = cloud;
    expect(ingest.log.inventory.isDoubtful(box, 3)).toBe(false);
    expect(ingest.take(box, { epoch, first: 1, records: raw })).toBe(raw.length);
    expect(ingest.through(box, "01".repeat(8))).toBe(raw.length);
    store.commit();
    expect(store.data.events.map(({ kind, detail }) => [kind, detail.raw])).toEqual(
      raw.map((bytes) => ["undecodable", Buffer.from(bytes).toString("hex")]),
    );
    expect(ingest.log.inventory.isDoubtful(box, 3)).toBe(true);
    expect(ingest.log.inventory.isDoubtful(box, 4)).toBe(false);
  });
});

/** A journal whose checkpoint a later firmware wrote: what `bench` knew, with these pieces. */
function downgraded(pieces: (own: Uint8Array[]) => Iterable<Uint8Array>): LedgerBench {
  const before = new LedgerBench();
  before.ledger.write({ kind: Kind.door, bin: 1, event: DoorEvent.unexpected }, "vital");
  before.ledger.write({ kind: Kind.command, id: 5, command: CommandKind.closeSheets, sheet: 3 }, "vital");
  const bench = new LedgerBench();
  for (let sector = 0; sector < bench.flash.sizeBytes; sector += bench.flash.sectorBytes) bench.flash.erase(sector);
  const journal = Journal.mount({
    flash: bench.flash,
    entropy: { fill: (into) => void into.fill(8) },
    owner: { checkpoint: () => pieces([...encodeCheckpoint(before.ledger.state)]) },
  });
  journal.append(encodeRecord({ kind: Kind.boot, boot: 9, cause: WakeCause.powerOn, firmware: "2.0", ...AT }), "vital");
  bench.reboot();
  return bench;
}

describe("a checkpoint of a later firmware", () => {
  const doubted = ({ ledger }: LedgerBench) =>
    [...ledger.state.bins.values()].filter(({ belief }) => belief === Belief.doubt).length;

  test("of today's chapters is read whole", () => {
    const bench = downgraded((own) => own);
    expect(doubted(bench)).toBe(1);
    expect(bench.ledger.undecodable).toBe(0);
    expect(bench.ledger.state.codes.sheet).toBe(3);
  });

  test("a chapter from 128 on is passed over", () => {
    const bench = downgraded((own) => [
      encodeCbor({ chapter: 128, entries: "x" }),
      ...own,
      encodeCbor({ chapter: 255 }),
    ]);
    expect(doubted(bench)).toBe(1);
    expect(bench.ledger.undecodable).toBe(0);
    expect(bench.ledger.state.codes.sheet).toBe(3);
  });

  test.each<[string, Uint8Array]>([
    ["a chapter below 128", encodeCbor({ chapter: 24, first: 1, entries: new Uint8Array(9).fill(7) })],
    ["a chapter without a number", encodeCbor({ chapter: "bins" })],
    ["no chapter at all", encodeCbor({ kind: Kind.boot })],
    ["a chapter of bins in another shape", encodeCbor({ chapter: 20, entries: [1, 2] })],
    ["a chapter of bins without its base", encodeCbor({ chapter: 20, entries: new Uint8Array(9) })],
    ["an opening without its record", encodeCbor({ chapter: 21, entries: Uint8Array.of(1) })],
    ["a main chapter whose lists are of another shape", encodeCbor({ chapter: 1, grace: { kind: Kind.boot } })],
    ["a main chapter with a shorter list", encodeCbor({ chapter: 1, openAll: [1, 2] })],
    ["an exchange under way in another shape", encodeCbor({ chapter: 1, pending: Uint8Array.of(0xff), next: 1 })],
    ["what is no map", Uint8Array.of(0x83, 1, 2, 3)],
    ["what is no CBOR", Uint8Array.of(0xff)],
  ])("%s puts every bin in doubt, and the rest is read", (_, piece) => {
    for (const order of [(own: Uint8Array[]) => [piece, ...own], (own: Uint8Array[]) => [...own, piece]]) {
      const bench = downgraded(order);
      expect(doubted(bench)).toBe(200);
      expect(bench.ledger.undecodable).toBe(1);
      expect(bench.ledger.state.codes.sheet).toBe(3);
      // It is in this firmware's own checkpoints from now on, and they fit.
      for (let i = 0; i < 8_000 && bench.ledger.journal.oldestSeq === 1; i++) {
        bench.ledger.acknowledge(bench.ledger.write({ kind: Kind.power, event: PowerEvent.mainsLost }, "vital"));
      }
      expect(bench.ledger.journal.oldestSeq).toBeGreaterThan(1);
      bench.reboot();
      expect(doubted(bench)).toBe(200);
      // The cloud's next snapshot knows better.
      bench.ledger.write(
        { kind: Kind.snapshotApplied, version: 1, slot: 0, asOf: bench.ledger.journal.nextSeq - 1, sheet: 3 },
        "vital",
      );
      expect(doubted(bench)).toBe(0);
    }
  });
});
