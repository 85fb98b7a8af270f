import { boardOf } from "../../../hal/boards/index.js";
import type { HashPort } from "../../../hal/ports/hash.js";
import { type Box, CloudError, type Key, type Location } from "../domain.js";
import { Inventory } from "../inventory.js";
import { type Sheet, Sheets } from "../sheets.js";
import type { CloudStore } from "../store.js";

/** Where a key is, as far as the cloud knows. */
export type Place =
  | { readonly kind: "here"; readonly bin: string; readonly certain: boolean }
  | { readonly kind: "elsewhere"; readonly box: string; readonly bin: string }
  | { readonly kind: "out"; readonly holder: string }
  | { readonly kind: "unknown" };

export interface PackKey {
  readonly name: string;
  readonly fob: string;
  readonly place: Place;
}

export interface PackBin {
  readonly label: string;
  readonly enabled: boolean;
  /** What hangs in it; without a name: a fob that is no key's. */
  readonly content: { readonly fob: string; readonly name?: string; readonly certain: boolean } | undefined;
}

/** All that an emergency pack says, before it is put on paper. */
export interface Pack {
  readonly box: string;
  /** Of the sample organisation: its codes open nothing, and look as if they did. */
  readonly isSample: boolean;
  readonly model: Box["model"];
  readonly location: Location;
  /** Seconds since 1970 UTC. */
  readonly madeAt: number;
  /** Last word from the box, s since 1970 UTC; undefined: it was never online. */
  readonly lastSeen: number | undefined;
  /** Undefined: the model takes no offline codes, and the pack is a plan of fallback steps. */
  readonly sheet: Sheet | undefined;
  readonly bins: readonly PackBin[];
  /** Keys with a fob that hang in the box, are at home at its location, or roam. */
  readonly keys: readonly PackKey[];
}

export interface PackNeeds {
  /** Only read. */
  readonly store: CloudStore;
  readonly hash: HashPort;
  /** Seconds since 1970 UTC. */
  readonly nowSeconds: number;
  /** Nobody's: the organisation was made for this pack. */
  readonly isSample: boolean;
}

/** `sheet`: an older one than the one in force, by number. Throws CloudError for a box or a sheet that is not there. */
export function makePack({ store, hash, nowSeconds, isSample }: PackNeeds, id: string, sheet?: number): Pack {
  const { boxes, locations, keys } = store.organisation;
  const box = boxes.find((one) => one.id === id);
  if (box === undefined) {
    const known = boxes.map((one) => one.id).join(", ");
    throw new CloudError(`there is no box ${id}: ${known === "" ? "the cloud has none yet" : `name one of ${known}`}`);
  }
  const inventory = new Inventory(store.document, () => {});
  const bins = box.bins.map(({ label, enabled }, bin): PackBin => {
    return { label, enabled, content: contentOf(inventory.in(id, bin), keys) };
  });
  const label = (of: string, bin: number): string => boxes.find((one) => one.id === of)?.bins[bin]?.label ?? `${bin}`;
  const rows = keys.flatMap((key): PackKey[] => {
    if (key.fob === undefined) return [];
    const place = placeOf(inventory.whereabouts(`key:${key.id}`), id, label);
    const matters = key.roaming || key.home === box.location || place.kind === "here";
    return matters ? [{ name: key.name, fob: key.fob, place }] : [];
  });
  return {
    box: id,
    isSample,
    model: box.model,
    location: locations.find((one) => one.id === box.location)!,
    madeAt: nowSeconds,
    lastSeen: store.boxState(id).lastSeen,
    sheet: boardOf(box.model).profile.offlineCapable ? new Sheets(store, hash).sheet(id, sheet) : undefined,
    bins,
    keys: rows,
  };
}

function contentOf(there: ReturnType<Inventory["in"]>, keys: readonly Key[]): PackBin["content"] {
  if (there === undefined) return undefined;
  const { item, certain } = there;
  if (item.startsWith("fob:")) return { fob: item.slice(4), certain };
  const key = keys.find((one) => `key:${one.id}` === item);
  return key?.fob === undefined ? undefined : { fob: key.fob, name: key.name, certain };
}

function placeOf(
  where: ReturnType<Inventory["whereabouts"]>,
  box: string,
  label: (box: string, bin: number) => string,
): Place {
  if (where?.place !== undefined) {
    const { box: at, bin, certain } = where.place;
    return at === box
      ? { kind: "here", bin: label(at, bin), certain }
      : { kind: "elsewhere", box: at, bin: label(at, bin) };
  }
  return where?.holder === undefined ? { kind: "unknown" } : { kind: "out", holder: where.holder };
}

/** By name, as people of the box's language look them up. */
export function byName(pack: Pack, language: string): readonly PackKey[] {
  const { compare } = new Intl.Collator(language, { numeric: true });
  return [...pack.keys].sort((a, b) => compare(a.name, b.name));
}

export function byFob(pack: Pack): readonly PackKey[] {
  return [...pack.keys].sort((a, b) => (a.fob < b.fob ? -1 : 1));
}

/** `0123 4567`: in two groups, as the panel shows it, and text for a spreadsheet. */
export function grouped(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`;
}

/** Two digits, as the panel asks for it. */
export function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
