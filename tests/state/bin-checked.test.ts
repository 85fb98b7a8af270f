import { expect, test } from "vitest";
import { recordBinCheck } from "../../firmware/exchange/bin-check.js";
import { Auth, Belief, Kind } from "../../firmware/records/records.js";
import { LedgerBench } from "../support/ledger-bench.js";

test("what somebody with a right says of a bin is believed of that bin alone, and outlives a boot", () => {
  const bench = new LedgerBench();
  const { ledger } = bench;
  const of = ledger.write({ kind: Kind.emergency, target: 2, sheet: 1, number: 1 }, "vital");
  ledger.write({ kind: Kind.emergency, target: 2, sheet: 1, number: 1, bin: 3, of }, "vital");
  recordBinCheck(ledger, 3, "empty", { of });
  recordBinCheck(ledger, 4, { key: 7 }, { of });
  recordBinCheck(ledger, 5, { fob: "777XYZ" }, { of });
  recordBinCheck(ledger, 6, { doubt: { key: 7 } }, { of, auth: Auth.bookingCode });
  recordBinCheck(ledger, 7, { doubt: {} }, { of });
  const believed = () => [...bench.ledger.state.bins].map(([bin, { belief, item }]) => [bin, belief, item] as const);
  const expected = [
    [3, Belief.empty, undefined],
    [4, Belief.holds, { key: 7 }],
    [5, Belief.holds, { fob: "777XYZ" }],
    [6, Belief.doubt, { key: 7 }],
    [7, Belief.doubt, "same"],
  ];
  expect(believed()).toEqual(expected);
  bench.reboot();
  expect(believed()).toEqual(expected);
});
