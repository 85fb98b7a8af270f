import { TextDecoder } from "node:util";
import { CsvError, parse } from "csv-parse/sync";
import type { Admin } from "../admin.js";
import type { Organisation } from "../domain.js";
import { CloudError, type Key } from "../domain.js";

/** Every problem of a file, each with its line; nothing was imported. */
export class ImportError extends CloudError {
  readonly problems: readonly { readonly line: number; readonly message: string }[];

  constructor(problems: readonly { readonly line: number; readonly message: string }[]) {
    const lines = problems.map(({ line, message }) => `line ${line}: ${message}`);
    super(
      `nothing was imported, ${problems.length} problem${problems.length === 1 ? "" : "s"} to correct first:\n${lines.join("\n")}`,
    );
    this.problems = problems;
  }
}

/**
 * The text of a CSV file. Throws ImportError where it is not UTF-8: read as what it is not, names would be imported with other
 * letters than they have.
 */
export function csvText(bytes: Uint8Array): string {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  try {
    return utf8.decode(bytes);
  } catch {
    const line = lineThatIsNot(utf8, bytes);
    throw new ImportError([{ line, message: "the file is not UTF-8: save it as `CSV UTF-8`" }]);
  }
}

function lineThatIsNot(utf8: TextDecoder, bytes: Uint8Array): number {
  let line = 1;
  for (let from = 0; ; line++) {
    const end = bytes.indexOf(0x0a, from);
    if (end < 0) return line;
    try {
      utf8.decode(bytes.subarray(from, end));
    } catch {
      return line;
    }
    from = end + 1;
  }
}

const REQUIRED = ["key name", "fob serial", "bin", "home location"] as const;
const OPTIONAL = ["roaming", "key code"] as const;
type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

interface Row {
  readonly line: number;
  readonly key: Omit<Key, "id">;
  readonly place: { readonly box: string; readonly bin: string } | undefined;
}

/**
 * Imports an organisation's list of keys from CSV (RFC 4180, UTF-8): columns `key name`, `fob serial` (empty: a virtual
 * key), `bin` (empty: in no box; `A-1`, or `BOX/A-1` where the home location has several boxes), `home location`, and
 * perhaps `roaming` (yes or no) and `key code`. All or nothing: throws ImportError with every problem of the file.
 */
export function importKeys(admin: Admin, organisation: Organisation, csv: string): readonly Key[] {
  const { rows, claims, problems } = readRows(organisation, csv);
  problems.push(...duplicates(organisation, claims));
  if (problems.length > 0) throw new ImportError(problems.sort((a, b) => a.line - b.line));
  const added = admin.addKeys(rows.map((row) => row.key));
  admin.placeKeys(
    added.flatMap((key, i) => (rows[i]!.place === undefined ? [] : [{ key: key.id, where: rows[i]!.place }])),
  );
  return added;
}

interface Problem {
  readonly line: number;
  readonly message: string;
}

/** What a line says is its own, whether or not the rest of the line is good. */
interface Claim {
  readonly line: number;
  readonly fob: string | undefined;
  readonly code: string | undefined;
  readonly place: Row["place"];
}

function readRows(organisation: Organisation, csv: string): { rows: Row[]; claims: Claim[]; problems: Problem[] } {
  const [header, ...records] = readCsv(csv);
  if (header === undefined)
    throw new ImportError([{ line: 1, message: "the file is empty: begin with a line of column names" }]);
  const columns = header.fields.map((name) => name.trim().toLowerCase());
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    const wayOut = header.fields.length === 1 && /[;\t]/.test(header.fields[0]!) ? "; separate fields with commas" : "";
    const message = `column${missing.length > 1 ? "s" : ""} missing: ${missing.join(", ")}; there are: ${header.fields.join(", ")}${wayOut}`;
    throw new ImportError([{ line: header.line, message }]);
  }
  const twice = columns.find((name, i) => name !== "" && columns.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ImportError([{ line: header.line, message: `column ${twice} is there twice: remove one` }]);
  const rows: Row[] = [];
  const claims: Claim[] = [];
  const problems: Problem[] = [];
  for (const { line, fields } of records) {
    const cell = (name: Column): string => fields[columns.indexOf(name)]?.trim() ?? "";
    if (fields.length !== columns.length) {
      problems.push({
        line,
        message: `${fields.length} fields where the header has ${columns.length}: check commas and quotes`,
      });
      continue;
    }
    const wrong = (message: string): void => void problems.push({ line, message });
    const row = readRow(organisation, line, cell, wrong);
    if (row !== undefined) rows.push(row);
    const fob = cell("fob serial").toUpperCase() || undefined;
    claims.push({ line, fob, code: cell("key code") || undefined, place: row?.place });
  }
  return { rows, claims, problems };
}

