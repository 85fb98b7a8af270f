import { describe, expect, test } from "vitest";
import { Auth, Exchange, Kind } from "../../firmware/records/records.js";
import { type BoxState, emptyState } from "../../firmware/state/box-state.js";
import { applyCheckpoint, encodeCheckpoint } from "../../firmware/state/checkpoint.js";
import { decodeCbor, encodeCbor } from "../../firmware/wire/cbor.js";
import { fullState } from "../support/full-state.js";

function restored(state: BoxState): BoxState {
  const copy = emptyState();
  for (const piece of encodeCheckpoint(state)) applyCheckpoint(copy, piece);
  return copy;
}

const chaptersOf = (state: BoxState) => [...encodeCheckpoint(state)].map((piece) => decodeCbor(piece).chapter);

test("a state with everything in it comes back, field by field", () => {
  const state = fullState();
  expect(restored(state)).toEqual(state);
});

describe("a state in which one thing is missing comes back without it", () => {
  const without: readonly (readonly [string, (state: BoxState) => void])[] = [
    ["last sync", (state) => Object.assign(state, { lastSync: undefined })],
    ["loss of mains", (state) => Object.assign(state, { mainsLost: undefined })],
    [
      "what the loss does not tell",
      (state) => Object.assign(state, { mainsLost: { at: undefined, synced: false, charge: undefined } }),
    ],
    ["low battery", (state) => Object.assign(state, { batteryLow: false })],
    ["snapshot", (state) => Object.assign(state, { snapshot: undefined })],
    ["bins", (state) => state.bins.clear()],
    ["enabled bins", (state) => state.enabled.clear()],
    ["bins and enabled bins", (state) => [state.bins.clear(), state.enabled.clear()]],
    ["throttles", (state) => state.throttles.clear()],
    ["throttle of ordinary codes", (state) => state.throttles.delete(202)],
    ["time of the ordinary throttle", (state) => state.throttles.set(202, { failures: 4, at: undefined })],
    [
      "times of all throttles",
      (state) => {
        for (const [index, { failures }] of state.throttles) state.throttles.set(index, { failures, at: undefined });
      },
    ],
    ["grace", (state) => Object.assign(state.codes, { grace: undefined })],
    ["time of the grace", (state) => Object.assign(state.codes, { grace: { ...state.codes.grace!, at: undefined } })],
    ["exchange", (state) => Object.assign(state, { exchange: undefined })],
    ["opening", (state) => Object.assign(state, { opening: undefined })],
    [
      "belief before the opening",
      (state) => Object.assign(state, { opening: { seq: 308, bin: 15, before: undefined } }),
    ],
    ["run", (state) => Object.assign(state, { openAll: undefined })],
    ["time of the run", (state) => Object.assign(state, { openAll: { ...state.openAll!, at: undefined } })],
    [
      "run, grace and exchange",
      (state) => [
        Object.assign(state, { openAll: undefined, exchange: undefined }),
        Object.assign(state.codes, { grace: undefined }),
      ],
    ],
  ];
  test.each(without)("%s", (_, remove) => {
    const state = fullState();
    remove(state);
    expect(restored(state)).toEqual(state);
  });
});

test("a state with nothing in it is one piece, and each thing adds its own alone", () => {
  expect(chaptersOf(emptyState())).toEqual([1]);
  for (const one of ["exchange", "openAll", "opening"] as const) {
    const state = { ...emptyState(), [one]: fullState()[one] };
    const cutOff = one === "openAll" ? [9] : [];
    expect(chaptersOf(state)).toEqual([1, ...(one === "opening" ? [21] : [1]), ...cutOff]);
  }
  const graced = emptyState();
  graced.codes.grace = fullState().codes.grace;
  expect(chaptersOf(graced)).toEqual([1, 1]);
  expect(chaptersOf(fullState())).toEqual([1, 1, 21, 20, 6, 7, 8, 9, 10]);
});

test("every piece of a full state says that it was read", () => {
  for (const piece of encodeCheckpoint(fullState())) expect(applyCheckpoint(emptyState(), piece)).toBe(true);
});

