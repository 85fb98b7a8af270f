import { expect, test } from "vitest";
import { Auth, Exchange, GapReason, LinkEvent, Outcome, PowerEvent } from "../../firmware/records/records.js";
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
    { kind: Kind.intent, exchange: Exchange.pickup, bin: 1, auth: Auth.bookingCode, user: 3, access: 9, key: 7 },
    { kind: Kind.intent, exchange: Exchange.dropoff, bin: 0, auth: Auth.quickScan, key: 8, from: 5 },
    { kind: Kind.outcome, of: 9, result: Outcome.notOpened },
    { kind: Kind.power, event: PowerEvent.sleep, charge: 80 },
    // Of a newer firmware.
    { kind: Kind.power, event: 99 },
    { kind: Kind.link, event: LinkEvent.sessionDown, link: "wifi", reason: "no answer" },
    { kind: Kind.gap, reason: GapReason.diagnosticsSuspended, count: 3 },
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
