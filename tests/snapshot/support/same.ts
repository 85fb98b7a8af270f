import { expect } from "vitest";
import type { SnapshotView } from "../../../firmware/snapshot/contract.js";
import { lookupHash } from "../../../firmware/snapshot/lookup-hash.js";
import type { SnapshotModel } from "../../../sim/cloud/snapshot/model.js";
import { nodeHash } from "./models.js";

const hashIn = (model: SnapshotModel, text: string) => lookupHash(nodeHash, model.lookupKey, text);

/** Every look-up that has an answer in the model, and its neighbours that may have none. */
export function expectSame(view: SnapshotView, model: SnapshotModel): void {
  expect(view.version).toBe(model.version);
  expect(view.asOf).toBe(model.asOf);
  expect(view.epoch).toEqual(model.epoch);
  expect(view.sheet).toBe(model.sheet);
  const { offsets, ...location } = model.location;
  expect(view.location).toEqual(location);
  expectOffsets(view, offsets);
  expectBins(view, model);
  expectKeys(view, model);
  expectUsersAndAccesses(view, model);
  expectCodesAndBadges(view, model);
}

function expectOffsets(view: SnapshotView, offsets: SnapshotModel["location"]["offsets"]): void {
  expect(view.offsetMinutes(0)).toBe(offsets[0]?.from === 0 ? offsets[0].offsetMinutes : 0);
  for (const [i, { from, offsetMinutes }] of offsets.entries()) {
    const before = offsets[i - 1]?.offsetMinutes ?? 0;
    if (from > 0) expect(view.offsetMinutes(from - 1)).toBe(before);
    expect(view.offsetMinutes(from)).toBe(offsetMinutes);
  }
  expect(view.offsetMinutes(2 ** 40)).toBe(offsets.at(-1)?.offsetMinutes ?? 0);
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
