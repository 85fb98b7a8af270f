import { Auth, Belief, Exchange, Kind } from "../../firmware/records/records.js";
import type { BoxState } from "../../firmware/state/box-state.js";

/** Every field with a value of its own, none of which is what an empty state has. */
export function fullState(): BoxState {
  return {
    boots: 17,
    acked: 301,
    lastSync: 1_790_000_001,
    mainsLost: { at: 1_790_000_002, synced: true, charge: 83 },
    batteryLow: true,
    command: 23,
    snapshot: { version: 5, slot: 1, asOf: 290, binsCrc: 0xcbf4_3926 },
    bins: new Map([
      [3, { seq: 302, belief: Belief.holds, item: { key: 7 } }],
      [9, { seq: 305, belief: Belief.doubt, item: "same" as const }],
    ]),
    faulty: new Set([4, 11]),
    enabled: new Map([
      [5, { enabled: false, seq: 303 }],
      [6, { enabled: true, seq: 304 }],
    ]),
    throttles: new Map([
      [202, { failures: 4, at: 1_790_000_003 }],
      [203, { failures: 2, at: undefined }],
      [8, { failures: 5, at: 1_790_000_004 }],
      [200, { failures: 130, at: 1_790_000_500 }],
    ]),
    codes: {
      sheet: 6,
      used: new Map([
        [3, 2],
        [201, 1],
      ]),
      grace: { seq: 306, target: 3, sheet: 6, number: 2, at: 1_790_000_005, boot: 16, reuses: 3 },
    },
    exchange: {
      seq: 307,
      kind: Kind.intent,
      exchange: Exchange.dropoff,
      bin: 12,
      auth: Auth.bookingCode,
      user: 31,
      access: 32,
      from: 13,
      freed: 14,
      contested: 1,
      short: 1,
      key: 33,
      at: 1_790_000_006,
      flags: 3,
    },
    opening: { seq: 308, bin: 15, before: { seq: 299, belief: Belief.taken, item: { fob: "777XYZ" } } },
    openAll: { seq: 309, at: 1_790_000_007, sheet: 6, number: 4, bin: 15, cutOff: new Set([1, 2]) },
  };
}
