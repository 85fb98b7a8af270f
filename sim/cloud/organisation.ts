import {
  type Access,
  AccessSchema,
  type Box,
  BoxSchema,
  CloudError,
  type Key,
  KeySchema,
  type Location,
  LocationSchema,
  type Organisation,
  parse,
  type User,
  UserSchema,
} from "./domain.js";
import { checkTimeZone, resolveWindow, windowAt } from "./windows.js";

/** MQTT user of the cloud itself; no box may have it. */
export const CLOUD_USERNAME = "cloud";
/** An access that ended longer ago than this is history: it is in no snapshot and its code may be given again, s. */
export const OVER_AFTER_SECONDS = 86_400;

/** Look-ups in one organisation, which is never changed in place. */
export class OrganisationIndex {
  readonly locations: ReadonlyMap<number, Location>;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly keys: ReadonlyMap<number, Key>;
  readonly users: ReadonlyMap<number, User>;
  readonly keysByFob: ReadonlyMap<string, Key>;

  constructor(organisation: Organisation) {
    this.locations = new Map(organisation.locations.map((l) => [l.id, l]));
    this.boxes = new Map(organisation.boxes.map((b) => [b.id, b]));
    this.keys = new Map(organisation.keys.map((k) => [k.id, k]));
    this.users = new Map(organisation.users.map((u) => [u.id, u]));
    this.keysByFob = new Map(organisation.keys.flatMap((k) => (k.fob === undefined ? [] : [[k.fob, k]])));
  }
}

/** Whether nobody can use the access any more, at any of the locations. */
export function isOver(access: Access, locations: readonly Location[], nowSeconds: number): boolean {
  if (access.schedule.kind === "ongoing") return false;
  const zones = access.schedule.zone === "local" ? locations.map((l) => l.timeZone) : [access.schedule.zone];
  return zones.every((zone) => {
    const window = windowAt(access.schedule, zone);
    return window === "never" || (window !== "always" && window.until + OVER_AFTER_SECONDS < nowSeconds);
  });
}

/**
 * Checks a whole organisation and answers it in its normal form (trimmed names, serials in capitals). `checked` holds what
 * passed before, so that adding one access does not parse all the others again. Throws CloudError.
 */
export function checkOrganisation(
  organisation: Organisation,
  checked: WeakSet<object>,
  nowSeconds: number,
): Organisation {
  const pass = <T extends object>(items: readonly T[], check: (item: T) => T): T[] =>
    items.map((item) => {
      if (checked.has(item)) return item;
      const good = check(item);
      checked.add(good);
      return good;
    });
  const next: Organisation = {
    locations: pass(organisation.locations, (l) => checkLocation(l)),
    boxes: pass(organisation.boxes, (b) => checkBox(b)),
    keys: pass(organisation.keys, (k) => parse(KeySchema, `key ${k.name}`, k)),
    users: pass(organisation.users, (u) => parse(UserSchema, `user ${u.name}`, u)),
    accesses: pass(organisation.accesses, (a) => parse(AccessSchema, `access ${a.id}`, a)),
  };
  checkReferences(next);
  checkUnique(next, nowSeconds);
  return next;
}

function checkLocation(location: Location): Location {
  const good = parse(LocationSchema, `location ${location.name}`, location);
  checkTimeZone(good.timeZone);
  return good;
}

function checkBox(box: Box): Box {
  const good = parse(BoxSchema, `box ${box.id}`, box);
  const labels = new Set<string>();
  for (const bin of good.bins) {
    if (labels.has(bin.label))
      throw new CloudError(`box ${box.id}: bin ${bin.label} is there twice: rename one of them`);
    labels.add(bin.label);
  }
  return good;
}

/** Throws CloudError where a new window holds no time at one of the locations at which it may be used. */
export function checkWindow(access: Access, locations: readonly Location[]): void {
  for (const location of zonesOf(access, locations)) resolveWindow(access.schedule, location.timeZone);
}

function zonesOf({ schedule }: Access, locations: readonly Location[]): readonly Location[] {
  return schedule.kind === "scheduled" && schedule.zone === "local" ? locations : locations.slice(0, 1);
}

function checkReferences({ locations, boxes, keys, users, accesses }: Organisation): void {
  const locationIds = unique(locations, "location");
  const keyIds = unique(keys, "key");
  const userIds = unique(users, "user");
  unique(accesses, "access");
  unique(boxes, "box");
  const need = (ids: ReadonlySet<number | string>, wanted: number, whose: string, what: string): void => {
    if (!ids.has(wanted))
      throw new CloudError(`${whose}: there is no ${what} ${wanted}: add it first, or name another`);
  };
  for (const box of boxes) need(locationIds, box.location, `box ${box.id}`, "location");
  for (const key of keys) need(locationIds, key.home, `key ${key.name}`, "location");
  for (const access of accesses) {
    need(userIds, access.user, `access ${access.id}`, "user");
    need(keyIds, access.key, `access ${access.id}`, "key");
    // A window that holds no time at one location is no reason to refuse the location: the clocks may have changed since.
    for (const location of zonesOf(access, locations)) windowAt(access.schedule, location.timeZone);
  }
}

function unique(items: readonly { readonly id: number | string }[], what: string): Set<number | string> {
  const ids = new Set<number | string>();
  for (const { id } of items) {
    if (ids.has(id)) throw new CloudError(`there are two of ${what} ${id}: give one of them another id`);
    ids.add(id);
  }
  return ids;
}

/** A claim to something that only one may have: the second one is refused, naming the first. */
class Claims {
  readonly #what: string;
  readonly #wayOut: string;
  readonly #owners = new Map<string, string>();

  constructor(what: string, wayOut: string) {
    this.#what = what;
    this.#wayOut = wayOut;
  }

  claim(value: string, owner: string): void {
    const other = this.#owners.get(value);
    if (other !== undefined) {
      throw new CloudError(`${owner}: ${this.#what} ${value} is ${other}'s already: ${this.#wayOut}`);
    }
    this.#owners.set(value, owner);
  }
}

function checkUnique({ locations, boxes, keys, users, accesses }: Organisation, nowSeconds: number): void {
  const names = new Claims("MQTT user", "give the box another user name");
  names.claim(CLOUD_USERNAME, "the cloud");
  for (const box of boxes) names.claim(box.username, `box ${box.id}`);
  // The reader cannot tell a key's fob from a badge: they share one space, as all typed codes do.
  const serials = new Claims("fob", "take another fob, or free it there first");
  const codes = new Claims("code", "choose another code");
  for (const key of keys) {
    if (key.fob !== undefined) serials.claim(key.fob, `key ${key.name}`);
    if (key.code !== undefined) codes.claim(key.code, `key ${key.name}`);
  }
  for (const user of users) if (user.badge !== undefined) serials.claim(user.badge, `user ${user.name}`);
  for (const access of accesses) {
    if (!isOver(access, locations, nowSeconds)) codes.claim(access.code, `access ${access.id}`);
  }
}
