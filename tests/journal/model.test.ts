import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { admits, JournalFullError, type Rank } from "../../firmware/journal/contract.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { mount, newFlash, payloadFor, readAll, type TrialEntry } from "./support.js";

vi.setConfig({ testTimeout: 60_000 });

const SEED = Number(process.env.JOURNAL_SEED ?? 20_261_123);

type Step =
  | { readonly do: "append"; readonly bytes: number; readonly rank: Rank; readonly times: number }
  | { readonly do: "boot" }
  | { readonly do: "ack"; readonly share: number }
  | { readonly do: "cut"; readonly operation: number; readonly at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      bytes: fc.integer({ min: 1, max: 240 }),
      rank: fc.constantFrom<Rank>("diagnostic", "pickup", "dropoff", "vital"),
      times: fc.integer({ min: 1, max: 30 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("boot" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("ack" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("cut" as const),
      operation: fc.integer({ min: 1, max: 40 }),
      at: fc.integer({ min: 0, max: 300 }),
    }),
  },
);

test(`behaves like a list of records, whatever happens in whatever order (seed ${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 4, 8, 16, 32),
      fc.array(step, { minLength: 5, maxLength: 60 }),
      (alignBytes, steps) => {
        const flash = newFlash({ sectorBytes: 4096, sectors: 4, alignBytes }, 5);
        let journal = mount(flash);
        const list: (TrialEntry & { rank: Rank })[] = [];
        let acknowledged = 0;
        const check = (inFlight?: TrialEntry & { rank: Rank }) => {
          const found = readAll(journal);
          if (inFlight !== undefined && found.at(-1)?.seq === inFlight.seq) list.push(inFlight);
          // Given up is nothing but a beginning, and in it nothing vital that the cloud does not have.
          const given = list.length - found.length;
          expect(found).toEqual(list.slice(given).map(({ seq, payload }) => ({ seq, payload })));
          for (const entry of list.slice(0, given))
            expect(entry.rank === "diagnostic" || entry.seq <= acknowledged).toBe(true);
          expect(journal.nextSeq).toBe(list.length + 1);
        };
        for (const now of steps) {
          if (now.do === "boot") {
            journal = mount(flash);
            check();
            journal.acknowledge(acknowledged);
          } else if (now.do === "ack") {
            const seq = Math.floor(now.share * list.length);
            journal.acknowledge(seq);
            acknowledged = Math.max(acknowledged, seq);
          } else {
            if (now.do === "cut") flash.planCut({ operation: now.operation, at: now.at });
            const { bytes, rank, times } = now.do === "append" ? now : { bytes: 33, rank: "vital" as const, times: 40 };
            for (let i = 0; i < times; i++) {
              const entry = { seq: journal.nextSeq, payload: payloadFor(journal.nextSeq, bytes), rank };
              const room = journal.room;
              try {
                expect(journal.append(entry.payload, rank)).toBe(entry.seq);
                list.push(entry);
                expect(room === "none" || admits(room, rank)).toBe(true);
              } catch (error) {
                if (error instanceof JournalFullError) {
                  expect(room).not.toBe("all");
                  break;
                }
                if (!(error instanceof PowerCut)) throw error;
                flash.powerOn();
                // Cut a second time while it recovers, then settle what was in flight by an append of the same bytes.
                journal = mount(flash);
                check(entry);
                journal.acknowledge(acknowledged);
                flash.planCut(undefined);
                const next = { seq: journal.nextSeq, payload: payloadFor(journal.nextSeq, 9), rank: "vital" as const };
                try {
                  journal.append(next.payload, "vital");
                  list.push(next);
                } catch (full) {
                  if (!(full instanceof JournalFullError)) throw full;
                }
                break;
              }
            }
            flash.planCut(undefined);
          }
        }
        check();
        expect([flash.overProgrammed, flash.overUnstable]).toEqual([0, 0]);
      },
    ),
    // Shrinking a failure would take longer than all other tests; the seed and the path are in its message.
    { seed: SEED, numRuns: 50, endOnFailure: true },
  );
});
