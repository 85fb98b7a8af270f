import type { Entry, Text, View } from "../ports/panel.js";
import { type Composed, type Composing, compose, type Paragraph, pageOf, type TextRow } from "./body.js";
import { heightOf, type Option, placeChoices } from "./choices.js";
import { Face } from "./font.js";
import { Icon } from "./icons.js";
import { digitKeys, FULL_COLUMNS, fullKeys, groupKeys, type Keys } from "./keyboard.js";
import { MARGIN } from "./paint.js";
import { noticeIcons, type Picture, pictureOf } from "./pictures.js";
import { fromLeft, shape } from "./right-to-left.js";
import type { Setting, ViewPlace } from "./setting.js";
import { Colour } from "./theme.js";
import type { Action, Area, Art, Tile } from "./tile.js";

/** A picture is not worth its place when it is lower than so many keys. */
const LEAST_PICTURE = 1.1;
const DOTS = 12;
/** Cells of an entry that are drawn, each alone: a key changes one. More scroll. */
const MOST_CELLS = 16;

/** What stands for a letter that is not shown. */
const HIDDEN = "•";

type Put = (tile: Tile) => void;

/**
 * Calls `put` with the tiles of `view`: together they cover the screen, once. Keys and choices stand at the bottom, or at the right of
 * a screen that is wider than high; texts take the rest, and what has no room there is a page further.
 */
export function layOut(view: View, place: ViewPlace, setting: Setting, put: Put): void {
  const screen: Area = { x: 0, y: 0, width: setting.width, height: setting.height };
  if (place.words) {
    noticeWords(view, place, setting, screen, put);
    return;
  }
  const rest = header(view, setting, screen, put);
  const keys = keysOf(view.entry, place.keyboard, setting);
  const isWide = setting.width > setting.height;
  const area = isWide && keys?.columns !== FULL_COLUMNS ? beside(view, place, setting, rest, keys, put) : rest;
  const left = area === rest ? below(view, place, setting, rest, keys, put) : area;
  const read = view.entry === undefined || view.screen === "idle" ? left : entryRow(view.entry, setting, left, put);
  body(view, place, setting, read, put);
}

/** The strip of icons, and the key that leaves the screen. */
function header(view: View, setting: Setting, screen: Area, put: Put): Area {
  const { font, key } = setting;
  const height = stripHeight(setting);
  const action: Action = { kind: "words" };
  const icons = view.notices.length === 0 ? Icon.online : noticeIcons(view.notices).join("");
  const [first] = view.notices;
  const words = first === undefined ? "" : say(setting, view, first);
  const both = `${icons} ${words}`;
  const hasRoom = font.width(Face.text, both) <= screen.width - 2 * MARGIN;
  put({
    ...label(screen.x, screen.y, screen.width, height, hasRoom ? both : icons),
    ink: view.notices.length === 0 ? Colour.good : Colour.accent,
    ...(view.notices.length > 0 && { action, reach: key }),
  });
  return { ...screen, y: screen.y + height, height: screen.height - height };
}

function stripHeight({ font }: Setting): number {
  return font.lineHeight(Face.text) + 2;
}

/** A wide screen: keys and choices in a column at the right. */
function beside(view: View, place: ViewPlace, setting: Setting, area: Area, keys: Keys | undefined, put: Put): Area {
  if (keys === undefined && view.choices.length === 0) return area;
  const width = Math.floor(area.width * 0.45);
  const column = { ...area, x: area.x + area.width - width, width };
  const left = below(view, place, setting, column, keys, put);
  if (left.height > 0) put(blank(left));
  return { ...area, width: area.width - width };
}

/** Keys at the bottom, choices on top of them. Returns what is left above. */
function below(view: View, place: ViewPlace, setting: Setting, area: Area, keys: Keys | undefined, put: Put): Area {
  let left = area;
  if (keys !== undefined) left = keyRows(keys, setting, left, put);
  const options = optionsOf(view, setting);
  if (options.length === 0) return left;
  const room = left.height - needed(view, setting, left, 0);
  const most =
    keys === undefined ? Math.max(2 * setting.key, room) : Math.max(setting.key, Math.min(room, 2 * setting.key));
  const forLarge = left.height - needed(view, setting, left, Infinity);
  const trial = placeChoices(
    setting,
    options,
    { ...left, height: Math.min(most, left.height) },
    place.choices,
    forLarge,
  );
  const height = heightOf(trial, left);
  const down = left.height - height;
  const [first] = view.choices;
  const isPlain = view.screen === "idle" || first?.id === "cancel" || first?.id === "done";
  const isFirst = ({ action }: Option) => action === options[0]?.action && !isPlain;
  for (const { option, lines, face, ...cell } of trial) {
    const plate = isFirst(option) ? Colour.accent : Colour.key;
    put({
      ...label(cell.x, cell.y + down, cell.width, cell.height, ""),
      lines,
      face,
      plate,
      ink: isFirst(option) ? Colour.back : Colour.ink,
      align: "middle",
      action: option.action,
    });
  }
  return { ...left, height: left.height - height };
}

