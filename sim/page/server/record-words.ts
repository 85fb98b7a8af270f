import {
  Auth,
  Belief,
  BinFault,
  CommandKind,
  DoorEvent,
  EmergencyTarget,
  Exchange,
  GapReason,
  Kind,
  LinkEvent,
  Outcome,
  PowerEvent,
  UpdateEvent,
} from "../../../firmware/records/records.js";
import { WakeCause } from "../../../hal/ports/power.js";
import type { FlashRecord } from "../../trials/journal-reader/records.js";

/** What the numbers in a record are called; undefined: nobody knows. */
export interface Names {
  bin(bin: number): string | undefined;
  key(key: number): string | undefined;
  user(user: number): string | undefined;
}

type Numbered = Readonly<Record<string, number>>;

/** Fields that every record has, or that the row shows elsewhere. */
const ELSEWHERE = ["kind", "at", "flags"];
const BY_FIELD: Readonly<Record<string, Numbered>> = {
  exchange: Exchange,
  auth: Auth,
  result: Outcome,
  target: EmergencyTarget,
  belief: Belief,
  command: CommandKind,
  cause: WakeCause,
};
const EVENTS: Readonly<Record<number, Numbered>> = {
  [Kind.door]: DoorEvent,
  [Kind.binFault]: BinFault,
  [Kind.power]: PowerEvent,
  [Kind.link]: LinkEvent,
  [Kind.update]: UpdateEvent,
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
  const numbers = name === "event" ? EVENTS[kind] : name === "reason" ? GapReason : BY_FIELD[name];
  return wordOf(numbers, value) ?? `${value}`;
}

/** `bookingCode` as people write it. */
function wordOf(numbers: Numbered | undefined, value: number): string | undefined {
  const word = Object.entries(numbers ?? {}).find(([, number]) => number === value)?.[0];
  return word?.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
