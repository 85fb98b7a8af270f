import { byName, grouped, type Pack } from "./pack.js";
import { placeText } from "./pdf/keys.js";
import type { Words } from "./texts/texts.js";

/**
 * RFC 4180 with CRLF, in UTF-8 *with* a byte order mark: spreadsheets on Windows read a file without one in the local code
 * page and spoil accents and Japanese, and readers of CSV that know UTF-8 skip it.
 */
const BOM = "\ufeff";

/** Column names are English in every language: programs read them. */
export function codesCsv(packs: readonly Pack[]): string {
  const rows = packs.flatMap(({ box, sheet }) =>
    (sheet?.targets ?? []).flatMap(({ target, codes }) =>
      codes.map(({ number, code, state, usedAt }) => [
        box,
        sheet!.sheet,
        sheet!.standing,
        target.startsWith("bin:") ? "bin" : target,
        target.startsWith("bin:") ? target.slice(4) : "",
        number,
        // In two groups it stays text: a spreadsheet would take the leading zero from a number.
        state === "good" ? grouped(code) : "",
        state,
        usedAt === undefined ? "" : new Date(usedAt * 1_000).toISOString(),
      ]),
    ),
  );
  const header = ["box", "sheet", "sheet standing", "opens", "bin", "number", "code", "state", "used at"];
  return csv([header, ...rows]);
}

export function keysCsv(packs: readonly { readonly pack: Pack; readonly words: Words }[]): string {
  const rows = packs.flatMap(({ pack, words }) =>
    byName(pack, words.language).map(({ name, fob, place }) => [
      pack.box,
      name,
      fob,
      place.kind === "here" ? place.bin : "",
      place.kind === "here" ? (place.certain ? "" : words.say("unsure")) : placeText(place, words),
    ]),
  );
  return csv([["box", "key name", "fob serial", "bin", "remark"], ...rows]);
}

function csv(rows: readonly (readonly (string | number)[])[]): string {
  return BOM + rows.map((row) => `${row.map((cell) => field(String(cell))).join(",")}\r\n`).join("");
}

function field(text: string): string {
  // A name that begins like a formula would be run by a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
