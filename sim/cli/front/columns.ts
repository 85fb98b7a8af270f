/** Columns that a character takes in a terminal: 2 for East Asian wide ones (Unicode Standard Annex 11), 0 for marks. */
function widthOf(char: string): number {
  if (/\p{Mn}|\p{Me}|\p{Cf}|\p{Cc}/u.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += widthOf(char);
  return width;
}

/** Exactly `columns` wide: cut with an ellipsis, or filled with blanks. */
export function fill(text: string, columns: number): string {
  const cut = clip(text, columns);
  return cut + " ".repeat(Math.max(0, columns - displayWidth(cut)));
}

/** At most `columns` wide, cut with an ellipsis. */
export function clip(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let cut = "";
  let width = 0;
  for (const char of text) {
    if (width + widthOf(char) > columns - 1) break;
    cut += char;
    width += widthOf(char);
  }
  return columns > 0 ? `${cut}…` : "";
}

/** At most `columns` wide, without its middle: serials of one batch differ at their end. */
export function clipMiddle(text: string, columns: number): string {
  const letters = [...text];
  let start = Math.floor(letters.length / 2);
  let end = start;
  const short = (): string =>
    start === end ? text : `${letters.slice(0, start).join("")}…${letters.slice(end).join("")}`;
  while (displayWidth(short()) > columns && (start > 0 || end < letters.length)) {
    if (start > letters.length - end) start--;
    else end++;
  }
  return clip(short(), columns);
}

/**
 * Broken at blanks into lines of at most `columns`, all as far indented as the first; words that are longer, as in Japanese, are
 * broken anywhere. What fits is left as it is, with all its blanks.
 */
export function wrap(text: string, columns: number): string[] {
  if (displayWidth(text) <= columns) return [text];
  const indent = /^ */.exec(text)![0];
  return wrapWords(text.trim(), columns - indent.length).map((line) => indent + line);
}

function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (displayWidth(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const char of word) {
      if (displayWidth(line + char) > columns) {
        lines.push(line);
        line = "";
      }
      line += char;
    }
  }
  return [...lines, line];
}

const GAP = 2;
/** Of what goes on below its row. */
const INDENT = 4;

/**
 * Rows of a table with columns as wide as their widest cell, two blanks apart. Columns that would go beyond `columns` stand on
 * lines of their own below the row, so that nothing is lost.
 */
export function table(rows: readonly (readonly string[])[], columns = Number.POSITIVE_INFINITY): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
  }
  const ends = widths.map((_, i) => widths.slice(0, i + 1).reduce((end, width) => end + width + GAP, -GAP));
  const beside = ends.findIndex((end) => end > columns);
  const isNarrow = beside >= 0;
  return rows.flatMap((row) => {
    const first = isNarrow ? row.slice(0, Math.max(1, beside)) : row;
    const line = first.map((cell, i) => fill(cell, Math.min(widths[i]!, columns))).join(" ".repeat(GAP));
    const rest = row.slice(first.length).filter((cell) => cell !== "");
    const below = rest.length === 0 ? [] : wrap(" ".repeat(INDENT) + rest.join(" · "), columns);
    return [line.trimEnd(), ...below];
  });
}
