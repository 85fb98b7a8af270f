import type { Box, Key, Location, Organisation } from "../domain.js";
import { calledSo, capitals, nameFault } from "../names.js";

export const REQUIRED = ["key name", "fob serial", "bin", "home location"] as const;
const OPTIONAL = ["roaming", "key code"] as const;
export type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];
export type Cells = (name: Column) => string;

/** A line without a fault. */
export interface Row {
  readonly line: number;
  readonly key: Omit<Key, "id">;
  readonly place: { readonly box: string; readonly bin: string } | undefined;
}

/** What a line says is its own, whether or not the rest of the line is good. */
export interface Claim {
  readonly line: number;
  readonly name: string;
  readonly fob: string | undefined;
  readonly code: string | undefined;
  readonly home: Location | undefined;
  readonly roaming: boolean;
  readonly place: Row["place"];
}

/** What the line says, and all that is wrong with it. */
export function readRow(
  organisation: Organisation,
  line: number,
  cell: Cells,
  wrong: (message: string) => void,
): { readonly claim: Claim; readonly row: Row | undefined } {
  let isGood = true;
  const problem = (message: string): void => {
    isGood = false;
    wrong(message);
  };
  const name = nameIn(cell, problem);
  const fob = fobIn(cell, problem);
  const roaming = yesOrNo(cell("roaming"));
  if (roaming === undefined) problem(`roaming ${cell("roaming")}: write yes or no`);
  const code = codeIn(cell, problem);
  const home = homeIn(organisation, cell("home location"), problem);
  const place =
    home === undefined || cell("bin") === "" ? undefined : placeOf(organisation, home, cell("bin"), problem);
  if (place !== undefined && fob === undefined)
    problem(`bin ${cell("bin")}: a key without a fob is virtual and hangs in no bin`);
  const claim = { line, name, fob, code, home, roaming: roaming ?? false, place };
  if (!isGood || home === undefined) return { claim, row: undefined };
  const key = {
    name,
    roaming: claim.roaming,
    home: home.id,
    ...(fob === undefined ? {} : { fob }),
    ...(code === undefined ? {} : { code }),
  };
  return { claim, row: { line, key, place } };
}

function nameIn(cell: Cells, problem: (message: string) => void): string {
  const name = cell("key name");
  const fault = name === "" || name.length > 64 ? "give one of 1 to 64 characters, on one line" : nameFault(name);
  if (fault !== undefined) problem(`key name: ${fault}`);
  return name;
}

/** `'012345` is how text is kept from becoming a number, in our own lists as well. */
function asText(cell: string): string {
  return cell.replace(/^'/, "");
}

function fobIn(cell: Cells, problem: (message: string) => void): string | undefined {
  const fob = asText(cell("fob serial"));
  if (fob === "") return undefined;
  if (!/^[0-9A-Z]{1,16}$/i.test(fob)) {
    const taken = /^\d([.,]\d+)?E\+\d+$/i.test(fob)
      ? "; a spreadsheet took it for a number: format the column as text"
      : "";
    problem(`fob serial ${fob}: use 1 to 16 characters of A-Z and 0-9, as printed on the fob (such as 012ABC)${taken}`);
  }
  return capitals(fob);
}

function codeIn(cell: Cells, problem: (message: string) => void): string | undefined {
  const code = asText(cell("key code"));
  if (code === "") return undefined;
  // Never shown: error lists end up in tickets and mails.
  if (!/^[0-9]{4,16}$/.test(code)) problem("key code: use 4 to 16 digits");
  return code;
}

/** As spreadsheets write their truth values in the panel's languages and German. */
const YES = ["yes", "y", "true", "1", "oui", "vrai", "ja", "wahr", "はい"];
const NO = ["", "no", "n", "false", "0", "non", "faux", "nein", "falsch", "いいえ"];

function yesOrNo(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (NO.includes(lower)) return false;
  return YES.includes(lower) ? true : undefined;
}

function homeIn({ locations }: Organisation, name: string, problem: (message: string) => void): Location | undefined {
  const [home, another] = calledSo(locations, name);
  if (another !== undefined) {
    problem(`home location ${name}: there is more than one of that name, give them names that differ`);
    return undefined;
  }
  const known = locations.map((l) => l.name).join(", ");
  if (home === undefined) {
    problem(
      name === ""
        ? `home location is empty: there are ${known}`
        : `home location ${name} is not known: there are ${known}`,
    );
  }
  return home;
}

function placeOf(
  organisation: Organisation,
  home: Location,
  text: string,
  problem: (message: string) => void,
): Row["place"] {
  const [first, second] = text.split("/");
  const atHome = organisation.boxes.filter((box) => box.location === home.id);
  const boxes = second === undefined ? atHome : organisation.boxes.filter((box) => box.id === first);
  const bin = capitals(second ?? first!);
  const fault = placeFault(boxes, bin, home, second === undefined ? undefined : first);
  if (fault === undefined) return { box: boxes[0]!.id, bin };
  problem(`bin ${text}: ${fault}`);
  return undefined;
}

function placeFault(
  boxes: readonly Box[],
  bin: string,
  home: Location,
  wanted: string | undefined,
): string | undefined {
  if (boxes.length === 0) return wanted === undefined ? `${home.name} has no box` : `there is no box ${wanted}`;
  const { id, bins } = boxes[0]!;
  if (boxes.length > 1) return `${home.name} has ${boxes.length} boxes: write ${id}/${bin} or another`;
  if (bins.some((b) => b.label === bin)) return undefined;
  return `box ${id} has no such bin, it has ${bins[0]!.label} to ${bins.at(-1)!.label}`;
}
