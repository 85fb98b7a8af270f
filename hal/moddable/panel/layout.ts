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
const TITLE_PX = 26;
const LINE_PX = 22;
const ENTRY_PX = 26;
const CHOICE_PX = 34;
const KEY_PX = 40;
const MIN_KEY_PX = 24;
/** More choices than this stand in two columns. */
const ONE_COLUMN = 4;
/** Pixels of a letter, on average; long titles and lines break so that they fit. */
const LETTER_PX = 9;
const TITLE_LETTER_PX = 10;
const MAX_LINES = 8;

/**
 * Where everything of `view` goes on a screen of at least 240 by 320 px. `page` is the keyboard's page. Keys and choices stand at
 * the bottom and are always whole. The title takes as many lines as it needs, since it may be the question for a printed code;
 * keys give way to lines, down to what a finger can hit, and lines that find no room then are left out.
 */
export function layOut(view: View, page: number, { width, height }: Size): readonly Box[] {
  const boxes: Box[] = [];
  const say = (text: Text) => shown(view.language, text);
  const keyRows = rowsOf(view.entry, page);
  const choiceRows = inRows(view.choices.length > ONE_COLUMN ? 2 : 1, view.choices);
  const free = height - NOTICE_PX - (view.entry === undefined ? 0 : ENTRY_PX) - CHOICE_PX * choiceRows.length;
  const titles = titleLines(view, say, width, free - MIN_KEY_PX * keyRows.length);
  const lines = view.lines.flatMap((line) => broken(say(line), Math.floor(width / LETTER_PX))).slice(0, MAX_LINES);
  const keyPx = keyHeight(free - TITLE_PX * titles.length - LINE_PX * lines.length, keyRows.length);
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
  addTexts(boxes, { notice: view.notices.map(say).join(" - "), view, titles, lines }, width, bottom);
  return boxes;
}

/** What is under a finger. */
export function boxAt(boxes: readonly Box[], x: number, y: number): Box | undefined {
  return boxes.find(
    (box) => box.action !== undefined && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height,
  );
}

/** Beside the key that leaves the screen. Where there is no room for all lines, the last one is cut off at the edge. */
function titleLines(view: View, say: (text: Text) => string, width: number, free: number): readonly string[] {
  const lines = broken(say(view.title), Math.floor((width - TITLE_PX) / TITLE_LETTER_PX));
  const most = Math.max(1, Math.floor(free / TITLE_PX));
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(" ")];
}

interface Texts {
  readonly view: View;
  readonly notice: string;
  readonly titles: readonly string[];
  readonly lines: readonly string[];
}

function addTexts(boxes: Box[], { view, notice, titles, lines }: Texts, width: number, bottom: number): void {
  let y = 0;
  const add = (style: Box["style"], label: string, height: number, action?: Action, from = 0) => {
    boxes.push({ x: from, y, width: width - from, height, style, label, ...(action && { action }) });
  };
  add("notice", notice, NOTICE_PX);
  y += NOTICE_PX;
  if (view.screen !== "idle") add("key", "X", TITLE_PX, { kind: "cancel" }, width - TITLE_PX);
  for (const title of titles) {
    boxes.push({ x: 0, y, width: width - TITLE_PX, height: TITLE_PX, style: "title", label: title });
    y += TITLE_PX;
  }
  if (view.entry !== undefined) {
    add("entry", view.entry.groups.join(" "), ENTRY_PX);
    y += ENTRY_PX;
  }
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

function keyHeight(free: number, rows: number): number {
  return rows === 0 ? 0 : Math.max(MIN_KEY_PX, Math.min(KEY_PX, Math.floor(free / rows)));
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
