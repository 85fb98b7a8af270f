/**
 * RFC 4180 with CRLF, in UTF-8 *with* a byte order mark: spreadsheets on Windows read a file without one in the local code
 * page and spoil accents and Japanese, and readers of CSV that know UTF-8 skip it.
 */
const BOM = "\ufeff";

/** The rows as text that spreadsheets take as it is meant. */
export function csv(rows: readonly (readonly (string | number)[])[]): string {
  return BOM + rows.map((row) => `${row.map((cell) => field(cell)).join(",")}\r\n`).join("");
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