test("wrong ordinary codes stand in the main piece alone, were it one", () => {
  const state = emptyState();
  state.throttles.set(202, { failures: 1, at: 5 });
  expect(chaptersOf(state)).toEqual([1]);
  expect(restored(state)).toEqual(state);
});

test("a piece is filled to its last byte", () => {
  const state = emptyState();
  for (let target = 0; target < 110; target++) state.codes.used.set(target, 1);
  expect(chaptersOf(state)).toEqual([1, 6]);
  state.codes.used.set(110, 1);
  expect(chaptersOf(state)).toEqual([1, 6, 6]);
});

test("half of an exchange, and bins of a run that is not there, are left out", () => {
  const state = emptyState();
  applyCheckpoint(state, encodeCbor({ chapter: 1, next: 5 }));
  applyCheckpoint(state, encodeCbor({ chapter: 1, pending: encodeCbor({ kind: Kind.intent }) }));
  applyCheckpoint(state, encodeCbor({ chapter: 9, first: 0, entries: Uint8Array.of(3) }));
  expect(state).toEqual(emptyState());
});

test("a piece of a kind that only a newer firmware writes, or without entries, changes nothing", () => {
  const state = fullState();
  applyCheckpoint(state, encodeCbor({ chapter: 77, first: 5, entries: Uint8Array.of(1, 2, 3) }));
  applyCheckpoint(state, encodeCbor({ chapter: 20, first: 5 }));
  applyCheckpoint(state, encodeCbor({ chapter: 77 }));
  expect(state).toEqual(fullState());
});

test("times of throttles count from the lowest, and none is taken for unknown", () => {
  const state = emptyState();
  state.throttles.set(1, { failures: 1, at: 500 });
  state.throttles.set(2, { failures: 2, at: 400 });
  state.throttles.set(3, { failures: 3, at: undefined });
  const piece = decodeCbor([...encodeCheckpoint(state)].at(-1)!);
  expect(piece).toMatchObject({ chapter: 10, first: 400 });
  expect([...(piece.entries as Uint8Array)]).toEqual([1, 1, 101, 2, 2, 1, 3, 3, 0]);
});

