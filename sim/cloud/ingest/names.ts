import {
  Auth,
  BinFault,
  CommandKind,
  DoorEvent,
  Exchange,
  GapReason,
  Kind,
  LinkEvent,
  Outcome,
  PowerEvent,
  UpdateEvent,
} from "../../../firmware/records/records.js";

/** Name of a number of one of the record's tables, or the number itself for one that this version does not know. */
export function nameIn(table: Readonly<Record<string, number>>, value: number): string {
  for (const [name, number] of Object.entries(table)) if (number === value) return name;
  return String(value);
}

const EVENTS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  [Kind.door]: DoorEvent,
  [Kind.binFault]: BinFault,
  [Kind.power]: PowerEvent,
  [Kind.link]: LinkEvent,
  [Kind.update]: UpdateEvent,
};

const TABLES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  command: CommandKind,
  exchange: Exchange,
  auth: Auth,
  result: Outcome,
};

/** What the numbers of a field of a record are; undefined: plain numbers. */
export function tableOf(kind: number, field: string): Readonly<Record<string, number>> | undefined {
  if (field === "event") return EVENTS[kind];
  return field === "reason" && kind === Kind.gap ? GapReason : TABLES[field];
}

/** A record's own fields, with numbers of a table as names; for logs that people read. */
export function detailOf(
  record: Readonly<Record<string, unknown>> & { readonly kind: number },
): Record<string, string | number> {
  const detail: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(record)) {
    if (name === "kind" || name === "at" || name === "flags") continue;
    if (typeof value !== "number") {
      if (typeof value === "string") detail[name] = value;
      continue;
    }
    const table = tableOf(record.kind, name);
    detail[name] = table === undefined ? value : nameIn(table, value);
  }
  return detail;
}
