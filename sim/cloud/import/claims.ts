import type { Organisation } from "../domain.js";
import type { Inventory } from "../inventory.js";
import { nameKey } from "../names.js";
import { OrganisationIndex } from "../organisation.js";
import type { Problem } from "./import-error.js";
import type { Claim } from "./rows.js";

/** Serials, bins and key codes that come twice in the file, or that somebody has already. */
export function duplicates({ keys, users, accesses }: Organisation, claims: readonly Claim[]): Problem[] {
  const problems: Problem[] = [];
  const fobs = new Map<string, string>();
  for (const k of keys) if (k.fob !== undefined) fobs.set(k.fob, `key ${k.name}'s already`);
  for (const u of users) if (u.badge !== undefined) fobs.set(u.badge, `the badge of ${u.name}`);
  const codes = new Map<string, string>();
  for (const k of keys) if (k.code !== undefined) codes.set(k.code, `that of key ${k.name}`);
  for (const a of accesses) codes.set(a.code, `the booking code of access ${a.id}`);
  const bins = new Map<string, string>();
  const claim = (taken: Map<string, string>, value: string | undefined, line: number, what: string): void => {
    if (value === undefined) return;
    const other = taken.get(value);
    if (other === undefined) taken.set(value, `on line ${line} too`);
    else problems.push({ line, message: `${what} is ${other}: each may be there once` });
  };
  for (const { line, fob, code, place } of claims) {
    claim(fobs, fob, line, `fob serial ${fob}`);
    claim(codes, code, line, "key code");
    claim(bins, place && `${place.box}/${place.bin}`, line, `bin ${place?.bin}`);
  }
  return problems;
}

/**
 * Places that go against what the cloud knows of doors that opened and shut: a list that was typed some days ago is no reason
 * to forget the key that hangs in a bin.
 */
export function occupied(organisation: Organisation, inventory: Inventory, claims: readonly Claim[]): Problem[] {
  const index = new OrganisationIndex(organisation);
  return claims.flatMap(({ line, fob, place }): Problem[] => {
    if (place === undefined || fob === undefined) return [];
    const bin = index.boxes.get(place.box)!.bins.findIndex(({ label }) => label === place.bin);
    const item = inventory.itemOf({ fob }, index);
    const there = inventory.in(place.box, bin)?.item;
    const message =
      there === item
        ? undefined
        : (binTaken(place, there, inventory.isDoubtful(place.box, bin), index) ??
          elsewhere(fob, item, inventory, index));
    return message === undefined ? [] : [{ line, message }];
  });
}

function binTaken(
  { box, bin }: { readonly box: string; readonly bin: string },
  there: string | undefined,
  isDoubtful: boolean,
  index: OrganisationIndex,
): string | undefined {
  const wayOut = `name another bin, or look, and say \`cloud empty ${bin} --sure\` first`;
  if (there === undefined) return isDoubtful ? `bin ${bin} of ${box} may hold something: ${wayOut}` : undefined;
  const [kind, id = ""] = there.split(":");
  const what = kind === "fob" ? `fob ${id}` : `key ${index.keys.get(Number(id))?.name ?? id}`;
  return `bin ${bin} of ${box} ${isDoubtful ? "may hold" : "holds"} ${what}: ${wayOut}`;
}

/** A fob that was nobody's so far, and came in by itself. */
function elsewhere(fob: string, item: string, inventory: Inventory, index: OrganisationIndex): string | undefined {
  const place = inventory.whereabouts(item)?.place;
  if (place === undefined) return undefined;
  const label = index.boxes.get(place.box)?.bins[place.bin]?.label ?? place.bin;
  return `fob serial ${fob} hangs in bin ${label} of ${place.box}: write ${place.box}/${label}`;
}

/** What is allowed and yet more often a slip of a spreadsheet or of a hand. */
export function doubts(organisation: Organisation, claims: readonly Claim[]): Problem[] {
  const meant = "; if it is meant, import with `--sure`";
  return [...lostZeros(organisation, claims), ...sameNames(organisation, claims)].map(({ line, message }) => ({
    line,
    message: message + meant,
  }));
}

function lostZeros({ keys }: Organisation, claims: readonly Claim[]): Problem[] {
  const given = <T>(values: readonly (T | undefined)[]) => values.filter((value) => value !== undefined);
  const fobs = given([...keys, ...claims].map(({ fob }) => fob));
  const codes = given([...keys, ...claims].map(({ code }) => code));
  return claims.flatMap(({ line, fob, code }): Problem[] => [
    ...tooShort(fob, fobs).map((usual) => ({
      line,
      message: `fob serial ${fob}: others have ${usual} characters; were zeros at its beginning lost? Format the column as text`,
    })),
    ...tooShort(code, codes).map((usual) => ({
      line,
      // Without the code itself, as everywhere.
      message: `key code: it has ${code!.length} digits, others ${usual}; were zeros at its beginning lost? Format the column as text`,
    })),
  ]);
}

/** The length that more than half of the others have, where `value` is a number and shorter. */
function tooShort(value: string | undefined, all: readonly string[]): number[] {
  if (value === undefined || !/^\d+$/.test(value)) return [];
  const counts = new Map<number, number>();
  for (const { length } of all) counts.set(length, (counts.get(length) ?? 0) + 1);
  const others = all.length - 1;
  return [...counts].filter(([length, count]) => length > value.length && count > others / 2).map(([length]) => length);
}

/** Of keys that may hang in one box. */
function sameNames({ keys }: Organisation, claims: readonly Claim[]): Problem[] {
  interface Named {
    readonly home: number | undefined;
    readonly roaming: boolean;
    readonly where: string;
  }
  const seen = new Map<string, Named[]>();
  const meets = (a: Named, b: Named) => a.home === b.home || a.roaming || b.roaming;
  const add = (name: string, one: Named): Named | undefined => {
    const same = seen.get(nameKey(name)) ?? [];
    seen.set(nameKey(name), [...same, one]);
    return same.find((other) => meets(other, one));
  };
  for (const { id, name, home, roaming } of keys) add(name, { home, roaming, where: `key ${id}` });
  return claims.flatMap(({ line, name, home, roaming }): Problem[] => {
    if (home === undefined || name === "") return [];
    const other = add(name, { home: home.id, roaming, where: `line ${line}` });
    return other === undefined ? [] : [{ line, message: `key name ${name} is that of ${other.where} too` }];
  });
}
