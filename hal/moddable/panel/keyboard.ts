import type { PanelInput } from "../../ports/panel.js";

/** What a key does: an input for the firmware, or another page of the keyboard. */
export type Action = PanelInput | { readonly kind: "page"; readonly page: number };

export interface Key {
  readonly label: string;
  readonly action: Action;
  /** Columns that it covers. */
  readonly columns: number;
}

/** Letters of each page, ten a row; together every printable ASCII character but space, which has a key of its own. */
const PAGES: readonly (readonly string[])[] = [
  ["1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm_.@"],
  ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM_.@"],
  ["!\"#$%&'()*", "+,-./:;<=>", "?@[\\]^_`{|", "}~"],
];
export const PAGE_COUNT = PAGES.length;
export const LETTER_COLUMNS = 10;

const PAGE_LABELS = ["abc", "ABC", "!?#"];

/** Rows of keys of the full keyboard's `page`, 0 to PAGE_COUNT - 1. */
export function letterRows(page: number): readonly (readonly Key[])[] {
  const rows = PAGES[page]!.map((row) => [...row].map((text) => typed(text, text, 1)));
  const next = (page + 1) % PAGE_COUNT;
  rows.push([
    { label: PAGE_LABELS[next]!, action: { kind: "page", page: next }, columns: 2 },
    typed("space", " ", 4),
    { label: "<", action: { kind: "erase" }, columns: 2 },
    { label: "OK", action: { kind: "enter" }, columns: 2 },
  ]);
  return rows;
}

/** Rows of the 12-key pad. */
export function digitRows(): readonly (readonly Key[])[] {
  const digit = (value: number): Key => ({ label: `${value}`, action: { kind: "digit", digit: value }, columns: 1 });
  return [
    [digit(1), digit(2), digit(3)],
    [digit(4), digit(5), digit(6)],
    [digit(7), digit(8), digit(9)],
    [
      { label: "<", action: { kind: "erase" }, columns: 1 },
      digit(0),
      { label: "OK", action: { kind: "enter" }, columns: 1 },
    ],
  ];
}
export const DIGIT_COLUMNS = 3;

function typed(label: string, text: string, columns: number): Key {
  return { label, action: { kind: "text", text }, columns };
}
