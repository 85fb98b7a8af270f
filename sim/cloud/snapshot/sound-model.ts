import { FOB_BYTES, MAX_BINS, MAX_OFFSET_MINUTES, MAX_OFFSETS, padAscii } from "../../../firmware/snapshot/layout.js";
import { EPOCH_BYTES } from "../../../firmware/wire/epoch.js";
import { ANY_LANGUAGE, LANGUAGES } from "../domain.js";
import {
  type AccessModel,
  type BinModel,
  type CodeModel,
  type KeyModel,
  type SnapshotModel,
  SnapshotModelError,
} from "./model.js";

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

/** What of a model makes sense, and a sentence for each thing in it that does not. */
export interface SoundModel {
  readonly model: SnapshotModel;
  readonly leftOut: readonly string[];
}

/**
 * Leaves out each row that contradicts the others or does not fit the format: one bad datum costs itself, and never what the rest
 * takes away from somebody. Of a bin only what it is said to hold is left out: the bin is in doubt then. The sentences name no
 * code. Throws SnapshotModelError when the head of it makes no sense: box, version, epoch, keys, location.
 */
export function soundModel(model: SnapshotModel): SoundModel {
  checkHeader(model);
  checkLocation(model);
  const sieve = new Sieve();
  const owners = new Map<string, string>();
  const keys = sieve.unique(model.keys, "key", ({ id, homeLocation, fob }) => {
    requireWhole(homeLocation, 1, MAX_U32, `key ${id}, home location`);
    if (fob !== undefined) claim(owners, fob, `key ${id}`);
  });
  const keyIds = idsOf(keys);
  const users = sieve.unique(model.users, "user", () => {});
  const userIds = idsOf(users);
  const accesses = sieve.unique(model.accesses, "access", (access) => checkAccess(access, userIds, keyIds));
  const badges = sieve.sift(model.badges, ({ serial, user }) => {
    requireKnown(userIds, user, "a badge", "user");
    claim(owners, serial, `user ${user} as a badge`);
  });
  const codes = codesOf(sieve, model, keyIds, idsOf(accesses));
  const bins = binsOf(sieve, model, keys);
  return { model: { ...model, keys, users, accesses, badges, codes, bins }, leftOut: sieve.leftOut };
}

class Sieve {
  readonly leftOut: string[] = [];

  /** Rows that `check` does not throw SnapshotModelError for. */
  sift<T>(rows: readonly T[], check: (row: T) => void): readonly T[] {
    return rows.filter((row) => this.passes(() => check(row)));
  }

  /** As `sift`; the first row of an id counts. */
  unique<T extends { readonly id: number }>(rows: readonly T[], what: string, check: (row: T) => void): readonly T[] {
    const ids = new Set<number>();
    return this.sift(rows, (row) => {
      requireWhole(row.id, 1, MAX_U32, `${what} id`);
      if (ids.has(row.id)) fail(`${what} ${row.id} is there twice`);
      check(row);
      ids.add(row.id);
    });
  }

  passes(check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof SnapshotModelError)) throw error;
      this.leftOut.push(error.message);
      return false;
    }
  }
}

function idsOf(rows: readonly { readonly id: number }[]): ReadonlySet<number> {
  return new Set(rows.map(({ id }) => id));
}

function requireKnown(ids: ReadonlySet<number>, id: number, owner: string, what: string): void {
  if (!ids.has(id)) fail(`${owner}: there is no ${what} ${id}`);
}

