import { expect, test } from "vitest";
import { detailOf } from "../../sim/page/server/record-words.js";
import { Kind } from "../../sim/trials/journal-reader/records.js";

const NAMES = {
  bin: (bin: number) => ["A-1", "A-2"][bin],
  key: (key: number) => (key === 7 ? "Meter room, west" : undefined),
  user: (user: number) => (user === 3 ? "Noor Haddad" : undefined),
};
const HEAD = { at: 1, flags: 2 };

test("a record is told with the names of bins, keys, people and events; what has none keeps its number", () => {
  const told = [
    { kind: Kind.intent, exchange: 1, bin: 1, auth: 1, user: 3, access: 9, key: 7 },
    { kind: Kind.intent, exchange: 2, bin: 0, auth: 4, key: 8, from: 5 },
    { kind: Kind.outcome, of: 9, result: 3 },
    { kind: Kind.power, event: 3, charge: 80 },
    // Of a newer firmware.
    { kind: Kind.power, event: 99 },
    { kind: Kind.link, event: 2, link: "wifi", reason: "no answer" },
    { kind: Kind.gap, reason: 1, count: 3 },
  ].map((record) => detailOf({ ...HEAD, ...record }, NAMES));
  expect(told).toEqual([
    "exchange pickup, bin A-2, auth booking code, user Noor Haddad, access 9, key Meter room, west",
    "exchange dropoff, bin A-1, auth quick scan, key 8, from 5",
    "of 9, result not opened",
    "event sleep, charge 80",
    "event 99",
    "event session down, link wifi, reason no answer",
    "reason diagnostics suspended, count 3",
  ]);
});
