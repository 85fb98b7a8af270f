import fc from "fast-check";
import { expect, test } from "vitest";
import type { SnapshotView } from "../../firmware/snapshot/contract.js";
import { lookupHash } from "../../firmware/snapshot/lookup-hash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import type { SnapshotModel } from "../../sim/cloud/snapshot/model.js";
import { makeFlash } from "./support/flash.js";
import { nodeHash, randomModel, SMALL } from "./support/models.js";
import { download, slotsOn } from "./support/slots.js";

const hashIn = (model: SnapshotModel, text: string) => lookupHash(nodeHash, model.lookupKey, text);

/** Every look-up that has an answer in the model, and its neighbours that may have none. */
function expectSame(view: SnapshotView, model: SnapshotModel): void {
  expect(view.version).toBe(model.version);
  expect(view.asOf).toBe(model.asOf);
  expect(view.epoch).toEqual(model.epoch);
  expect(view.sheet).toBe(model.sheet);
  expect(view.location).toEqual(model.location);
  expectBins(view, model);
  expectKeys(view, model);
  expectUsersAndAccesses(view, model);
  expectCodesAndBadges(view, model);
}

function expectBins(view: SnapshotView, model: SnapshotModel): void {
  const bins = new Map(
    model.bins.map(({ bin, enabled, key, fob, uncertain = false, taken = false }) => [
      bin,
      { enabled, key, fob, uncertain, taken },
    ]),
  );
  for (let bin = -1; bin <= 200; bin++) expect(view.bin(bin)).toEqual(bins.get(bin));
}

function expectKeys(view: SnapshotView, model: SnapshotModel): void {
  const keys = new Map(model.keys.map((key) => [key.id, { ...key, fob: key.fob }]));
  for (const key of keys.values()) {
    for (const id of [key.id - 1, key.id, key.id + 1]) expect(view.keyById(id)).toEqual(keys.get(id));
    if (key.fob !== undefined) expect(view.keyByFob(key.fob)).toEqual(key);
  }
  const fobs = new Set(model.keys.map(({ fob }) => fob));
  for (const serial of [
    "",
    "0",
    "~",
    " ",
    "\u0000",
    "0123456789ABCDEF0",
    "鍵",
    ...model.badges.map((badge) => badge.serial),
  ]) {
    if (!fobs.has(serial)) expect(view.keyByFob(serial)).toBeUndefined();
  }
}

function expectUsersAndAccesses(view: SnapshotView, model: SnapshotModel): void {
  const users = new Map(model.users.map(({ id, name }) => [id, name]));
  const accesses = new Map(model.accesses.map((access) => [access.id, { ...access, window: access.window }]));
  for (const id of [...users.keys(), 0, 2 ** 31]) {
    for (const near of [id - 1, id, id + 1]) expect(view.userName(near)).toBe(users.get(near));
    const own = [...accesses.values()].filter(({ user }) => user === id).sort((a, b) => a.id - b.id);
    const found = [];
    for (let skip = 0; skip <= own.length; skip += 3) found.push(...view.accessesOf(id, skip, 3));
    expect(found).toEqual(own);
    expect(view.accessesOf(id, 0, 32)).toEqual(own.slice(0, 32));
    expect(view.accessesOf(id, own.length, 32)).toEqual([]);
  }
  for (const id of accesses.keys()) {
    for (const near of [id - 1, id, id + 1]) expect(view.access(near)).toEqual(accesses.get(near));
  }
}

function expectCodesAndBadges(view: SnapshotView, model: SnapshotModel): void {
  const codes = new Set(model.codes.map(({ text }) => text));
  for (const { text, target } of model.codes) {
    const hash = hashIn(model, text);
    expect(view.code(hash)).toEqual(target);
    hash[9]! ^= 1;
    expect(view.code(hash)).toBeUndefined();
  }
  for (const { serial, user } of model.badges) {
    expect(view.badge(hashIn(model, serial))).toEqual({ user });
    if (!codes.has(serial)) expect(view.code(hashIn(model, serial))).toBeUndefined();
  }
  for (const fill of [0, 0xff]) {
    expect(view.code(new Uint8Array(10).fill(fill))).toBeUndefined();
    expect(view.badge(new Uint8Array(10).fill(fill))).toBeUndefined();
  }
  expect(view.code(new Uint8Array(9))).toBeUndefined();
}