function optionsOf(view: View, setting: Setting): readonly Option[] {
  return view.choices.map(({ id, label: text }) => ({
    label: say(setting, view, text),
    action: { kind: "choice", id },
  }));
}

/** px that the texts of `view` want in the largest faces that have room in `height`: with 0, in their smallest. */
function needed(view: View, setting: Setting, area: Area, height: number): number {
  const entry = view.entry === undefined || view.screen === "idle" ? 0 : entryHeight(setting);
  const width = area.width - 2 * MARGIN - (view.screen === "idle" ? 0 : setting.key);
  return compose(setting, paragraphsOf(view, setting), width, height).height + entry;
}

function keysOf(entry: Entry | undefined, page: number, setting: Setting): Keys | undefined {
  const { width, height, key, font } = setting;
  if (entry === undefined) return undefined;
  // For every view of a panel the same: keys that move between two digits are missed.
  const low = width < height && height < 5 * key + 2 * entryHeight(setting) + 3 * font.lineHeight(Face.text);
  if (entry.layout === "digits") return digitKeys(low);
  return width >= FULL_COLUMNS * key ? fullKeys(page) : groupKeys(page);
}

/** At the bottom of `area`, as wide as it is. Returns what is left above. */
function keyRows({ rows, columns }: Keys, { key, width, height }: Setting, area: Area, put: Put): Area {
  const isBeside = area.width < width;
  const each = isBeside
    ? Math.max(key, Math.floor((area.height * 0.8) / rows.length))
    : Math.max(key, Math.floor(height / 8.4));
  const top = area.y + area.height - each * rows.length;
  for (const [i, row] of rows.entries()) {
    let column = 0;
    const edge = (at: number) => area.x + Math.round((area.width * at) / columns);
    for (const { label: text, action, columns: covered } of row) {
      const x = edge(column);
      column += covered;
      const isEnter = action.kind === "enter";
      put({
        ...label(x, top + i * each, edge(column) - x, each, text),
        plate: isEnter ? Colour.accent : Colour.key,
        ink: isEnter ? Colour.back : Colour.ink,
        face: text.length > 3 ? Face.text : Face.key,
        align: "middle",
        action,
      });
    }
    if (column < columns)
      put(blank({ x: edge(column), y: top + i * each, width: edge(columns) - edge(column), height: each }));
  }
  return { ...area, height: area.height - each * rows.length };
}

function entryHeight({ font }: Setting): number {
  return font.lineHeight(Face.title) + 4;
}

/** What has been typed, at the bottom of `area`. Each letter has a tile of its own. */
function entryRow(entry: Entry, setting: Setting, area: Area, put: Put): Area {
  const height = entryHeight(setting);
  const y = area.y + area.height - height;
  const letters = [...entry.groups.join(" ")].map((letter) => (letter === "*" ? HIDDEN : letter));
  const cell = Math.max(setting.font.width(Face.title, "0"), Math.floor((area.width - 2 * MARGIN) / MOST_CELLS));
  const count = Math.min(
    MOST_CELLS,
    Math.floor((area.width - 2 * MARGIN) / cell),
    Math.max(entry.maxLength, letters.length),
  );
  const shown = letters.slice(-count);
  const left = area.x + ((area.width - count * cell) >> 1);
  put(blank({ x: area.x, y, width: left - area.x, height }));
  for (let i = 0; i < count; i++) {
    const letter = shown[i];
    const dot = letter === undefined ? "_" : letter;
    put({
      ...label(left + i * cell, y, cell, height, dot),
      ink: letter === undefined ? Colour.shape : Colour.ink,
      face: Face.title,
      align: "middle",
    });
  }
  put(blank({ x: left + count * cell, y, width: area.x + area.width - left - count * cell, height }));
  return { ...area, height: area.height - height };
}

function paragraphsOf(view: View, setting: Setting): readonly Paragraph[] {
  const title = { text: say(setting, view, view.title), isTitle: true };
  const lines = view.lines.map((line) => ({ text: say(setting, view, line), isTitle: false }));
  return [title, ...lines];
}

