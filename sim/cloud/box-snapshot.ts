import { MAX_OFFSETS } from "../../firmware/snapshot/layout.js";
import { EPOCH_BYTES } from "../../firmware/wire/epoch.js";
import { Reads } from "../../firmware/wire/messages.js";
import { type Access, type Box, bytesToHex, CloudError, hexToBytes, type Key } from "./domain.js";
import type { Inventory } from "./inventory.js";
import { nameKey } from "./names.js";
import { type OrganisationIndex, OVER_AFTER_SECONDS } from "./organisation.js";
import type { AccessModel, BinModel, CodeModel, SnapshotModel } from "./snapshot/model.js";
import type { CloudStore } from "./store.js";
import { offsetsOf, windowAt } from "./windows.js";

/** How far ahead a box can show local times, s, and in how many steps. */
const OFFSETS_AHEAD_SECONDS = 5 * 366 * 86_400;

/**
 * Up to so many keys, a box knows those of other locations too, and refuses their fobs by the name of their home. Of a larger organisation it
 * knows its own: a fob of another location counts as one that it does not know, until the cloud has heard of it.
 */
const EVERY_KEY_MAX = 2_000;

/** What a snapshot is made of, apart from its version. */
export type BoxModel = Omit<SnapshotModel, "version">;

/** All that `box` is to know now. Throws CloudError for a box that is not there. */
export function modelOf(
  store: CloudStore,
  index: OrganisationIndex,
  inventory: Inventory,
  box: string,
  nowSeconds: number,
): BoxModel {
  const found = index.boxes.get(box);
  if (found === undefined) throw new CloudError(`there is no box ${box}: add it first`);
  const state = store.boxState(box);
  const location = index.locations.get(found.location)!;
  const { id, name, language, timeZone } = location;
  const { organisation } = store;
  const bins = binsOf(found, inventory, ((state.reads ?? 0) & Reads.taken) !== 0);
  const matters = keyFilter(found, bins);
  const keys = organisation.keys.filter(matters);
  const known = organisation.keys.length > EVERY_KEY_MAX ? keys : organisation.keys;
  const namesakes = namesakesAmong(keys);
  const accesses = organisation.accesses.flatMap((access) =>
    matters(index.keys.get(access.key)!) ? accessModel(access, timeZone, nowSeconds) : [],
  );
  const holders = new Set(accesses.map((a) => a.user));
  const badges = organisation.users.flatMap((u) => (u.badge === undefined ? [] : [{ serial: u.badge, user: u.id }]));
  return {
    box,
    epoch: state.epoch === undefined ? new Uint8Array(EPOCH_BYTES) : hexToBytes(state.epoch),
    asOf: state.epoch === undefined ? 0 : (state.epochs[state.epoch]?.through ?? 0),
    sheet: state.sheets.minimum,
    lookupKey: hexToBytes(found.lookupKey),
    location: { id, name, language, offsets: offsetsOf(timeZone, nowSeconds, OFFSETS_AHEAD_SECONDS, MAX_OFFSETS) },
    bins,
    keys: known.map((key) => ({
      id: key.id,
      name: namesakes.has(key) ? `${key.name} (${key.fob ?? key.id})` : key.name,
      fob: key.fob,
      roaming: key.roaming,
      homeLocation: key.home,
      homeLocationName: index.locations.get(key.home)!.name,
    })),
    // Every badge, or the box would take the badge of somebody without an access here for a fob to be stored.
    users: organisation.users
      .filter((u) => holders.has(u.id) || u.badge !== undefined)
      .map((u) => ({ id: u.id, name: u.name })),
    accesses,
    codes: codesOf(keys, accesses, organisation.accesses),
    badges,
  };
}

/** What changed in a model as far as a box cannot know it from its own journal. */
export function fingerprintOf(model: BoxModel, inventoryEdits: number, reads: number): string {
  const { asOf: _asOf, lookupKey, bins, location, epoch, ...rest } = model;
  const enabled = bins.map((b) => b.enabled);
  const { offsets: _offsets, ...place } = location;
  return JSON.stringify({
    ...rest,
    epoch: bytesToHex(epoch),
    lookupKey: bytesToHex(lookupKey),
    enabled,
    place,
    inventoryEdits,
    reads,
  });
}

function binsOf(box: Box, inventory: Inventory, readsTaken: boolean): BinModel[] {
  return box.bins.map(({ enabled }, bin) => {
    const { belief, item } = inventory.content(box.id, bin);
    if (belief === "empty") return { bin, enabled, uncertain: false };
    // For firmware before the beliefs: nobody knows.
    if (belief === "taken" && !readsTaken) return { bin, enabled, uncertain: true };
    const held =
      item === undefined ? {} : item.startsWith("key:") ? { key: Number(item.slice(4)) } : { fob: item.slice(4) };
    return { bin, enabled, ...held, uncertain: belief === "doubt", ...(belief === "taken" && { taken: true }) };
  });
}

/** Keys that can be in the box: at home there, roaming, or there already. */
function keyFilter(box: Box, bins: readonly BinModel[]): (key: Key) => boolean {
  const inside = new Set(bins.map((b) => b.key));
  return (key) => key.roaming || key.home === box.location || inside.has(key.id);
}

/** Keys of one name, two or more each: a panel that offers several can tell them apart by what stands on their fobs alone. */
function namesakesAmong(keys: readonly Key[]): ReadonlySet<Key> {
  const byName = new Map<string, Key[]>();
  for (const key of keys) byName.set(nameKey(key.name), [...(byName.get(nameKey(key.name)) ?? []), key]);
  return new Set([...byName.values()].filter(({ length }) => length > 1).flat());
}

/** Empty for an access that is over, and for a local window that falls whole into a gap of this location's clocks. */
function accessModel(access: Access, timeZone: string, nowSeconds: number): AccessModel[] {
  const { id, user, key, schedule } = access;
  const window = windowAt(schedule, timeZone);
  if (window === "never" || (window !== "always" && window.until + OVER_AFTER_SECONDS < nowSeconds)) return [];
  return [{ id, user, key, window: window === "always" ? undefined : window }];
}

function codesOf(keys: readonly Key[], models: readonly AccessModel[], accesses: readonly Access[]): CodeModel[] {
  const here = new Set(models.map((a) => a.id));
  const booking = accesses
    .filter((a) => here.has(a.id))
    .map((a): CodeModel => ({ text: a.code, target: { kind: "booking", access: a.id } }));
  const ofKeys = keys.flatMap((k): CodeModel[] =>
    k.code === undefined ? [] : [{ text: k.code, target: { kind: "key", key: k.id } }],
  );
  return [...booking, ...ofKeys];
}
