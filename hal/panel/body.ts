import { Face } from "./font.js";
import type { Setting } from "./setting.js";
import type { Area } from "./tile.js";
import { wrap } from "./wrap.js";

/** Something to read. */
export interface Paragraph {
  readonly text: string;
  readonly isTitle: boolean;
}

export interface TextRow {
  readonly text: string;
  readonly face: Face;
  readonly isTitle: boolean;
}

/** Texts set in lines. */
export interface Composed {
  readonly rows: readonly TextRow[];
  readonly height: number;
}

/** Faces of titles and other texts, step by step smaller. */
const STEPS: readonly (readonly [title: Face, line: Face])[] = [
  [Face.title, Face.text],
  [Face.text, Face.text],
];
const LARGE_STEPS: readonly (readonly [title: Face, line: Face])[] = [[Face.title, Face.title], ...STEPS];

/** What decides how texts are set. */
export interface Composing extends Pick<Setting, "font" | "large"> {
  /** Lines are filled, wherever that parts phrases. */
  readonly isTight?: boolean;
}

/** `paragraphs` in the largest faces with which they fit into `width` by `height` px, or in the smallest if they do not fit. */
export function compose(
  { font, large, isTight = false }: Composing,
  paragraphs: readonly Paragraph[],
  width: number,
  height: number,
): Composed {
  let best: Composed = { rows: [], height: 0 };
  for (const [title, line] of large ? LARGE_STEPS : STEPS) {
    const rows: TextRow[] = [];
    for (const { text, isTitle } of paragraphs) {
      const wanted = isTitle ? title : line;
      const face = font.has(wanted, text) ? wanted : Face.text;
      for (const one of wrap(font, face, text, width, isTight ? "tight" : "parted"))
        rows.push({ text: one, face, isTitle });
    }
    best = { rows, height: rows.reduce((sum, row) => sum + font.lineHeight(row.face), 0) };
    if (best.height <= height) break;
  }
  return best;
}

/** The rows of `rows` that are on page `more`, which counts on for ever. */
export function pageOf(
  { font }: Setting,
  rows: readonly TextRow[],
  { height }: Area,
  more: number,
): readonly TextRow[] {
  const pages: TextRow[][] = [[]];
  let used = 0;
  for (const row of rows) {
    const rowHeight = font.lineHeight(row.face);
    if (used + rowHeight > height && used > 0) {
      pages.push([]);
      used = 0;
    }
    pages.at(-1)!.push(row);
    used += rowHeight;
  }
  return pages[more % pages.length]!;
}