test("random models of every size come back, through any geometry and any pieces", () => {
  const size = (max: number) =>
    fc.oneof({ weight: 1, arbitrary: fc.constantFrom(0, 1, 2) }, { weight: 3, arbitrary: fc.nat(max) });
  fc.assert(
    fc.property(
      fc.nat(),
      fc.record({ bins: size(200), keys: size(60), users: size(40), accesses: size(150) }),
      fc.constantFrom(1, 4, 8, 16, 32),
      fc.constantFrom(4_096, 16_384),
      fc.integer({ min: 1, max: 1_024 }),
      fc.constantFrom<0 | 1>(0, 1),
      (seed, sizes, alignBytes, sectorBytes, pieceBytes, slot) => {
        const model = randomModel(seed, sizes);
        const flash = makeFlash({ sectors: 33, sectorBytes, alignBytes, fill: 0x55 });
        const file = buildSnapshot(model);
        const finished = download(slotsOn(flash), slot, model.version, file, pieceBytes);
        expectSame(finished, model);
        expectSame(slotsOn(flash).open(slot, model.version), model);
        const { slotBytes } = slotsOn(flash);
        const other = flash.image().subarray((1 - slot) * slotBytes, (2 - slot) * slotBytes);
        expect(other.every((byte) => byte === 0x55)).toBe(true);
      },
    ),
    { seed: 20_261_123, numRuns: 40 },
  );
});

test("a model of full size comes back", () => {
  const model = randomModel(7, { bins: 200, keys: 2_500, users: 2_500, accesses: 6_000 });
  const flash = makeFlash({ sectors: 400 });
  expectSame(download(slotsOn(flash), 1, model.version, buildSnapshot(model)), model);
}, 60_000);

test("names are cut to 64 bytes between characters", () => {
  const model = {
    ...SMALL,
    users: [
      { id: 1, name: "鍵".repeat(30) },
      { id: 2, name: "🔑".repeat(16) },
    ],
  };
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot(model));
  expect(view.userName(1)).toBe("鍵".repeat(21));
  expect(view.userName(2)).toBe("🔑".repeat(16));
});

test("a fob in a bin that belongs to a key reads as that key", () => {
  const model = { ...SMALL, bins: [{ bin: 3, enabled: true, fob: "012ABC" }] };
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot(model));
  expect(view.bin(3)).toEqual({ enabled: true, key: 20, fob: undefined, uncertain: false, taken: false });
});

test("pages of accesses are of 1 to 32, from 0 on", () => {
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot(SMALL));
  for (const [skip, limit] of [
    [0, 0],
    [0, 33],
    [-1, 1],
    [Number.NaN, 1],
    [0, Number.NaN],
  ] as const) {
    expect(() => view.accessesOf(1, skip, limit)).toThrow(RangeError);
  }
});

test("the look-up hash is HMAC-SHA-512 cut to 10 bytes (RFC 4231, test case 2)", () => {
  const hash = lookupHash(nodeHash, Buffer.from("Jefe"), "what do ya want for nothing?");
  expect(Buffer.from(hash).toString("hex")).toBe("164b7a7bfcf819e2e395");
});

test("a key that may have been left behind in one bin hangs in another", () => {
  const bins = [
    { bin: 1, enabled: true, key: 20, taken: true },
    { bin: 2, enabled: true, key: 20 },
  ];
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot({ ...SMALL, bins }));
  expect(view.bin(1)).toMatchObject({ key: 20, taken: true, uncertain: false });
  expect(view.bin(2)).toMatchObject({ key: 20, taken: false, uncertain: false });
});
