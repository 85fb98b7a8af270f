import type { Admin } from "../admin.js";
import type { Key, Organisation } from "../domain.js";
import { doubts, duplicates, occupied } from "./claims.js";
import { ImportError, type Problem } from "./import-error.js";
import { type Claim, type Column, REQUIRED, type Row, readRow } from "./rows.js";
import { type Line, readTable } from "./table.js";

/**
 * Imports an organisation's list of keys from CSV as spreadsheets write it: columns `key name`, `fob serial` (empty: a virtual
 * key), `bin` (empty: in no box; `A-1`, or `BOX/A-1` where the home location has several boxes), `home location`, and
 * perhaps `roaming` (yes or no) and `key code`. All or nothing: throws ImportError with every problem of the file. `isSure`:
 * what only looks like a slip is imported too.
 */
export function importKeys(admin: Admin, organisation: Organisation, csv: string, isSure = false): readonly Key[] {
  const { rows, claims, problems } = readRows(organisation, csv);
  problems.push(...duplicates(organisation, claims), ...occupied(organisation, admin.inventory, claims));
  const slips = isSure ? [] : doubts(organisation, claims);
  if (problems.length + slips.length > 0) {
    const all = [...problems, ...slips].sort((a, b) => a.line - b.line);
    throw new ImportError(all, problems.length === 0 ? "to look at first" : undefined);
  }
  const added = admin.addKeys(rows.map((row) => row.key));
  admin.placeKeys(
    added.flatMap((key, i) => (rows[i]!.place === undefined ? [] : [{ key: key.id, where: rows[i]!.place }])),
  );
  return added;
}

/** What each line says, and what is wrong with it by itself. Throws ImportError where it is no table of keys. */
export function readRows(
  organisation: Organisation,
  csv: string,
): { rows: Row[]; claims: Claim[]; problems: Problem[] } {
  const [header, ...records] = readTable(csv);
  const columns = columnsOf(header);
  const rows: Row[] = [];
  const claims: Claim[] = [];
  const problems: Problem[] = [];
  for (const { line, fields } of records) {
    const cell = (name: Column): string => fields[columns.indexOf(name)] ?? "";
    const wrong = (message: string): void => void problems.push({ line, message });
    if (fields.length !== columns.length) {
      wrong(`${fields.length} fields where the header has ${columns.length}: check separators and quotes`);
      continue;
    }
    const { row, claim } = readRow(organisation, line, cell, wrong);
    if (row !== undefined) rows.push(row);
    claims.push(claim);
  }
  return { rows, claims, problems };
}

function columnsOf(header: Line | undefined): readonly string[] {
  const fail = (message: string): never => {
    throw new ImportError([{ line: header?.line ?? 1, message }]);
  };
  if (header === undefined) return fail("the file is empty: begin with a line of column names");
  const columns = header.fields.map((name) => name.toLowerCase());
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    const plural = missing.length > 1 ? "s" : "";
    return fail(`column${plural} missing: ${missing.join(", ")}; there are: ${header.fields.join(", ")}`);
  }
  const twice = columns.find((name, i) => name !== "" && columns.indexOf(name) !== i);
  return twice === undefined ? columns : fail(`column ${twice} is there twice: remove one`);
}