/** Texts, with their picture where there is room for one. */
function body(view: View, place: ViewPlace, setting: Setting, area: Area, put: Put): void {
  const [title, ...lines] = paragraphsOf(view, setting);
  const isIdle = view.screen === "idle";
  // The key that leaves the screen is a finger high, at the right of the title.
  const corner = isIdle ? 0 : setting.key;
  const beside = area.width - 2 * MARGIN - corner;
  const head = headOf(setting, [title!], lines, area, corner);
  if (head !== undefined) {
    const isCrowded = artOf(pictureOf(view), place).length > 0 && !leavesPicture(setting, head, area, corner);
    const tight = isCrowded ? headOf({ ...setting, isTight: true }, [title!], lines, area, corner) : undefined;
    const isBetter = tight !== undefined && leavesPicture(setting, tight, area, corner);
    column(view, place, setting, area, corner, isBetter ? tight : head, put);
    return;
  }
  // Whoever comes to an idle box is told what to do; that they are welcome, where there is room.
  const all = isIdle ? lines : [title!, ...lines];
  const composed = compose(setting, all, beside, area.height);
  if (composed.height > area.height) paged(all, place, setting, area, corner, put);
  else column(view, place, setting, area, corner, { above: composed, below: { rows: [], height: 0 } }, put);
}

interface Head {
  /** Beside the key that leaves the screen, and under it. */
  readonly above: Composed;
  readonly below: Composed;
}

/** Whether there is room for a picture under the texts. */
function leavesPicture({ key }: Setting, { above, below }: Head, area: Area, corner: number): boolean {
  return freeUnder({ above, below }, area, corner) >= LEAST_PICTURE * key;
}

function freeUnder({ above, below }: Head, { height }: Area, corner: number): number {
  return height - Math.max(above.height, Math.min(corner, height)) - below.height;
}

/** The title beside the key, the rest under it in the full width; undefined: that has no room. */
function headOf(
  setting: Setting & Composing,
  title: readonly Paragraph[],
  lines: readonly Paragraph[],
  area: Area,
  corner: number,
): Head | undefined {
  const width = area.width - 2 * MARGIN;
  for (const large of setting.large ? [true, false] : [false]) {
    for (const room of [area.height, 0]) {
      const above = compose({ ...setting, large }, title, width - corner, room);
      const used = Math.max(above.height, Math.min(corner, area.height));
      const below = compose({ ...setting, large }, lines, width, room === 0 ? 0 : area.height - used);
      if (used + below.height <= area.height) return { above, below };
    }
  }
  return undefined;
}

function column(
  view: View,
  place: ViewPlace,
  setting: Setting,
  area: Area,
  corner: number,
  { above, below }: Head,
  put: Put,
): void {
  const used = Math.max(above.height, Math.min(corner, area.height));
  const free = freeUnder({ above, below }, area, corner);
  const art = leavesPicture(setting, { above, below }, area, corner) ? artOf(pictureOf(view), place) : [];
  const space = art.length > 0 || corner > 0 ? 0 : free >> 1;
  const inside = (used - above.height) >> 1;
  const text = { ...area, width: area.width - corner };
  const top = area.y + space;
  if (space > 0) put(blank({ ...area, height: space }));
  if (corner > 0) closeKey(setting, { ...area, y: top, height: used }, corner, put);
  if (inside > 0) put(blank({ ...text, y: top, height: inside }));
  const align = corner === 0 ? "middle" : "left";
  rowsAt(above.rows, setting, text, top + inside, align, put);
  const under = used - above.height - inside;
  if (under > 0) put(blank({ ...text, y: top + used - under, height: under }));
  rowsAt(below.rows, setting, area, top + used, align, put);
  const bottom = top + used + below.height;
  const rest: Area = { ...area, y: bottom, height: area.y + area.height - bottom };
  if (rest.height > 0) pictures(art, setting, rest, put);
}

function closeKey({ key }: Setting, area: Area, width: number, put: Put): void {
  const x = area.x + area.width - width;
  const height = Math.min(key, area.height);
  put({
    ...label(x, area.y, width, height, Icon.close),
    plate: Colour.key,
    ink: Colour.ink,
    face: Face.key,
    align: "middle",
    action: { kind: "cancel" },
    reach: key,
  });
  if (area.height > height) put(blank({ x, y: area.y + height, width, height: area.height - height }));
}

/** Texts that are longer than their place: a page of them, and the key that brings the next. */
function paged(
  texts: readonly Paragraph[],
  place: ViewPlace,
  setting: Setting,
  area: Area,
  corner: number,
  put: Put,
): void {
  const { key, font } = setting;
  // One key over the other, or side by side where the place is too low for two fingers.
  const isLow = corner > 0 && area.height < 2 * key;
  const width = isLow ? 2 * key : key;
  const right = { ...area, x: area.x + area.width - width, width };
  const { rows } = compose(setting, texts, area.width - width - 2 * MARGIN, 0);
  const text = { ...area, width: area.width - width };
  const page = pageOf(setting, rows, area, place.texts);
  rowsAt(page, setting, text, text.y, "left", put);
  const used = page.reduce((sum, row) => sum + font.lineHeight(row.face), 0);
  if (used < area.height) put(blank({ ...text, y: text.y + used, height: area.height - used }));
  if (corner > 0) closeKey(setting, { ...right, height: isLow ? area.height : key }, key, put);
  const more = isLow
    ? { ...right, width: key }
    : corner > 0
      ? { ...right, y: area.y + key, height: area.height - key }
      : right;
  put({
    ...label(more.x, more.y, more.width, more.height, Icon.down),
    plate: Colour.accent,
    ink: Colour.back,
    face: Face.key,
    align: "middle",
    action: { kind: "more", of: "texts" },
  });
}

