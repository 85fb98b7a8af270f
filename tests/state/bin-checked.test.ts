import { expect, test } from "vitest";
import { recordBinCheck } from "../../firmware/exchange/bin-check.js";
import { Auth, Kind } from "../../firmware/records/records.js";
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
  const believed = () =>
    [...bench.ledger.state.bins].map(([bin, { content, uncertain }]) => [bin, content, uncertain] as const);
  const expected = [
    [3, "empty", false],
    [4, { key: 7 }, false],
    [5, { fob: "777XYZ" }, false],
    [6, { key: 7 }, true],
    [7, "same", true],
  ];
  expect(believed()).toEqual(expected);
  bench.reboot();
  expect(believed()).toEqual(expected);
});
