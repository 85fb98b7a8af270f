import {
  EPOCH_BYTES,
  FOB_BYTES,
  MAX_BINS,
  MAX_OFFSET_MINUTES,
  MAX_OFFSETS,
  padAscii,
} from "../../../firmware/snapshot/layout.js";
import { type BinModel, type SnapshotModel, SnapshotModelError } from "./model.js";

const MAX_U32 = 2 ** 32 - 1;
const MAX_SHEET = 999;
const LOOKUP_KEY_BYTES = 32;

function fail(cause: string): never {
  throw new SnapshotModelError(cause);
}

function requireWhole(value: number, min: number, max: number, what: string): void {
  if (!Number.isInteger(value) || value < min || value > max)
    fail(`${what}: ${value} is not a whole number from ${min} to ${max}`);
}

function requireSerial(serial: string, what: string): void {
  if (padAscii(serial, FOB_BYTES) === undefined) {
    fail(`${what}: serial ${JSON.stringify(serial)} is not 1 to 16 printable ASCII characters`);
  }
}

/** The ids of `rows`. Throws SnapshotModelError when one is out of range or there twice. */
function requireIds(rows: readonly { readonly id: number }[], what: string): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const { id } of rows) {
    requireWhole(id, 1, MAX_U32, `${what} id`);
    if (ids.has(id)) fail(`${what} ${id} is there twice`);
    ids.add(id);
  }
  return ids;
}

function requireKnown(ids: ReadonlySet<number>, id: number, owner: string, what: string): void {
  if (!ids.has(id)) fail(`${owner}: there is no ${what} ${id}`);
}

/** Checks all but the equality of codes and badges, which their hashes show. Throws SnapshotModelError. */
export function checkModel(model: SnapshotModel): void {
  checkHeader(model);
  checkLocation(model);
  const keys = requireIds(model.keys, "key");
  const users = requireIds(model.users, "user");
  const accesses = requireIds(model.accesses, "access");
  checkFobs(model);
  checkBins(model.bins, keys);
  for (const { id, user, key, window } of model.accesses) {
    requireKnown(users, user, `access ${id}`, "user");
    requireKnown(keys, key, `access ${id}`, "key");
    if (window === undefined) continue;
    requireWhole(window.from, 0, MAX_U32, `access ${id}, from`);
    requireWhole(window.until, 0, MAX_U32, `access ${id}, until`);
    if (window.from >= window.until) fail(`access ${id}: its window ends before it begins`);
  }
  checkCodes(model, keys, accesses);
  for (const { user } of model.badges) requireKnown(users, user, "a badge", "user");
}

function checkHeader({ box, version, epoch, asOf, sheet, lookupKey }: SnapshotModel): void {
  if (!/^[A-Za-z0-9-]{1,32}$/.test(box)) fail(`box ${JSON.stringify(box)} is not 1 to 32 characters of A-Z a-z 0-9 -`);
  requireWhole(version, 1, MAX_U32, "version");
  if (epoch.length !== EPOCH_BYTES) fail(`epoch: ${epoch.length} bytes, not ${EPOCH_BYTES}`);
  requireWhole(asOf, 0, Number.MAX_SAFE_INTEGER, "asOf");
  requireWhole(sheet, 0, MAX_SHEET, "sheet");
  if (lookupKey.length !== LOOKUP_KEY_BYTES) fail(`look-up key: ${lookupKey.length} bytes, not ${LOOKUP_KEY_BYTES}`);
}

function checkLocation({ location }: SnapshotModel): void {
  requireWhole(location.id, 1, MAX_U32, "location id");
  if (!/^(en|fr|ja)$/.test(location.language)) fail(`location: language ${location.language} is not en, fr or ja`);
  if (location.offsets.length > MAX_OFFSETS)
    fail(`location: ${location.offsets.length} offsets, at most ${MAX_OFFSETS}`);
  let previous = -1;
  for (const { from, offsetMinutes } of location.offsets) {
    requireWhole(from, 0, MAX_U32, "location, offset from");
    requireWhole(offsetMinutes, -MAX_OFFSET_MINUTES, MAX_OFFSET_MINUTES, "location, offset");
    if (from <= previous) fail("location: offsets are not in the order of their times");
    previous = from;
  }
}

function checkFobs(model: SnapshotModel): void {
  const owners = new Map<string, string>();
  const claim = (serial: string, owner: string) => {
    requireSerial(serial, owner);
    const other = owners.get(serial);
    if (other !== undefined) fail(`fob ${serial} belongs to ${other} and to ${owner}`);
    owners.set(serial, owner);
  };
  for (const { id, fob, homeLocation } of model.keys) {
    requireWhole(homeLocation, 1, MAX_U32, `key ${id}, home location`);
    if (fob !== undefined) claim(fob, `key ${id}`);
  }
  for (const { serial, user } of model.badges) claim(serial, `user ${user} as a badge`);
}

function checkBins(bins: readonly BinModel[], keys: ReadonlySet<number>): void {
  const numbers = new Set<number>();
  for (const { bin, key, fob } of bins) {
    requireWhole(bin, 0, MAX_BINS - 1, "bin");
    if (numbers.has(bin)) fail(`bin ${bin} is there twice`);
    numbers.add(bin);
    if (key !== undefined && fob !== undefined) fail(`bin ${bin}: holds key ${key} and fob ${fob}, give one`);
    if (key !== undefined) requireKnown(keys, key, `bin ${bin}`, "key");
    if (fob !== undefined) requireSerial(fob, `bin ${bin}`);
  }
}

function checkCodes(model: SnapshotModel, keys: ReadonlySet<number>, accesses: ReadonlySet<number>): void {
  const keysWithCode = new Set<number>();
  for (const { text, target } of model.codes) {
    const owner = target.kind === "booking" ? `code of access ${target.access}` : `code of key ${target.key}`;
    if (!/^[0-9]{4,16}$/.test(text)) fail(`${owner}: not 4 to 16 digits`);
    if (target.kind === "booking") {
      requireKnown(accesses, target.access, owner, "access");
      continue;
    }
    requireKnown(keys, target.key, owner, "key");
    if (keysWithCode.has(target.key)) fail(`key ${target.key} has two key codes`);
    keysWithCode.add(target.key);
  }
}