function rowsAt(
  rows: readonly TextRow[],
  { font }: Setting,
  area: Area,
  top: number,
  align: Tile["align"],
  put: Put,
): void {
  let y = top;
  for (const { text, face, isTitle } of rows) {
    const height = font.lineHeight(face);
    put({ ...label(area.x, y, area.width, height, text), face, align, ink: isTitle ? Colour.ink : Colour.quiet });
    y += height;
  }
}

function artOf({ bin, act, wait, busy, hero }: Picture, { step, seconds }: ViewPlace): readonly (Art | string)[] {
  const art: (Art | string)[] = [];
  if (bin !== undefined) art.push({ kind: "cabinet", unit: bin.unit, bin: bin.number });
  if (act !== undefined) art.push({ kind: "door", act, step: step % 8 });
  if (wait !== undefined) {
    const left = Math.max(0, wait - seconds);
    art.push({ kind: "ring", lit: Math.ceil((left * DOTS) / Math.max(wait, 1)), from: 0, label: `${left}` });
  } else if (busy === true && act === undefined) {
    art.push({ kind: "ring", lit: 4, from: step % DOTS, label: "" });
  }
  if (hero !== undefined) art.push(hero);
  return art;
}

/** Side by side. */
function pictures(art: readonly (Art | string)[], { font }: Setting, area: Area, put: Put): void {
  if (art.length === 0) {
    put(blank(area));
    return;
  }
  const edge = (i: number) => area.x + Math.round((area.width * i) / art.length);
  for (const [i, one] of art.entries()) {
    const cell = label(edge(i), area.y, edge(i + 1) - edge(i), area.height, "");
    const ink =
      one === Icon.bad || one === Icon.emergency ? Colour.bad : one === Icon.good ? Colour.good : Colour.accent;
    if (typeof one !== "string") put({ ...cell, lines: [], art: one, ink: Colour.ink });
    else if (area.height >= font.lineHeight(Face.hero) * 0.8)
      put({ ...cell, lines: [one], ink, face: Face.hero, align: "middle" });
    else put(blank(cell));
  }
}

/** What the icons of the strip mean, until somebody touches the screen. */
function noticeWords(view: View, place: ViewPlace, setting: Setting, screen: Area, put: Put): void {
  const paragraphs = view.notices.flatMap((notice) => {
    const [icon = ""] = noticeIcons([notice]);
    return [{ text: `${icon} ${say(setting, view, notice)}`, isTitle: false }];
  });
  const width = screen.width - 2 * MARGIN - setting.key;
  const { rows, height } = compose(setting, paragraphs, width, screen.height);
  if (height > screen.height) {
    paged(paragraphs, place, setting, screen, setting.key, put);
    return;
  }
  const text = { ...screen, width: screen.width - setting.key };
  const x = screen.x + text.width;
  const key = { ...label(x, 0, setting.key, setting.key, Icon.close), face: Face.key, align: "middle" as const };
  put({ ...key, plate: Colour.key, action: { kind: "words" } });
  put(blank({ x, y: setting.key, width: setting.key, height: screen.height - setting.key }));
  const top = (screen.height - height) >> 1;
  if (top > 0) put(blank({ ...text, height: top }));
  rowsAt(
    rows.map((row) => ({ ...row, isTitle: true })),
    setting,
    text,
    top,
    "left",
    put,
  );
  if (top + height < screen.height) put(blank({ ...text, y: top + height, height: screen.height - top - height }));
}

function label(x: number, y: number, width: number, height: number, text: string): Tile {
  return { x, y, width, height, ink: Colour.ink, face: Face.text, align: "left", lines: text === "" ? [] : [text] };
}

/** Shaped before it is measured: letters of Arabic are as wide as the form of their place. */
function say(setting: Setting, { language }: View, text: Text): string {
  const said = setting.say(language, text);
  // A name alone goes its own way; around one, the languages of the catalogue all go from the left.
  const isName = Object.values(text.params ?? {}).includes(said);
  return shape(isName ? said : fromLeft(said));
}

function blank({ x, y, width, height }: Area): Tile {
  return label(x, y, width, height, "");
}
