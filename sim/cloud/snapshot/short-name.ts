import { utf8Length } from "../../../hal/bytes/utf8.js";

const ELLIPSIS = "…";

/** `name` in at most `maxBytes` of UTF-8. */
export function shortName(name: string, maxBytes: number): string {
  return withoutMiddle(name, (short) => utf8Length(short) <= maxBytes);
}

/** Of a name that is told from others by its middle, so much of the start stays, letters. */
const HEAD_LETTERS = 5;

/** Short forms by name, each in at most `maxBytes` of UTF-8 (32 or more): names that differ have forms that differ. */
export function shortNames(names: Iterable<string>, maxBytes: number): ReadonlyMap<string, string> {
  const forms = new Map([...new Set(names)].map((name) => [name, shortName(name, maxBytes)]));
  for (const alike of alikeIn(forms)) {
    const from = commonLetters(alike);
    for (const name of alike) if (forms.get(name) !== name) forms.set(name, fromLetter(name, from, maxBytes));
  }
  // Several that differ in several places: a number tells them apart, and their list says which is which.
  for (const alike of alikeIn(forms)) {
    alike.sort().forEach((name, i) => {
      const number = ` (${i + 1})`;
      if (forms.get(name) !== name) forms.set(name, shortName(name, maxBytes - number.length) + number);
    });
  }
  return forms;
}

/** Names that share a form, two or more each. */
function alikeIn(forms: ReadonlyMap<string, string>): string[][] {
  const byForm = new Map<string, string[]>();
  for (const [name, form] of forms) byForm.set(form, [...(byForm.get(form) ?? []), name]);
  return [...byForm.values()].filter(({ length }) => length > 1);
}

/** How many letters they all begin with. */
function commonLetters(names: readonly string[]): number {
  const [first, ...others] = names.map((name) => [...name]);
  const at = first!.findIndex((letter, i) => others.some((other) => other[i] !== letter));
  return at < 0 ? first!.length : at;
}

/** Its head, and what is from the letter `from` on, that one included. */
function fromLetter(name: string, from: number, maxBytes: number): string {
  const letters = [...name];
  const head = letters.slice(0, HEAD_LETTERS).join("") + ELLIPSIS;
  return head + shortName(letters.slice(from).join(""), maxBytes - utf8Length(head));
}

/**
 * `name`, or as much of it as `fits`: what is too long loses its middle, since names of one building differ at their end, as in
 * `… 101` and `… 102`.
 */
export function withoutMiddle(name: string, fits: (short: string) => boolean): string {
  if (fits(name)) return name;
  const letters = [...name];
  let start = Math.floor(letters.length / 2);
  let end = start;
  const short = (): string => letters.slice(0, start).join("") + ELLIPSIS + letters.slice(end).join("");
  // Of the start a third, of the end two: the end tells more.
  while (!fits(short()) && (start > 0 || end < letters.length)) {
    if (start > 0 && start >= (letters.length - end) / 2) start--;
    else end++;
  }
  return short();
}
