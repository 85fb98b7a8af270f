import { TextDecoder } from "node:util";
import { ImportError } from "./import-error.js";

/** What spreadsheets write besides Unicode: Excel's `CSV` in western Europe, and in Japan. */
export const ENCODINGS = ["windows-1252", "shift_jis"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * The text of a CSV file: UTF-8, or UTF-16 as Excel's `Unicode text`, told by its first bytes. Other encodings cannot be told
 * from one another, and read as what it is not, a name would have other letters: they are named (`encoding`), or an
 * ImportError says how the first such line would read.
 */
export function csvText(bytes: Uint8Array, encoding?: Encoding): string {
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) {
    throw new ImportError([{ line: 1, message: "this is a workbook, not CSV: save it as `CSV UTF-8`" }]);
  }
  const utf16 = utf16Of(bytes);
  if (utf16 !== undefined) return new TextDecoder(utf16).decode(bytes);
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  try {
    return utf8.decode(bytes);
  } catch {
    const { line, content } = lineThatIsNot(utf8, bytes);
    const readings = ENCODINGS.map((one) => `\`--encoding ${one}\`, if ${reading(content, one)} is right`);
    const message = `the file is not UTF-8: save it as \`CSV UTF-8\`, or import it with ${readings.join(", or ")}`;
    throw new ImportError([{ line, message }]);
  }
}

/** By its byte order mark, or by the zero that every second byte of plain letters is. */
function utf16Of([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return "utf-16le";
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0) ? "utf-16be" : undefined;
}

function lineThatIsNot(utf8: TextDecoder, bytes: Uint8Array): { line: number; content: Uint8Array } {
  let line = 1;
  for (let from = 0; ; line++) {
    const end = bytes.indexOf(0x0a, from);
    const content = bytes.subarray(from, end < 0 ? undefined : end);
    if (end < 0) return { line, content };
    try {
      utf8.decode(content);
    } catch {
      return { line, content };
    }
    from = end + 1;
  }
}

/** The first field with a letter beyond ASCII, as it would read. */
function reading(line: Uint8Array, encoding: Encoding): string {
  const fields = new TextDecoder(encoding).decode(line).split(/[,;\t]/);
  return (
    fields
      .find((field) => /[^\0-\x7f]/.test(field))
      ?.replace(/^"|"$|[\p{Cc}]/gu, "")
      .slice(0, 40) ?? ""
  );
}
