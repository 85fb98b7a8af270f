import { beforeEach, describe, expect, test } from "vitest";
import { type Right, Rights } from "../../firmware/exchange/rights.js";
import { Auth } from "../../firmware/records/records.js";
import type { AccessInfo, SnapshotView } from "../../firmware/snapshot/contract.js";
import { lookupHash } from "../../firmware/snapshot/lookup-hash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { SnapshotModel } from "../../sim/cloud/snapshot/model.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";
import { makeFlash } from "../snapshot/support/flash.js";
import { nodeHash } from "../snapshot/support/models.js";
import { download, slotsOn } from "../snapshot/support/slots.js";
import { BADGE, FLAT, MODEL, START, TRUCK, VAN, VIRTUAL } from "../support/box-rig.js";

let snapshot: SnapshotView | undefined;
let clock: HandClock;
let rights: Rights;

beforeEach(() => {
  clock = new HandClock();
  clock.wall = START;
  install({});
  rights = new Rights({
    snapshot: {
      get view() {
        return snapshot;
      },
    },
    hash: nodeHash,
    lookupKey: MODEL.lookupKey,
    clock,
  });
});

function install(changes: Partial<SnapshotModel>): void {
  const model = { ...MODEL, ...changes };
  snapshot = download(slotsOn(makeFlash({ sectors: 8 })), 0, model.version, buildSnapshot(model));
}

const hash = (text: string) => lookupHash(nodeHash, MODEL.lookupKey, text);
const ofAna = () => [...rights.ofBadge(rights.badge(BADGE.ana)!)];
const without = (id: number) => MODEL.accesses.filter((access) => access.id !== id);

describe("a code", () => {
  test("that books shows its access; one of a key is of nobody, and of five digits is short", () => {
    expect(rights.byCode(VAN.code)).toMatchObject({
      key: { id: VAN.id, fob: VAN.fob },
      auth: Auth.bookingCode,
      access: { id: 100, user: 1 },
      shown: hash(VAN.code),
      short: undefined,
    });
    expect(rights.byCode(VAN.keyCode)).toMatchObject({
      key: { id: VAN.id },
      auth: Auth.keyCode,
      access: undefined,
      shown: hash(VAN.keyCode),
      short: 1,
    });
  });

  test("that is in no snapshot, or of none, shows nothing", () => {
    expect(rights.byCode("999999")).toBeUndefined();
    snapshot = undefined;
    expect(rights.byCode(VAN.code)).toBeUndefined();
  });
});

describe("a badge", () => {
  test("is whose it is; another serial is no badge", () => {
    expect(rights.badge(BADGE.bo)).toEqual({ user: 2, shown: hash(BADGE.bo) });
    expect(rights.badge(VAN.fob)).toBeUndefined();
    snapshot = undefined;
    expect(rights.badge(BADGE.bo)).toBeUndefined();
  });

  test("takes what its user may take now, each key once", () => {
    expect(ofAna().map(({ key, access, auth }) => [key.id, access?.id, auth])).toEqual([
      [VAN.id, 100, Auth.badge],
      [FLAT.id, 101, Auth.badge],
      [TRUCK.id, 102, Auth.badge],
      [VIRTUAL.id, 103, Auth.badge],
    ]);
    expect(ofAna()[0]!.shown).toEqual(hash(BADGE.ana));
    clock.wall = START + 3_600;
    expect(ofAna().map(({ key }) => key.id)).toEqual([VAN.id, TRUCK.id, VIRTUAL.id]);
    install({ accesses: [...MODEL.accesses, { id: 104, user: 1, key: VAN.id }] });
    expect(ofAna().map(({ access }) => access?.id)).toEqual([100, 102, 103]);
  });

  test("has a key by the access that is open, whatever comes before it, on however many pages", () => {
    const closed = Array.from({ length: 33 }, (_, i) => ({
      id: 200 + i,
      user: 1,
      key: VAN.id,
      window: { from: START + 10, until: START + 20 },
    }));
    install({
      accesses: [...closed, { id: 300, user: 1, key: VAN.id }, { id: 301, user: 1, key: FLAT.id }],
      codes: [],
    });
    expect(ofAna().map(({ key, access }) => [key.id, access?.id])).toEqual([
      [VAN.id, 300],
      [FLAT.id, 301],
    ]);
  });

  test("reads no page after one that is not full, and all of those that are", () => {
    const asked: number[] = [];
    const page = (skip: number, count: number): AccessInfo[] =>
      Array.from({ length: count }, (_, i) => ({ id: skip + i + 1, user: 1, key: VAN.id, window: undefined }));
    const count = (pages: number) => {
      asked.length = 0;
      snapshot = {
        accessesOf: (_user: number, skip: number, limit: number) => {
          asked.push(skip);
          return page(skip, skip / 16 < pages ? limit : 3);
        },
        keyById: () => undefined,
      } as unknown as SnapshotView;
      expect([...rights.ofBadge({ user: 1, shown: hash("") })]).toEqual([]);
      return asked.length;
    };
    expect([count(0), count(1), count(400)]).toEqual([1, 2, 313]);
    expect(asked.slice(0, 3)).toEqual([0, 16, 32]);
    snapshot = undefined;
    expect([...rights.ofBadge({ user: 1, shown: hash("") })]).toEqual([]);
  });

  test("that may take something hears of no window", () => {
    expect(rights.badgeRefusal(1)).toBeUndefined();
  });

  test("that may take nothing hears of the first window that is not over, or of the clock", () => {
    const window = (id: number, from: number, until: number) => ({ id, user: 2, key: VAN.id, window: { from, until } });
    install({ accesses: [window(1, START - 20, START - 10), window(2, START + 60, START + 70)], codes: [] });
    expect(rights.badgeRefusal(2)).toEqual({ reason: "too-early", params: { time: "2026-11-02 09:01" } });
    clock.wall = undefined;
    expect(rights.badgeRefusal(2)).toEqual({ reason: "clock-unknown" });
    clock.wall = START + 100;
    expect(rights.badgeRefusal(2)).toBeUndefined();
    expect(rights.badgeRefusal(1)).toBeUndefined();
  });
});

