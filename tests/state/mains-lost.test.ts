import { expect, test } from "vitest";
import { Kind, PowerEvent } from "../../firmware/records/records.js";
import { ClockQuality } from "../../hal/ports/clock.js";
import { LedgerBench } from "../support/ledger-bench.js";

const LOST = 1_790_000_000;
const lost = { kind: Kind.power, event: PowerEvent.mainsLost, charge: 97 } as const;

function withoutMains(): LedgerBench {
  const bench = new LedgerBench();
  bench.mains = false;
  bench.ledger.note(lost);
  return bench;
}

test("the loss of mains is remembered with its time and charge, over boots, until a record with mains", () => {
  const bench = withoutMains();
  expect(bench.ledger.state.mainsLost).toEqual({ at: LOST, synced: false, charge: 97 });
  for (let i = 0; i < 3; i++) {
    bench.clock.pass(40_000);
    expect(bench.reboot().state.mainsLost).toEqual({ at: LOST, synced: false, charge: 97 });
  }
  bench.mains = true;
  expect(bench.reboot().state.mainsLost).toBeUndefined();
});

test("a loss that no power record tells is known from the next record of any kind", () => {
  const bench = new LedgerBench();
  bench.mains = false;
  bench.clock.pass(500);
  expect(bench.reboot().state.mainsLost).toEqual({ at: LOST + 500, synced: false, charge: undefined });
});

test("a loss while the clock was unknown keeps an unknown time, whatever the clock says later", () => {
  const bench = new LedgerBench();
  bench.clock.wall = undefined;
  bench.mains = false;
  bench.ledger.note(lost);
  bench.clock.setWall(LOST);
  bench.ledger.note({ kind: Kind.clockSet });
  expect(bench.reboot().state.mainsLost).toEqual({ at: undefined, synced: false, charge: 97 });
});

test.each([
  ["was not set since that boot takes the time of the loss along", ClockQuality.kept, LOST - 3_600],
  ["had been right then leaves it", ClockQuality.synced, LOST],
] as const)("a clock that is put right and %s", (_, quality, expected) => {
  const bench = new LedgerBench();
  bench.clock.quality = () => quality;
  bench.mains = false;
  bench.ledger.note(lost);
  bench.clock.pass(100);
  bench.clock.setWall(LOST + 100 - 3_600);
  bench.ledger.note({ kind: Kind.clockSet, previous: LOST + 100 });
  expect(bench.reboot().state.mainsLost?.at).toBe(expected);
});
