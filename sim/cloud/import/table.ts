import { CsvError, parse } from "csv-parse/sync";
import { cleanName } from "../names.js";
import { ImportError } from "./import-error.js";

export interface Line {
  /** Where it ends, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** What a spreadsheet writes between fields: the comma is a decimal sign in French and German, and `Unicode text` has tabs. */
const DELIMITERS = [",", ";", "\t"] as const;

/**
 * The lines of a CSV file (RFC 4180) that have something in a field. The delimiter is that of Excel's own first line `sep=;`,
 * or the one that parts the first line best. Throws ImportError.
 */
export function readTable(csv: string): readonly Line[] {
  const text = csv.replace(/^\ufeff/, "");
  const told = /^sep=(.)(?=\r?\n|\r|$)/i.exec(text);
  // The line stays, empty: those after it keep their numbers.
  const rest = told === null ? text : text.slice(told[0].length);
  const delimiter = told?.[1] ?? usualIn(/^[\r\n\s]*([^\r\n]*)/.exec(rest)![1]!);
  return parsed(rest, delimiter)
    .map(({ record, info }) => ({ line: info.lines, fields: record.map(cleanName) }))
    .filter(({ fields }) => fields.some((field) => field !== ""));
}

function usualIn(header: string): string {
  const fields = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((best, one) => (fields(one) > fields(best) ? one : best));
}

function parsed(text: string, delimiter: string): readonly { record: string[]; info: { lines: number } }[] {
  try {
    const records = parse(text, { delimiter, info: true, relaxColumnCount: true, skipEmptyLines: true });
    return records as unknown as { record: string[]; info: { lines: number } }[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ImportError([{ line: Number(error.lines ?? 1), message: `not CSV: ${error.message}` }]);
  }
}