describe("a window", () => {
  const refusal = (from: number, until: number) =>
    rights.windowRefusal({ id: 1, user: 1, key: 1, window: { from, until } });

  test("is open from its first second to the one before its end", () => {
    expect(refusal(START, START + 1)).toBeUndefined();
    expect(refusal(START + 1, START + 60)).toEqual({ reason: "too-early", params: { time: "2026-11-02 09:00" } });
    expect(refusal(START - 60, START)).toEqual({ reason: "expired", params: { time: "2026-11-02 09:00" } });
    expect(refusal(START - 60, START + 1)).toBeUndefined();
  });

  test("that is not there is always open, whatever the clock", () => {
    clock.wall = undefined;
    expect(rights.windowRefusal(undefined)).toBeUndefined();
    expect(rights.windowRefusal({ id: 1, user: 1, key: 1, window: undefined })).toBeUndefined();
  });

  test("needs a clock that somebody vouches for", () => {
    clock.wall = undefined;
    expect(refusal(START - 1, START + 1)).toEqual({ reason: "clock-unknown" });
  });

  test("is told by the location's clocks of that time", () => {
    const offsets = [
      { from: 0, offsetMinutes: 60 },
      { from: START + 600, offsetMinutes: -90 },
      { from: START + 1_200, offsetMinutes: 0 },
    ];
    install({ location: { ...MODEL.location, offsets } });
    const told = (from: number) => refusal(from, from + 9)?.params?.time;
    expect([told(START + 599), told(START + 600), told(START + 1_200)]).toEqual([
      "2026-11-02 09:09",
      "2026-11-02 06:40",
      "2026-11-02 08:20",
    ]);
    snapshot = undefined;
    expect(told(START + 60)).toBe("2026-11-02 08:01");
  });
});

describe("a right that was shown a while ago", () => {
  const code = () => rights.byCode(VAN.code)!;
  const keyCode = () => rights.byCode(VAN.keyCode)!;
  const badge = () => ofAna()[0]!;

  test("holds as long as the snapshot says the same, with what it says now", () => {
    for (const right of [code(), keyCode(), badge()]) expect(rights.renewed(right)).toEqual(right);
    const shown: Right[] = [code(), keyCode(), badge()];
    install({ keys: MODEL.keys.map((key) => (key.id === VAN.id ? { ...key, name: "Van 2" } : key)) });
    for (const right of shown) expect(rights.renewed(right)?.key.name).toBe("Van 2");
    expect(rights.renewed(shown[1]!)?.short).toBe(1);
    const window = { from: START + 5, until: START + 6 };
    install({ accesses: [{ id: 100, user: 1, key: VAN.id, window }, ...without(100)] });
    expect([rights.renewed(shown[0]!)?.access?.window, rights.renewed(shown[2]!)?.access?.window]).toEqual([
      window,
      window,
    ]);
  });

  test.each<[string, Partial<SnapshotModel>, boolean, boolean, boolean]>([
    ["its code is gone", { codes: MODEL.codes.slice(2) }, false, false, true],
    ["its access is gone", { accesses: without(100), codes: MODEL.codes.slice(1) }, false, true, false],
    [
      "its access is of another key",
      { accesses: [{ id: 100, user: 1, key: FLAT.id }, ...without(100)] },
      false,
      true,
      false,
    ],
    [
      "its access is of another user",
      { accesses: [{ id: 100, user: 2, key: VAN.id }, ...without(100)] },
      true,
      true,
      false,
    ],
    ["the badge is of another user", { badges: [{ serial: BADGE.ana, user: 2 }] }, true, true, false],
    ["the badge is gone", { badges: [] }, true, true, false],
    [
      "the code is of another access",
      { codes: [{ text: VAN.code, target: { kind: "booking", access: 103 } }, ...MODEL.codes.slice(1)] },
      false,
      true,
      true,
    ],
    [
      "the code is of another access to the same key",
      {
        accesses: [...MODEL.accesses, { id: 110, user: 2, key: VAN.id }],
        codes: [{ text: VAN.code, target: { kind: "booking", access: 110 } }, ...MODEL.codes.slice(1)],
      },
      false,
      true,
      true,
    ],
    [
      "the key code is of another key",
      {
        codes: [MODEL.codes[0]!, { text: VAN.keyCode, target: { kind: "key", key: FLAT.id } }, ...MODEL.codes.slice(2)],
      },
      true,
      false,
      true,
    ],
  ])("and %s", (_, changes, byCode, byKeyCode, byBadge) => {
    const shown = [code(), keyCode(), badge()];
    install(changes);
    expect(shown.map((right) => rights.renewed(right) !== undefined)).toEqual([byCode, byKeyCode, byBadge]);
  });

  test("holds by no snapshot at all", () => {
    const shown = [code(), keyCode(), badge()];
    snapshot = undefined;
    expect(shown.map((right) => rights.renewed(right))).toEqual([undefined, undefined, undefined]);
  });

  test("of a badge without an access is none", () => {
    expect(rights.renewed({ ...badge(), access: undefined })).toBeUndefined();
  });
});

test("a key is found by its fob, where there is a snapshot", () => {
  expect(rights.keyByFob(VAN.fob)?.id).toBe(VAN.id);
  expect(rights.keyByFob("777XYZ")).toBeUndefined();
  snapshot = undefined;
  expect(rights.keyByFob(VAN.fob)).toBeUndefined();
});
