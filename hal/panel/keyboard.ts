import { Icon } from "./icons.js";
import type { Action } from "./tile.js";

export interface KeyCap {
  readonly label: string;
  readonly action: Action;
  /** Columns that it covers. */
  readonly columns: number;
}

export interface Keys {
  readonly rows: readonly (readonly KeyCap[])[];
  readonly columns: number;
}

const ERASE: Action = { kind: "erase" };
const ENTER: Action = { kind: "enter" };

/** The 12-key pad; `flat`: in three rows, for a screen that is too low for four. */
export function digitKeys(flat: boolean): Keys {
  const digit = (value: number): KeyCap => ({ label: `${value}`, action: { kind: "digit", digit: value }, columns: 1 });
  if (flat) {
    return {
      columns: 4,
      rows: [
        [digit(1), digit(2), digit(3), key(Icon.erase, ERASE)],
        [digit(4), digit(5), digit(6), digit(0)],
        [digit(7), digit(8), digit(9), key(Icon.enter, ENTER)],
      ],
    };
  }
  return {
    columns: 3,
    rows: [
      [digit(1), digit(2), digit(3)],
      [digit(4), digit(5), digit(6)],
      [digit(7), digit(8), digit(9)],
      [key(Icon.erase, ERASE), digit(0), key(Icon.enter, ENTER)],
    ],
  };
}

/** Letters of each page of the full keyboard: every printable ASCII character but space, which has a key of its own. */
const FULL: readonly (readonly string[])[] = [
  ["1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm_.@"],
  ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM_.@"],
  ["!\"#$%&'()*", "+,-./:;<=>", "?@[\\]^_`{|", "}~"],
];
const FULL_LABELS = ["abc", "ABC", "!?#"];
export const FULL_COLUMNS = 10;

/** Rows of the full keyboard's `page`, for a screen on which a tenth of the width is a key. */
export function fullKeys(page: number): Keys {
  const rows = FULL[page]!.map((row) => [...row].map((letter) => typed(letter, letter)));
  const next = (page + 1) % FULL.length;
  const turn = key(FULL_LABELS[next]!, { kind: "keyboard", page: next }, 2);
  rows.push([turn, typed(Icon.space, " ", 4), key(Icon.erase, ERASE, 2), key(Icon.enter, ENTER, 2)]);
  return { columns: FULL_COLUMNS, rows };
}

/**
 * Where ten keys side by side would be too small for a finger: a letter is typed with two touches, first its group, then itself.
 * The same letters, small and capital.
 */
const GROUPS: readonly (readonly string[])[] = [
  ["abcde", "fghij", "klmno", "pqrst", "uvwxyz", "01234", "56789", "-_.@:/,;", "!?\"'#&*+", "()[]{}<>", "$%=\\^`|~"],
  ["ABCDE", "FGHIJ", "KLMNO", "PQRST", "UVWXYZ", "01234", "56789", "-_.@:/,;", "!?\"'#&*+", "()[]{}<>", "$%=\\^`|~"],
];
const GROUP_COLUMNS = 4;
const OPENED = 2;

/** Page 0: groups of small letters, 1: of capitals, from 2 on: the letters of one group. */
export function groupKeys(page: number): Keys {
  return page < OPENED ? groups(page) : lettersOf(page - OPENED);
}

function groups(capitals: number): Keys {
  const count = GROUPS[0]!.length;
  const cells = GROUPS[capitals]!.map((letters, i) =>
    key(letters.length > 6 ? letters.slice(0, 4) : letters, { kind: "keyboard", page: OPENED + capitals * count + i }),
  );
  cells.push(key(Icon.shift, { kind: "keyboard", page: 1 - capitals }));
  const last = [typed(Icon.space, " ", 2), key(Icon.erase, ERASE), key(Icon.enter, ENTER)];
  return { columns: GROUP_COLUMNS, rows: [...inRows(cells), last] };
}

function lettersOf(index: number): Keys {
  const count = GROUPS[0]!.length;
  const capitals = Math.floor(index / count);
  const cells = [...GROUPS[capitals]![index % count]!].map((letter) => typed(letter, letter));
  const rows = inRows(cells);
  // Where the keys of the groups are, there are none now: a finger that comes down twice types nothing.
  while (rows.length < 3) rows.push([]);
  return { columns: GROUP_COLUMNS, rows: [...rows, [key(Icon.close, { kind: "keyboard", page: capitals }, 4)]] };
}

/** The page to which the keyboard goes back once a letter of `page` is typed. */
export function pageAfterLetter(page: number): number {
  return page < OPENED ? page : Math.floor((page - OPENED) / GROUPS[0]!.length);
}

function inRows(cells: readonly KeyCap[]): KeyCap[][] {
  const rows: KeyCap[][] = [];
  for (let i = 0; i < cells.length; i += GROUP_COLUMNS) rows.push(cells.slice(i, i + GROUP_COLUMNS));
  return rows;
}

function typed(label: string, text: string, columns = 1): KeyCap {
  return key(label, { kind: "text", text }, columns);
}

function key(label: string, action: Action, columns = 1): KeyCap {
  return { label, action, columns };
}
