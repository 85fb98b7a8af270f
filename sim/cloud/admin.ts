import { digitsFor, guessesAMonth, successesAMonth } from "./code-length.js";
import {
  type Access,
  type Box,
  CloudError,
  type Key,
  type Location,
  type Organisation,
  type Schedule,
  type User,
} from "./domain.js";
import type { Inventory } from "./inventory.js";
import { nameFault } from "./names.js";
import { newBox } from "./new-box.js";
import { checkOrganisation, checkWindow, isOver, OrganisationIndex } from "./organisation.js";
import { accessChanges } from "./permissions.js";
import type { CloudDocument } from "./state.js";
import type { CloudStore } from "./store.js";

export interface AdminNeeds {
  readonly store: CloudStore;
  readonly inventory: Inventory;
  /** Seconds since 1970 UTC. */
  readonly now: () => number;
  readonly random: (count: number) => Uint8Array;
}

type New<T extends { id: number | string }> = Omit<T, "id">;

/** Numbers of each kind. */
const PASSED_OVER = 10_000;

/**
 * What people do to the organisation. Each call checks the whole of what would result, and is durable when it returns; it
 * throws CloudError, and changes nothing, when something is wrong.
 */
export class Admin {
  readonly #needs: AdminNeeds;
  readonly #checked = new WeakSet<object>();

  constructor(needs: AdminNeeds) {
    this.#needs = needs;
  }

  /** Only to be read. */
  get inventory(): Inventory {
    return this.#needs.inventory;
  }

  addLocation(location: New<Location>): Location {
    return this.#add("locations", [location])[0]!;
  }

  addBox(box: Box): Box {
    this.#change({ boxes: [...this.#organisation.boxes, box] });
    return this.#organisation.boxes.at(-1)!;
  }