function readCsv(csv: string): { line: number; fields: string[] }[] {
  try {
    const records = parse(csv, { bom: true, info: true, relaxColumnCount: true, skipEmptyLines: true });
    return (records as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      line: info.lines,
      fields: record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ImportError([{ line: Number(error.lines ?? 1), message: `not CSV: ${error.message}` }]);
  }
}

function readRow(
  organisation: Organisation,
  line: number,
  cell: (name: Column) => string,
  wrong: (message: string) => void,
): Row | undefined {
  let isGood = true;
  const problem = (message: string): void => {
    isGood = false;
    wrong(message);
  };
  const name = cell("key name");
  if (name === "" || name.length > 64 || /\p{Cc}/u.test(name)) {
    problem("key name: give one of 1 to 64 characters, on one line");
  }
  const fob = cell("fob serial").toUpperCase();
  if (fob !== "" && !/^[0-9A-Z]{1,16}$/.test(fob)) {
    problem(`fob serial ${fob}: use 1 to 16 characters of A-Z and 0-9, as printed on the fob (such as 012ABC)`);
  }
  const roaming = yesOrNo(cell("roaming"));
  if (roaming === undefined) problem(`roaming ${cell("roaming")}: write yes or no`);
  const code = cell("key code");
  // Never shown: error lists end up in tickets and mails.
  if (code !== "" && !/^[0-9]{4,16}$/.test(code)) problem("key code: use 4 to 16 digits");
  const homeName = cell("home location");
  const home = organisation.locations.find((l) => l.name.toLowerCase() === homeName.toLowerCase());
  if (home === undefined) {
    problem(
      `home location ${homeName} is not known: there are ${organisation.locations.map((l) => l.name).join(", ")}`,
    );
    return undefined;
  }
  const place = cell("bin") === "" ? undefined : placeOf(organisation, home, cell("bin"), problem);
  if (place !== undefined && fob === "")
    problem(`bin ${cell("bin")}: a key without a fob is virtual and hangs in no bin`);
  if (!isGood) return undefined;
  const key = {
    name,
    roaming: roaming!,
    home: home.id,
    ...(fob === "" ? {} : { fob }),
    ...(code === "" ? {} : { code }),
  };
  return { line, key, place };
}

function yesOrNo(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (["", "no", "n", "false", "0"].includes(lower)) return false;
  return ["yes", "y", "true", "1"].includes(lower) ? true : undefined;
}

function placeOf(
  organisation: Organisation,
  home: { readonly id: number; readonly name: string },
  text: string,
  problem: (message: string) => void,
): Row["place"] {
  const [first, second] = text.split("/");
  const atHome = organisation.boxes.filter((box) => box.location === home.id);
  const boxes = second === undefined ? atHome : organisation.boxes.filter((box) => box.id === first);
  const bin = (second ?? first!).toUpperCase();
  if (boxes.length === 0)
    problem(second === undefined ? `bin ${text}: ${home.name} has no box` : `bin ${text}: there is no box ${first}`);
  else if (boxes.length > 1) {
    problem(`bin ${text}: ${home.name} has ${boxes.length} boxes: write ${boxes[0]!.id}/${bin} or another`);
  } else if (!boxes[0]!.bins.some((b) => b.label === bin)) {
    const { id, bins } = boxes[0]!;
    problem(`bin ${text}: box ${id} has no such bin, it has ${bins[0]!.label} to ${bins.at(-1)!.label}`);
  } else return { box: boxes[0]!.id, bin };
  return undefined;
}

/** Serials, bins and key codes that come twice in the file, or that somebody has already. */
function duplicates({ keys, users, accesses }: Organisation, claims: readonly Claim[]): Problem[] {
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
