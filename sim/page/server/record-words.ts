import { Belief, EmergencyTarget } from "../../../firmware/records/records.js";
import { WakeCause } from "../../../hal/ports/power.js";
import { nameIn, tableOf } from "../../cloud/ingest/names.js";
import type { FlashRecord } from "../../trials/journal-reader/records.js";

/** What the numbers in a record are called; undefined: nobody knows. */
export interface Names {
  bin(bin: number): string | undefined;
  key(key: number): string | undefined;
  user(user: number): string | undefined;
}

/** Fields that every record has, or that the row shows elsewhere. */
const ELSEWHERE = ["kind", "at", "flags"];
/** Beside those of the cloud's own log. */
const TABLES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  target: EmergencyTarget,
  belief: Belief,
  cause: WakeCause,
};
const BIN_FIELDS = ["bin", "from", "freed"];

/** A record in words: `exchange pickup, bin A-1, auth booking code, user Amélie Girard`. What has no name keeps its number. */
export function detailOf(record: FlashRecord, names: Names): string {
  return Object.entries(record)
    .filter(([name]) => !ELSEWHERE.includes(name))
    .map(([name, value]) => `${name} ${typeof value === "number" ? worded(record.kind, name, value, names) : value}`)
    .join(", ");
}

function worded(kind: number, name: string, value: number, names: Names): string {
  if (BIN_FIELDS.includes(name)) return names.bin(value) ?? `${value}`;
  if (name === "key") return names.key(value) ?? `${value}`;
  if (name === "user") return names.user(value) ?? `${value}`;
  const table = tableOf(kind, name) ?? TABLES[name];
  // `bookingCode` as people write it.
  return table === undefined
    ? `${value}`
    : nameIn(table, value).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