  /** A box from the factory, with secrets of its own. */
  addNewBox(box: Parameters<typeof newBox>[0]): Box {
    return this.addBox(newBox(box, this.#needs.random));
  }

  addKeys(keys: readonly New<Key>[]): readonly Key[] {
    return this.#add("keys", keys);
  }

  addUser(user: New<User>): User {
    return this.#add("users", [user])[0]!;
  }

  /** Without a `code`, an access gets a booking code of as many digits as the published bound asks for (`code-length.ts`). */
  addAccesses(accesses: readonly (Omit<New<Access>, "code"> & { readonly code?: string })[]): readonly Access[] {
    const taken = new Set(this.#codes());
    const digits = this.#codeDigits(accesses.length);
    return this.#add(
      "accesses",
      accesses.map((access) => ({ ...access, code: access.code ?? this.#freshCode(taken, digits) })),
    );
  }

  addAccess(user: number, key: number, schedule: Schedule, code?: string): Access {
    return this.addAccesses([{ user, key, schedule, ...(code === undefined ? {} : { code }) }])[0]!;
  }

  changeLocation(id: number, changes: Partial<New<Location>>): void {
    this.#replace("locations", id, changes);
  }

  /** Throws CloudError while a box hangs or a key is at home there. */
  removeLocation(id: number): void {
    this.#change({ locations: without(this.#organisation.locations, id, "location") });
  }

  /** It hangs at another location from now on. */
  moveBox(id: string, location: number): void {
    this.#change({ boxes: this.#organisation.boxes.map((box) => (box.id === id ? { ...box, location } : box)) });
  }

  changeKey(id: number, changes: Partial<New<Key>>): void {
    this.#replace("keys", id, changes);
  }

  changeUser(id: number, changes: Partial<New<User>>): void {
    this.#replace("users", id, changes);
  }

  changeAccess(id: number, changes: Partial<New<Access>>): void {
    this.#replace("accesses", id, changes);
  }

  /** Gives the key a new code and answers it. */
  generateKeyCode(id: number): string {
    const code = this.#freshCode(new Set(this.#codes()), this.#codeDigits(1));
    this.changeKey(id, { code });
    return code;
  }

  removeKeyCode(id: number): void {
    const key = this.#organisation.keys.find((one) => one.id === id);
    if (key === undefined) throw new CloudError(`there is no key ${id}: nothing to take a code from`);
    const { code: _code, ...rest } = key;
    this.#change({ keys: this.#organisation.keys.map((one) => (one.id === id ? rest : one)) });
  }

  removeAccess(id: number): void {
    this.#change({ accesses: without(this.#organisation.accesses, id, "access") });
  }

  /** The user's accesses go too. */
  removeUser(id: number): void {
    const { users, accesses } = this.#organisation;
    this.#change({ users: without(users, id, "user"), accesses: accesses.filter((a) => a.user !== id) });
  }

  /** The key's accesses go too; its fob, if it hangs in a bin, stays there as a fob that is nobody's. */
  removeKey(id: number): void {
    const { keys, accesses } = this.#organisation;
    this.#change({ keys: without(keys, id, "key"), accesses: accesses.filter((a) => a.key !== id) });
  }

  setBinEnabled(box: string, label: string, enabled: boolean): void {
    const bin = this.binNumber(box, label);
    this.#change({
      boxes: this.#organisation.boxes.map((b) =>
        b.id === box ? { ...b, bins: b.bins.map((old, i) => (i === bin ? { ...old, enabled } : old)) } : b,
      ),
    });
  }

  /** Says that somebody looked: the key is in this bin, or, without one, in none. */
  placeKey(key: number, where: { readonly box: string; readonly bin: string } | undefined): void {
    if (!this.#organisation.keys.some((k) => k.id === key))
      throw new CloudError(`there is no key ${key}: add it first`);
    this.placeKeys([{ key, where }]);
  }

  /** As `placeKey`, of many at once. All the keys must exist. */
  placeKeys(
    places: readonly {
      readonly key: number;
      readonly where: { readonly box: string; readonly bin: string } | undefined;
    }[],
  ): void {
    const { inventory, store } = this.#needs;
    const resolved = places.map(({ key, where }) => ({
      item: `key:${key}`,
      place: where && { box: where.box, bin: this.binNumber(where.box, where.bin) },
    }));
    for (const { item, place } of resolved) {
      inventory.unplace(item, place);
      if (place === undefined) continue;
      inventory.believe(place.box, place.bin, "holds", item, Math.floor(this.#needs.now()));
      inventory.edited(place.box);
    }
    store.touchPermissions();
    store.commit();
  }

  /**
   * Says that somebody looked: nothing hangs in this bin. Where its doors say that something does, only if they are `sure`; throws
   * CloudError otherwise.
   */
  emptyBin(box: string, label: string, sure = false): void {
    const { inventory, store } = this.#needs;
    const bin = this.binNumber(box, label);
    const { belief, item } = inventory.content(box, bin);
    if (belief === "holds" && !sure) {
      throw new CloudError(
        `bin ${label} holds ${this.#nameOf(item!)}: look into it, and if it is empty say so with --sure`,
      );
    }
    inventory.believe(box, bin, "empty");
    inventory.edited(box);
    store.touchPermissions();
    store.commit();
  }

  /**
   * Says that somebody looked: the key hangs in this bin. Where doors say that another thing hangs there, or that the key hangs
   * elsewhere, only if they are `sure`; throws CloudError otherwise.
   */
  fillBin(box: string, label: string, key: number, sure = false): void {
    const { inventory } = this.#needs;
    const { belief, item } = inventory.content(box, this.binNumber(box, label));
    const name = this.#nameOf(`key:${key}`);
    if (belief === "holds" && item !== `key:${key}` && !sure) {
      throw new CloudError(
        `bin ${label} holds ${this.#nameOf(item!)}: look into it, and if ${name} hangs there say so with --sure`,
      );
    }
    const elsewhere = inventory.whereabouts(`key:${key}`)?.place;
    if (elsewhere?.certain && item !== `key:${key}` && !sure) {
      const other = this.#organisation.boxes.find(({ id }) => id === elsewhere.box)?.bins[elsewhere.bin]?.label;
      throw new CloudError(
        `${name} hangs in bin ${other} of ${elsewhere.box}: if you see it in ${label} say so with --sure`,
      );
    }
    this.placeKey(key, { box, bin: label });
  }

  #nameOf(item: string): string {
    const [kind, id = ""] = item.split(":");
    if (kind === "fob") return `the unknown fob ${id}`;
    const key = this.#organisation.keys.find((one) => one.id === Number(id));
    return `the key ${(key ?? this.#needs.inventory.formerKey(Number(id)))?.name ?? id}`;
  }

  /** Throws CloudError for a box or a bin that is not there. */
  binNumber(box: string, label: string): number {
    const found = this.#organisation.boxes.find((b) => b.id === box);
    if (found === undefined) throw new CloudError(`there is no box ${box}: add it first, or name another`);
    const bin = found.bins.findIndex((b) => b.label === label);
    if (bin >= 0) return bin;
    throw new CloudError(
      `box ${box} has no bin ${label}: it has ${found.bins[0]!.label} to ${found.bins.at(-1)!.label}; name one of them`,
    );
  }

  get #organisation(): Organisation {
    return this.#needs.store.organisation;
  }

  #add<K extends "locations" | "keys" | "users" | "accesses">(
    kind: K,
    items: readonly New<Organisation[K][number]>[],
  ): Organisation[K] {
    const before: readonly { readonly id: number }[] = this.#organisation[kind];
    for (const item of items) if ("name" in item) checkName(item.name as string);
    let id = this.#lastId(kind);
    const numbered = items.map((item) => ({ ...item, id: ++id }));
    this.#change({ [kind]: [...before, ...numbered] } as unknown as Partial<Organisation>);
    return this.#organisation[kind].slice(before.length) as unknown as Organisation[K];
  }

  #lastId(kind: (typeof KINDS)[number]): number {
    return Math.max(this.#needs.store.document.lastIds?.[kind] ?? 0, highest(this.#organisation[kind]));
  }

  /**
   * The database was put back from a copy. Boxes know what was entered since by numbers that would be given out once more: a new key
   * would open the bin of a lost one. So more of them are passed over than anybody enters between two copies.
   */
  passOverIds(): void {
    const { store } = this.#needs;
    store.document.lastIds = Object.fromEntries(KINDS.map((kind) => [kind, this.#lastId(kind) + PASSED_OVER]));
    store.changed("lastIds");
  }

  #replace(kind: "locations" | "keys" | "users" | "accesses", id: number, changes: object): void {
    const items: readonly { readonly id: number }[] = this.#organisation[kind];
    const what = { locations: "location", keys: "key", users: "user", accesses: "access" }[kind];
    if (!items.some((item) => item.id === id)) throw new CloudError(`there is no ${what} ${id}: add it first`);
    if ("name" in changes) checkName(changes.name as string);
    const next = items.map((item) => (item.id === id ? { ...item, ...changes } : item));
    this.#change({ [kind]: next } as unknown as Partial<Organisation>);
  }

  #change(part: Partial<Organisation>): void {
    const { store, now } = this.#needs;
    const before = this.#organisation;
    const next = checkOrganisation({ ...before, ...part }, this.#checked, now());
    const known = new Set(before.accesses);
    const { formerFobs } = store.document;
    for (const access of next.accesses) if (!known.has(access)) checkWindow(access, next.locations);
    store.organise(next, { ...remembered(store.document, before, next), ...accessChanges(store.document, next) });
    if (next.keys !== before.keys) this.#renameItems(before, next, formerFobs);
  }

  /**
   * A fob in a bin belongs to another key, or to none, from now on. A key whose fob is replaced stays where it is: it hangs there, or
   * somebody has it, with the old fob.
   */
  #renameItems(before: Organisation, next: Organisation, formerFobs: CloudDocument["formerFobs"]): void {
    const { inventory, store } = this.#needs;
    const is = new OrganisationIndex(next);
    let isMoved = false;
    const rename = (from: string, to: string): void => {
      if (!inventory.isKnown(from)) return;
      inventory.rename(from, to);
      isMoved = true;
    };
    for (const { id, fob } of before.keys) if (fob !== undefined && !is.keys.has(id)) rename(`key:${id}`, `fob:${fob}`);
    for (const key of before.keys) {
      if (is.keys.has(key.id)) continue;
      // They hung there without a fob, and hang there still: nobody's, and nothing that a box could be told of.
      for (const { box, bin } of inventory.placesOf(`key:${key.id}`)) {
        inventory.doubt(box, bin);
        inventory.edited(box);
        isMoved = true;
      }
    }
    for (const { id, fob } of next.keys) {
      if (fob === undefined) continue;
      rename(`fob:${fob}`, `key:${id}`);
      const { key, told } = formerFobs?.[fob] ?? { key: id, told: 0 };
      if (key !== id && inventory.renameTold(`key:${key}`, `key:${id}`, told)) isMoved = true;
    }
    if (!isMoved) return;
    store.touchPermissions();
    store.commit();
  }

  *#codes(): Iterable<string> {
    for (const key of this.#organisation.keys) if (key.code !== undefined) yield key.code;
    for (const access of this.#organisation.accesses) yield access.code;
  }

  /** Length of codes that are made now, when `more` are added to those that can be typed. */
  #codeDigits(more: number): number {
    const { store, now } = this.#needs;
    const { keys, accesses, locations } = this.#organisation;
    const ofKeys = keys.filter((key) => key.code !== undefined).length;
    const active = ofKeys + accesses.filter((access) => !isOver(access, locations, now())).length;
    return digitsFor(active + more, guessesAMonth(successesAMonth(store.document, now())));
  }

  #freshCode(taken: Set<string>, digits: number): string {
    for (;;) {
      let code = "";
      while (code.length < digits) {
        const byte = this.#needs.random(1)[0]!;
        // Above 249 the digits 0 to 5 would come more often.
        if (byte < 250) code += String(byte % 10);
      }
      if (taken.has(code)) continue;
      taken.add(code);
      return code;
    }
  }
}

/** Not in the schema: a name that an earlier version let in must not keep the cloud from opening its database. */
function checkName(name: string): void {
  const fault = nameFault(name);
  if (fault !== undefined) throw new CloudError(`name "${name}": ${fault}`);
}

const KINDS = ["locations", "keys", "users", "accesses"] as const;

function highest(items: readonly { readonly id: number }[]): number {
  return items.reduce((most, item) => Math.max(most, item.id), 0);
}

/** What must be known of the organisation as it was: boxes tell of it for as long as they have not heard. */
function remembered(
  data: CloudDocument,
  before: Organisation,
  next: Organisation,
): Required<Pick<CloudDocument, "formerKeys" | "formerFobs" | "lastIds">> {
  const lastIds: Record<string, number> = {};
  for (const kind of KINDS) {
    lastIds[kind] = Math.max(data.lastIds?.[kind] ?? 0, highest(before[kind]), highest(next[kind]));
  }
  const formerKeys = { ...data.formerKeys };
  const formerFobs = { ...data.formerFobs };
  if (next.keys !== before.keys) {
    const there = new Map(next.keys.map(({ id, fob }) => [id, fob]));
    for (const { id, name, fob } of before.keys) {
      if (!there.has(id)) formerKeys[id] = { name, ...(fob !== undefined && { fob }) };
      else if (fob !== undefined && there.get(id) !== fob) formerFobs[fob] = { key: id, told: data.told };
    }
    for (const { fob } of next.keys) if (fob !== undefined) delete formerFobs[fob];
  }
  return { formerKeys, formerFobs, lastIds };
}

function without<T extends { readonly id: number }>(items: readonly T[], id: number, what: string): readonly T[] {
  const rest = items.filter((item) => item.id !== id);
  if (rest.length === items.length) throw new CloudError(`there is no ${what} ${id}: nothing to remove`);
  return rest;
}
