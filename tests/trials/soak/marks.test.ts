import { expect, test } from "vitest";
import { Auth } from "../../../firmware/records/records.js";
import { possibleMarks, recordMarks } from "../../../sim/trials/journal-reader/marks.js";
import { Exchange, Kind, Result } from "../../../sim/trials/journal-reader/records.js";

test("every kind of record has its mark, and the values and flags that tell one from another", () => {
  const marks = possibleMarks();
  expect(marks).toEqual(expect.arrayContaining(["intent", "intent.exchange=1", "intent.exchange=2", "intent.lapsed"]));
  expect(marks).toEqual(expect.arrayContaining(["outcome.result=1", "outcome.result=4", "ack", "link.reason"]));
  // A number that can be anything is no sort of record.
  expect(marks.filter((mark) => mark.startsWith("ack"))).toEqual(["ack"]);
  expect(new Set(marks).size).toBe(marks.length);
});

test("a record shows its kind, its small values and what it has that it need not have", () => {
  const head = { at: 0, flags: 0 };
  expect(recordMarks({ ...head, kind: Kind.outcome, of: 7, result: Result.leftOpen })).toEqual([
    "outcome",
    "outcome.result=2",
  ]);
  const intent = { ...head, kind: Kind.intent, exchange: Exchange.pickup, bin: 3, auth: Auth.keyCode, key: 5 };
  expect(recordMarks(intent as never)).toEqual(["intent", "intent.exchange=1", "intent.auth=2", "intent.key"]);
  expect(recordMarks({ ...head, kind: 250 })).toEqual([]);
});