describe("a piece", () => {
  /** What the box makes of a piece with these fields. */
  function taken(fields: object): [boolean, BoxState] {
    const state = emptyState();
    return [applyCheckpoint(state, encodeCbor(fields)), state];
  }

  test("of this firmware is read, each by itself", () => {
    const state = emptyState();
    for (const piece of encodeCheckpoint(fullState())) expect(applyCheckpoint(state, piece)).toBe(true);
    const opening = { seq: 308, bin: 15, before: undefined };
    for (const piece of encodeCheckpoint({ ...emptyState(), opening }))
      expect(applyCheckpoint(state, piece)).toBe(true);
    expect(state.opening).toEqual(opening);
  });

  test.each<[string, object]>([
    ["the last chapter that may say something of bins", { chapter: 127 }],
    ["a chapter whose number is a text", { chapter: "200" }],
    ["a main chapter with the boots and no wrong codes", { chapter: 1, boot: 3 }],
    ["a list of another type, long enough", { chapter: 1, grace: new Uint8Array(9) }],
    ["a list that is no list", { chapter: 1, mains: 3 }],
    ["an exchange that is no bytes", { chapter: 1, pending: { kind: Kind.boot }, next: 4 }],
    [
      "an exchange that is another record",
      {
        chapter: 1,
        boot: 3,
        acked: 1,
        command: 0,
        throttle: [0, null],
        sheet: 1,
        pending: encodeCbor({ kind: Kind.ack, through: 1, at: 1, flags: 0 }),
        next: 4,
      },
    ],
    [
      "an exchange of which the bin is missing",
      {
        chapter: 1,
        pending: encodeCbor({ kind: Kind.intent, exchange: Exchange.pickup, auth: Auth.bookingCode, at: 1, flags: 0 }),
        next: 4,
      },
    ],
    ["the boots and no acknowledgement", { chapter: 1, boot: 3, command: 0, throttle: [0, null], sheet: 1 }],
    ["the boots and no command", { chapter: 1, boot: 3, acked: 1, throttle: [0, null], sheet: 1 }],
    ["the boots and no count of wrong codes", { chapter: 1, boot: 3, acked: 1, command: 0, sheet: 1 }],
    ["the boots and no sheet", { chapter: 1, boot: 3, acked: 1, command: 0, throttle: [0, null] }],
    ["a snapshot without its slot", { chapter: 1, version: 3, asOf: 1 }],
    ["a snapshot without what it takes into account", { chapter: 1, version: 3, slot: 1 }],
    ["an exchange that is a text", { chapter: 1, pending: "abc", next: 4 }],
    ["an opening whose base is no number", { chapter: 21, next: 4, first: "x", entries: Uint8Array.of(7, 1, 1) }],
    ["a slot that is not there", { chapter: 1, version: 3, slot: 2, asOf: 1 }],
    ["an exchange of no bytes", { chapter: 1, pending: new Uint8Array(0), next: 4 }],
    ["an exchange longer than a record", { chapter: 1, pending: new Uint8Array(241), next: 4 }],
    ["a run at a bin before the first", { chapter: 1, openAll: [1, 2, 3, -2, null] }],
    ["a run at a bin that cannot be", { chapter: 1, openAll: [1, 2, 3, 256, null] }],
    ["an opening of no bytes", { chapter: 21, next: 4, entries: new Uint8Array(0) }],
    ["an opening of more bytes than a piece has", { chapter: 21, next: 4, entries: new Uint8Array(221) }],
    ["a list longer than a record", { chapter: 8, first: 0, entries: new Uint8Array(241) }],
    ["an opening whose record is no number", { chapter: 21, next: "x", first: 3, entries: Uint8Array.of(7, 1, 1) }],
  ])("with %s is none that this firmware reads, and changes nothing", (_, fields) => {
    expect(taken(fields)).toEqual([false, emptyState()]);
  });

  test("may name a chapter that says nothing of bins", () => {
    for (const chapter of [128, 129, 255, 256]) expect(taken({ chapter })).toEqual([true, emptyState()]);
  });

  test("may have the largest and the smallest that there are", () => {
    for (const bin of [-1, 255]) {
      const [isRead, state] = taken({ chapter: 1, openAll: [1, 2, 3, bin, null] });
      expect([isRead, state.openAll?.bin]).toEqual([true, bin]);
    }
    for (const slot of [0, 1]) {
      const [isRead, state] = taken({ chapter: 1, version: 3, slot, asOf: 1 });
      expect([isRead, state.snapshot?.slot]).toEqual([true, slot]);
    }
    expect(taken({ chapter: 21, next: 4, entries: Uint8Array.of(7) })[1].opening?.bin).toBe(7);
    expect(taken({ chapter: 8, first: 0, entries: new Uint8Array(0) })).toEqual([true, emptyState()]);
    expect(taken({ chapter: 8, first: 0, entries: new Uint8Array(240).fill(9) })[0]).toBe(true);
  });

  test("has the exchange's number beside it, whatever its record says", () => {
    const record = { kind: Kind.intent, exchange: Exchange.pickup, bin: 3, auth: Auth.bookingCode, at: 1, flags: 0 };
    expect(taken({ chapter: 1, pending: encodeCbor(record), next: 9 })[1].exchange?.seq).toBe(9);
  });

  test("an error that is none of the piece is not kept quiet", () => {
    expect(() =>
      applyCheckpoint(
        undefined as unknown as BoxState,
        encodeCbor({ chapter: 8, first: 0, entries: Uint8Array.of(1) }),
      ),
    ).toThrow(TypeError);
  });

  test("may have longer lists: what comes after is a later firmware's", () => {
    const [isRead, state] = taken({ chapter: 1, mains: [5, 1, 6, 7], openAll: [1, 2, 3, 4, null, 6] });
    expect(isRead).toBe(true);
    expect(state.mainsLost).toBeUndefined();
    expect(state.openAll).toEqual({ seq: 1, at: undefined, sheet: 2, number: 3, bin: 4, cutOff: new Set() });
  });

  test("with half of an exchange has none", () => {
    expect(taken({ chapter: 1, next: 4 })).toEqual([true, emptyState()]);
    expect(taken({ chapter: 1, pending: encodeCbor({ kind: Kind.boot }) })).toEqual([true, emptyState()]);
  });
});
