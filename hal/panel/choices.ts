import { Face, type FontFile } from "./font.js";
import { Icon } from "./icons.js";
import type { Setting } from "./setting.js";
import type { Action, Area } from "./tile.js";
import { wrap } from "./wrap.js";

export interface Option {
  readonly label: string;
  readonly action: Action;
}

/** A key with a choice in it. */
export interface Cell extends Area {
  readonly lines: readonly string[];
  readonly face: Face;
  readonly option: Option;
}

/** A label that takes more lines is not taken in at a glance. */
const MOST_LINES = 3;
/** Of a label to the edges of its key, px in all. */
const EDGE = 10;

/**
 * `options` as keys in rows at the top of `area`, each at least a finger wide and high, with its whole label on it, large where that is
 * preferred and has room in `roomForLarge` px. Where not all have room, as many as have, and a key that brings the others: `more` counts
 * the pages.
 */
export function placeChoices(
  setting: Setting,
  options: readonly Option[],
  area: Area,
  more: number,
  roomForLarge: number,
): readonly Cell[] {
  const least = { ...area, height: Math.min(area.height, roomForLarge) };
  const large = setting.large
    ? inSomeColumns(setting, sized(setting, options, Face.title), least, [1, 2, 3])
    : undefined;
  const small = sized(setting, options, Face.text);
  const whole = large ?? inSomeColumns(setting, small, area, [1, 2, 3]);
  if (whole !== undefined) return whole;
  for (let each = options.length - 1; each >= 1; each--) {
    const pages: (readonly Cell[] | undefined)[] = [];
    for (let i = 0; i < options.length; i += each)
      pages.push(inSomeColumns(setting, [...small.slice(i, i + each), MORE], area, [3, 2, 1]));
    // Pages of different lengths would leave out what stands between them.
    if (!pages.includes(undefined)) return pages[more % pages.length]!;
  }
  return [];
}

interface Sized extends Option {
  readonly face: Face;
}

/** A label with a letter that `face` has not is set as text. */
function sized({ font }: Setting, options: readonly Option[], face: Face): readonly Sized[] {
  return options.map((option) => ({ ...option, face: font.has(face, option.label) ? face : Face.text }));
}

function inSomeColumns(
  setting: Setting,
  options: readonly Sized[],
  area: Area,
  columns: readonly number[],
): readonly Cell[] | undefined {
  for (const count of columns) {
    const cells = inColumns(setting, options, area, count);
    if (cells !== undefined) return cells;
  }
  return undefined;
}

/** px that the rows of `cells` take. */
export function heightOf(cells: readonly Cell[], area: Area): number {
  const last = cells.at(-1);
  return last === undefined ? 0 : last.y + last.height - area.y;
}

const MORE: Sized = { label: Icon.down, action: { kind: "more", of: "choices" }, face: Face.text };

/** Undefined: they do not fit so. */
function inColumns(
  setting: Setting,
  options: readonly Sized[],
  area: Area,
  columns: number,
): readonly Cell[] | undefined {
  const cells: Cell[] = [];
  let y = area.y;
  for (let i = 0; i < options.length; i += columns) {
    const row = options.slice(i, i + columns);
    const widths = widthsOf(setting, row, area.width);
    if (widths === undefined) return undefined;
    const labels = row.map((option, k) => balanced(setting.font, option, widths[k]! - EDGE));
    const lines = Math.max(...labels.map((one) => one.length));
    if (lines > MOST_LINES && columns > 1) return undefined;
    const high = row.map(({ face }, k) => labels[k]!.length * setting.font.lineHeight(face));
    const height = Math.max(setting.key, Math.max(...high) + EDGE);
    if (y + height > area.y + area.height) return undefined;
    let x = area.x;
    for (const [k, option] of row.entries()) {
      cells.push({ x, y, width: widths[k]!, height, lines: labels[k]!, face: option.face, option });
      x += widths[k]!;
    }
    y += height;
  }
  return cells;
}

/** Each as wide as its longest word at least; what is left goes where most is to be said. Undefined: they are too wide. */
function widthsOf({ font, key }: Setting, row: readonly Sized[], width: number): readonly number[] | undefined {
  const least = row.map(({ label, face }) => {
    // Pieces that must not be parted are lines of their own where a line has no room for two.
    const longest = Math.max(...wrap(font, face, label, 0, "whole").map((word) => font.width(face, word)));
    return Math.max(key, row.length === 1 ? width : longest + EDGE);
  });
  const left = width - least.reduce((sum, one) => sum + one, 0);
  if (left < 0) return undefined;
  const wants = row.map(({ label, face }, i) => Math.max(1, font.width(face, label) + EDGE - least[i]!));
  const all = wants.reduce((sum, one) => sum + one, 0);
  const widths = least.map((one, i) => one + Math.floor((left * wants[i]!) / all));
  const given = widths.slice(0, -1).reduce((sum, one) => sum + one, 0);
  return [...widths.slice(0, -1), width - given];
}

/** px by which lines are made narrower, as long as they become no more. */
const NARROWER = 8;

/** In as few lines as have to be, of about the same length: a last line of one letter is overlooked. */
function balanced(font: FontFile, { label, face }: Sized, width: number): readonly string[] {
  let lines = wrap(font, face, label, width);
  if (lines.length === 1) return lines;
  for (let narrower = width - NARROWER; narrower > width >> 1; narrower -= NARROWER) {
    const next = wrap(font, face, label, narrower, "whole");
    if (next.length > lines.length || next.some((line) => font.width(face, line) > narrower)) break;
    lines = next;
  }
  return lines;
}
