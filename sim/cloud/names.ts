/** Blanks that look like one and are another character: no-break, figure and narrow no-break space. */
const OTHER_BLANKS = /[\u00a0\u2007\u202f]/g;
/** Marks, embeddings, overrides and isolates (Unicode Standard Annex 9): what follows a name would be turned as well. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Takes no room: two names that differ by one look the same. ZWNJ and ZWJ are letters' business in Persian and Hindi. */
const INVISIBLE = /\u034f|\u17b4|\u17b5|(?![\u200c\u200d])[\p{Cf}\u115f\u1160\u3164\uffa0\u2800]/u;

/** A name in its normal form: NFC as Windows types it, where macOS writes letters and accents apart, and with plain blanks. */
export function cleanName(text: string): string {
  return text.normalize("NFC").replace(OTHER_BLANKS, " ").trim();
}

/** What makes a name unfit to be read on a panel or on paper, with the way out; undefined: it is fit. */
export function nameFault(text: string): string | undefined {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return "write it on one line, without control characters";
  const turning = TURNS.exec(text)?.[0];
  if (turning !== undefined) return `${codePoint(turning)} turns the direction of what follows: type the name anew`;
  const hidden = INVISIBLE.exec(text)?.[0];
  if (hidden !== undefined) return `${codePoint(hidden)} is invisible: type the name anew`;
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(text) ? undefined : "nothing of it can be seen: give one";
}

/** Two names with the same key cannot be told apart by ear, or hardly by eye: case, and how many blanks. */
export function nameKey(text: string): string {
  return cleanName(text).replace(/\s+/gu, " ").toLowerCase();
}

/** Those that are called `name`. Of several the first is no answer: somebody would get what was meant for another. */
export function calledSo<T extends { readonly name: string }>(all: readonly T[], name: string): readonly T[] {
  return all.filter((one) => nameKey(one.name) === nameKey(name));
}

/** Capitals of A to Z alone: `toUpperCase` makes two letters of ß, and an I of the dotless ı. */
export function capitals(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

function codePoint(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
