import { byName, grouped, type Pack } from "./pack.js";
import { placeText } from "./pdf/keys.js";
import type { Words } from "./texts/texts.js";

/**
 * RFC 4180 with CRLF, in UTF-8 *with* a byte order mark: spreadsheets on Windows read a file without one in the local code
 * page and spoil accents and Japanese, and readers of CSV that know UTF-8 skip it.
 */
const BOM = "\ufeff";

const STANDINGS = { inForce: "in force", superseded: "superseded", closed: "closed" } as const;

/** Column names and states are English in every language: programs read them, and people look. */
export function codesCsv(packs: readonly Pack[]): string {
  const rows = packs.flatMap(({ box, isSample, sheet }) =>
    (sheet?.targets ?? []).flatMap(({ target, codes }) =>
      codes.map(({ number, code, state, usedAt }) => [
        box,
        sheet!.sheet,
        isSample ? "sample" : STANDINGS[sheet!.standing],
        target.startsWith("bin:") ? "bin" : target,
        target.startsWith("bin:") ? target.slice(4) : "",
        number,
        state === "good" ? textCode(code) : "",
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
  return csv([["box", "key name", "fob serial", "bin", "unsure or elsewhere"], ...rows]);
}

function csv(rows: readonly (readonly (string | number)[])[]): string {
  return BOM + rows.map((row) => `${row.map((cell) => field(cell)).join(",")}\r\n`).join("");
}

/** Text everywhere: as a number it would lose its leading zero, and a space between digits parts thousands in French. */
function textCode(code: string): string {
  return grouped(code).replace(" ", "\u00b7");
}

/** Begins like a formula, which a spreadsheet would run; in Japan also in full width. */
const FORMULA = /^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/;
/** `000123` would lose its zeros, and `123E45` become a number of 48 digits. */
const NUMBER = /^\d[\d\s.,:/-]*(?:E[+-]?\d+)?$/i;
/** `012MAR` is as good a fob serial as any other, and a day in March. */
const DATE =
  /^\d{1,4}[-/. ]?(?:jan|f[eé]v|feb|mars?|a[pv]r|ma[iy]|jun|jui[nl]|jul|ao[uû]|aug|sep|oct|nov|d[eé]c)[a-zéû]*\.?[-/. ]?\d{0,4}$/i;

/** Words of names and serials; numbers of sheets and codes may be numbers. */
function plainText(text: string): string {
  return FORMULA.test(text) || NUMBER.test(text) || DATE.test(text) ? `'${text}` : text;
}

function field(cell: string | number): string {
  const safe = typeof cell === "number" ? String(cell) : plainText(cell);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
