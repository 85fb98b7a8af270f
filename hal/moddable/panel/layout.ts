import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import type { Entry, Text, View } from "../../ports/panel.js";
import { type Action, DIGIT_COLUMNS, digitRows, type Key, LETTER_COLUMNS, letterRows } from "./keyboard.js";
import { plainText } from "./plain-text.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One thing on the screen: where it is, px, what it says, and what touching it does. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly style: "notice" | "title" | "line" | "entry" | "key";
  readonly label: string;
  readonly action?: Action;
}

const NOTICE_PX = 18;
const TITLE_PX = 28;
const LINE_PX = 22;
const ENTRY_PX = 26;
const CHOICE_PX = 34;
const KEY_PX = 40;
const MIN_KEY_PX = 24;
/** More choices than this stand in two columns. */
const ONE_COLUMN = 4;
/** Pixels of a letter, on average; long lines break so that they fit. */
const LETTER_PX = 9;
const MAX_LINES = 8;

/**
 * Where everything of `view` goes on a screen of at least 240 by 320 px. `page` is the keyboard's page. Keys and choices stand at
 * the bottom and are always whole; lines that find no room above them are left out.
 */
export function layOut(view: View, page: number, { width, height }: Size): readonly Box[] {
  const boxes: Box[] = [];
  const say = (text: Text) => shown(view.language, text);
  const keyRows = rowsOf(view.entry, page);
  const choiceRows = inRows(view.choices.length > ONE_COLUMN ? 2 : 1, view.choices);
  const keyPx = keyRows.length === 0 ? 0 : keyHeight(height, keyRows.length, choiceRows.length);
  let bottom = height - keyPx * keyRows.length;
  addKeys(boxes, keyRows, bottom, keyPx, width);
  bottom -= CHOICE_PX * choiceRows.length;
  for (const [row, choices] of choiceRows.entries()) {
    const each = width / choices.length;
    for (const [column, choice] of choices.entries()) {
      const action = { kind: "choice", id: choice.id } as const;
      const at = { x: column * each, y: bottom + row * CHOICE_PX, width: each, height: CHOICE_PX };
      boxes.push({ ...at, style: "key", label: say(choice.label), action });
    }
  }
  addTexts(boxes, view, say, width, bottom);
  return boxes;
}

/** What is under a finger. */
export function boxAt(boxes: readonly Box[], x: number, y: number): Box | undefined {
  return boxes.find(
    (box) => box.action !== undefined && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height,
  );
}

function addTexts(boxes: Box[], view: View, say: (text: Text) => string, width: number, bottom: number): void {
  let y = 0;
  const add = (style: Box["style"], label: string, height: number, action?: Action, from = 0) => {
    boxes.push({ x: from, y, width: width - from, height, style, label, ...(action && { action }) });
  };
  add("notice", view.notices.map(say).join(" - "), NOTICE_PX);
  y += NOTICE_PX;
  add("title", say(view.title), TITLE_PX);
  if (view.screen !== "idle") add("key", "X", TITLE_PX, { kind: "cancel" }, width - TITLE_PX);
  y += TITLE_PX;
  if (view.entry !== undefined) {
    add("entry", view.entry.groups.join(" "), ENTRY_PX);
    y += ENTRY_PX;
  }
  const lines = view.lines.flatMap((line) => broken(say(line), Math.floor(width / LETTER_PX))).slice(0, MAX_LINES);
  for (const line of lines) {
    if (y + LINE_PX > bottom) break;
    add("line", line, LINE_PX);
    y += LINE_PX;
  }
}

function rowsOf(entry: Entry | undefined, page: number): readonly (readonly Key[])[] {
  if (entry === undefined) return [];
  return entry.layout === "digits" ? digitRows() : letterRows(page);
}

function keyHeight(height: number, rows: number, choiceRows: number): number {
  const free = height - NOTICE_PX - TITLE_PX - ENTRY_PX - CHOICE_PX * choiceRows;
  return Math.max(MIN_KEY_PX, Math.min(KEY_PX, Math.floor(free / rows)));
}

function addKeys(boxes: Box[], rows: readonly (readonly Key[])[], top: number, height: number, width: number): void {
  for (const [row, keys] of rows.entries()) {
    const columns = keys.length === DIGIT_COLUMNS ? DIGIT_COLUMNS : LETTER_COLUMNS;
    let x = 0;
    for (const key of keys) {
      const keyWidth = (width / columns) * key.columns;
      boxes.push({
        x,
        y: top + row * height,
        width: keyWidth,
        height,
        style: "key",
        label: key.label,
        action: key.action,
      });
      x += keyWidth;
    }
  }
}

function inRows<T>(columns: number, items: readonly T[]): T[][] {
  const rows: T[][] = [];
  for (let i = 0; i < items.length; i += columns) rows.push(items.slice(i, i + columns));
  return rows;
}

/** The text in the box's language, or in English where the font cannot write that, or its id where it can write neither. */
function shown(language: string, text: Text): string {
  return plainText(formatText(language, text)) ?? plainText(formatText("en", text)) ?? text.id;
}

/** In lines of at most `letters`, broken between words. */
function broken(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > letters && line !== "") {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  return lines;
}
