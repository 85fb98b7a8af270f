import { utf8Length } from "../../../hal/bytes/utf8.js";

const ELLIPSIS = "…";

/** `name` in at most `maxBytes` of UTF-8. */
export function shortName(name: string, maxBytes: number): string {
  return withoutMiddle(name, (short) => utf8Length(short) <= maxBytes);
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
