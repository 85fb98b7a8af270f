import fc from "fast-check";
import { expect, test } from "vitest";
import { Auth, Belief, type Body, Exchange, Kind } from "../../firmware/records/records.js";
import { encodeCheckpoint } from "../../firmware/state/checkpoint.js";
import { WriteRefused } from "../../firmware/state/ledger.js";
import { LedgerBench } from "../support/ledger-bench.js";

const bin = fc.integer({ min: 0, max: 199 });
const held = fc.oneof(
  fc.record({ key: fc.integer({ min: 1, max: 2_000 }) }),
  fc.record({ fob: fc.stringMatching(/^[0-9A-Z]{4,16}$/) }),
);
const result = fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const);

/** Bodies whose `of` is an offset back from the newest record, to be resolved when they are written. */
const body: fc.Arbitrary<Body> = fc.oneof(
  fc
    .record({
      kind: fc.constant(Kind.intent),
      exchange: fc.constantFrom(1 as const, 2 as const),
      bin,
      auth: fc.constantFrom(1 as const, 2 as const, 4 as const),
      from: fc.option(bin, { nil: undefined }),
      freed: fc.option(bin, { nil: undefined }),
      contested: fc.constantFrom(undefined, 1 as const),
      held,
    })
    .map(({ held: item, ...rest }) => ({ ...rest, ...item })),
  fc.record({ kind: fc.constant(Kind.outcome), of: fc.constant(0), result }),
  fc.record({ kind: fc.constant(Kind.codeFailure), count: fc.integer({ min: 1, max: 99 }), target: fc.constant(0) }),
  fc.record({
    kind: fc.constant(Kind.emergency),
    target: fc.constantFrom(1 as const, 2 as const, 3 as const),
    sheet: fc.integer({ min: 1, max: 5 }),
    number: fc.integer({ min: 1, max: 10 }),
    bin: fc.option(bin, { nil: undefined }),
    of: fc.constantFrom(undefined, 0),
  }),
  fc.record({ kind: fc.constant(Kind.emergencyOutcome), of: fc.constant(0), result }),
  fc
    .record({ kind: fc.constant(Kind.binKept), bin, belief: fc.constantFrom(...Object.values(Belief)), held })
    .map(({ held: item, ...rest }) => ({ ...rest, ...item })),
  fc.record({ kind: fc.constant(Kind.binChecked), bin, doubt: fc.constantFrom(undefined, 1 as const) }),
  fc.record({ kind: fc.constant(Kind.binFault), bin, event: fc.constantFrom(1 as const, 2 as const, 3 as const) }),
  fc.record({
    kind: fc.constant(Kind.command),
    id: fc.integer({ min: 1, max: 1_000 }),
    command: fc.constantFrom(2 as const, 3 as const, 5 as const),
    bin,
    sheet: fc.integer({ min: 0, max: 9 }),
  }),
  fc.record({
    kind: fc.constant(Kind.snapshotApplied),
    version: fc.integer({ min: 1, max: 99 }),
    slot: fc.constantFrom(0 as const, 1 as const),
    asOf: fc.integer({ min: 0, max: 400 }),
    sheet: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    kind: fc.constant(Kind.power),
    event: fc.constantFrom(1 as const, 3 as const, 5 as const),
    charge: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant(Kind.ack), through: fc.integer({ min: 0, max: 300 }) }),
);

test("whatever was written, a boot rebuilds the state that the box had before", () => {
  const step = fc.record({ body, back: fc.integer({ min: 1, max: 3 }), mains: fc.boolean(), seconds: fc.nat(9_000) });
  const steps = fc.array(step, { minLength: 1, maxLength: 500 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 4, max: 8 }), (list, sectors) => {
      const bench = new LedgerBench({ sectors });
      for (const { body: draft, back, mains, seconds } of list) {
        const hadMains = bench.mains;
        bench.mains = mains;
        bench.clock.pass(seconds);
        const of = bench.ledger.journal.nextSeq - back;
        const resolved = "of" in draft && draft.of !== undefined ? { ...draft, of: Math.max(1, of) } : draft;
        try {
          bench.ledger.write(resolved, "vital");
        } catch (error) {
          // A state of 200 changed bins does not fit twice into a sector of 4 KiB: refused, which is not what is tested here.
          if (!(error instanceof WriteRefused)) throw error;
          bench.mains = hadMains;
        }
        bench.ledger.journal.acknowledge(bench.ledger.journal.nextSeq - 1);
      }
      const before = structuredClone(bench.ledger.state);
      bench.reboot();
      const after = structuredClone(bench.ledger.state);
      expect(after.boots).toBe(before.boots + 1);
      expect({ ...after, boots: 0 }).toEqual({ ...before, boots: 0 });
    }),
    { seed: 2026, numRuns: 60 },
  );
});

test("the pieces of the largest state fit the journal's payload", () => {
  const bench = new LedgerBench();
  const { state } = bench.ledger;
  const seq = 2 ** 40;
  for (let bin = 0; bin < 200; bin++) {
    state.bins.set(bin, { seq, belief: Belief.doubt, item: { fob: "ABCDEFGHIJKLMNOP" } });
    state.enabled.set(bin, { enabled: false, seq });
    state.faulty.add(bin);
    state.codes.used.set(bin, 10);
  }
  state.mainsLost = { at: 2 ** 32, synced: true, charge: 100 };
  state.exchange = {
    seq,
    kind: Kind.intent,
    exchange: Exchange.dropoff,
    bin: 199,
    auth: Auth.bookingCode,
    user: 2 ** 31,
    access: 2 ** 31,
    from: 198,
    fob: "ABCDEFGHIJKLMNOP",
    at: 2 ** 32,
    flags: 15,
  };
  state.openAll = { seq, at: 2 ** 32, sheet: 999, number: 99, bin: 199, cutOff: new Set(state.faulty) };
  state.opening = { seq, bin: 199, before: state.bins.get(199) };
  state.codes.grace = { seq, target: 201, sheet: 999, number: 99, at: 2 ** 32, boot: 2 ** 31, reuses: 5 };
  for (const piece of encodeCheckpoint(state)) expect(piece.length).toBeLessThanOrEqual(240);
});
