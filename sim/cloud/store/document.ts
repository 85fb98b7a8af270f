import type { CloudDocument } from "../state.js";
import type { Change } from "./engine.js";

/** Format of the document and of the log beside it. */
export const FORMAT = 3;

export function emptyDocument(): CloudDocument {
  return {
    format: FORMAT,
    organisation: { locations: [], boxes: [], keys: [], users: [], accesses: [] },
    boxes: {},
    bins: {},
    holders: {},
    told: 0,
    alerts: {},
  };
}

type Fields = Record<string, unknown>;

/** The part of the document that `key` names: `told`, or a row of a table such as `boxes/MS5-PARIS`. Undefined: there is none. */
export function partOf(document: CloudDocument, key: string): unknown {
  const { table, row } = split(key);
  const part = (document as unknown as Fields)[table];
  return row === undefined ? part : (part as Fields | undefined)?.[row];
}

export function applyChange(document: CloudDocument, { key, json }: Change): void {
  const { table, row } = split(key);
  const fields = document as unknown as Fields;
  const value: unknown = json === undefined ? undefined : JSON.parse(json);
  let holder = fields;
  if (row !== undefined) {
    fields[table] ??= {};
    holder = fields[table] as Fields;
  }
  const name = row ?? table;
  if (value === undefined) delete holder[name];
  else holder[name] = value;
}

/** Rows may have slashes in them: the first one ends the table's name. */
function split(key: string): { readonly table: string; readonly row?: string } {
  const slash = key.indexOf("/");
  return slash < 0 ? { table: key } : { table: key.slice(0, slash), row: key.slice(slash + 1) };
}