function claim(owners: Map<string, string>, serial: string, owner: string): void {
  requireSerial(serial, owner);
  const other = owners.get(serial);
  if (other !== undefined) fail(`fob ${serial} belongs to ${other} and to ${owner}`);
  owners.set(serial, owner);
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
  if (!LANGUAGES.some((one) => one === location.language))
    fail(`location: language ${location.language} is not ${ANY_LANGUAGE}`);
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

function checkAccess(
  { id, user, key, window }: AccessModel,
  users: ReadonlySet<number>,
  keys: ReadonlySet<number>,
): void {
  requireKnown(users, user, `access ${id}`, "user");
  requireKnown(keys, key, `access ${id}`, "key");
  if (window === undefined) return;
  requireWhole(window.from, 0, MAX_U32, `access ${id}, from`);
  requireWhole(window.until, 0, MAX_U32, `access ${id}, until`);
  if (window.from >= window.until) fail(`access ${id}: its window ends before it begins`);
}

function codesOf(
  sieve: Sieve,
  model: SnapshotModel,
  keys: ReadonlySet<number>,
  accesses: ReadonlySet<number>,
): readonly CodeModel[] {
  const owners = new Map<string, string>();
  const keysWithCode = new Set<number>();
  return sieve.sift(model.codes, ({ text, target }) => {
    const owner = target.kind === "booking" ? `access ${target.access}` : `key ${target.key}`;
    if (!/^[0-9]{4,16}$/.test(text)) fail(`code of ${owner}: not 4 to 16 digits`);
    if (target.kind === "booking") requireKnown(accesses, target.access, `code of ${owner}`, "access");
    else {
      requireKnown(keys, target.key, `code of ${owner}`, "key");
      if (keysWithCode.has(target.key)) fail(`${owner} has two key codes`);
    }
    const other = owners.get(text);
    if (other !== undefined) fail(`${other} and ${owner} have the same code`);
    owners.set(text, owner);
    if (target.kind === "key") keysWithCode.add(target.key);
  });
}

/** By number. A bin whose content makes no sense stays, in doubt: without a row the box would not know whether it is in service. */
function binsOf(sieve: Sieve, model: SnapshotModel, keys: readonly KeyModel[]): readonly BinModel[] {
  const numbers = new Set<number>();
  const rows = sieve.sift(model.bins, ({ bin }) => {
    requireWhole(bin, 0, MAX_BINS - 1, "bin");
    if (numbers.has(bin)) fail(`bin ${bin} is there twice`);
    numbers.add(bin);
  });
  const contents = new Contents(keys);
  const inOrder = [...rows].sort((a, b) => a.bin - b.bin);
  const sound = inOrder.map((row): BinModel => {
    const { bin, enabled } = row;
    return sieve.passes(() => contents.check(row)) ? row : { bin, enabled, uncertain: true };
  });
  return sound.map((row) => (contents.contested.has(row.bin) ? { ...row, uncertain: true } : row));
}

/** What the bins hold, each thing in one of them. */
class Contents {
  /** Bins that hold what another one is said to hold as well: nobody can say which it is. */
  readonly contested = new Set<number>();
  readonly #keyIds: ReadonlySet<number>;
  readonly #keyOfFob: ReadonlyMap<string | undefined, number>;
  readonly #binOf = new Map<number | string, number>();

  constructor(keys: readonly KeyModel[]) {
    this.#keyIds = idsOf(keys);
    this.#keyOfFob = new Map(keys.map(({ fob, id }) => [fob, id]));
  }

  check({ bin, key: givenKey, fob, uncertain, taken }: BinModel): void {
    if (givenKey !== undefined && fob !== undefined) fail(`bin ${bin}: holds key ${givenKey} and fob ${fob}, give one`);
    if (givenKey !== undefined) requireKnown(this.#keyIds, givenKey, `bin ${bin}`, "key");
    if (fob !== undefined) requireSerial(fob, `bin ${bin}`);
    const key = givenKey ?? (fob === undefined ? undefined : this.#keyOfFob.get(fob));
    const content = key ?? fob;
    // A key may be in doubt, or may have been left behind, in one bin and hang in another.
    if (content === undefined || uncertain === true || taken === true) return;
    const other = this.#binOf.get(content);
    if (other === undefined) {
      this.#binOf.set(content, bin);
      return;
    }
    this.contested.add(other);
    fail(`${key === undefined ? `fob ${fob}` : `key ${key}`} is in bin ${other} and in bin ${bin}`);
  }
}
