import type { Organisation } from "../domain.js";
import type { Inventory } from "../inventory.js";
import { doubts, duplicates, occupied } from "./claims.js";
import { readRows } from "./import-keys.js";
import { readTable } from "./table.js";

export interface PreviewedLine {
  /** From 1, as editors and spreadsheets count. */
  readonly line: number;
  readonly fields: readonly string[];
  /** What is wrong with it; then nothing of the file is imported. */
  readonly problems: readonly string[];
  /** What only looks like a slip. */
  readonly doubts: readonly string[];
}

export interface Preview {
  readonly columns: readonly string[];
  readonly lines: readonly PreviewedLine[];
}

/** What `importKeys` would make of a list of keys, line by line; nothing is changed. Throws ImportError where it is no table of keys. */
export function previewKeys(organisation: Organisation, inventory: Inventory, csv: string): Preview {
  const [header, ...records] = readTable(csv);
  const { claims, problems } = readRows(organisation, csv);
  problems.push(...duplicates(organisation, claims), ...occupied(organisation, inventory, claims));
  const slips = doubts(organisation, claims);
  const of = (line: number, all: typeof problems) =>
    all.filter((one) => one.line === line).map(({ message }) => message);
  return {
    columns: header?.fields ?? [],
    lines: records.map(({ line, fields }) => ({ line, fields, problems: of(line, problems), doubts: of(line, slips) })),
  };
}
