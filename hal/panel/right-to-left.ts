/**
 * Names in Hebrew and Arabic. Letters of Arabic take the form of their place in the word (Unicode, Arabic Presentation Forms-B), then
 * each line is brought into the order of the screen: what of UAX #9 a name of one line needs, without explicit marks. Vowel signs of
 * Arabic are left out.
 */

const FIRST_LETTER = 0x621;
/** Forms of U+0621 to U+063A, and of U+0641 to U+064A: alone, at the end, at the beginning, inside. */
const FORMS = "12222424244444222244444444";
const FORMS_FROM_FEH = "4444444224";
const FEH = 0x641;
const FIRST_FORM = 0xfe80;
const FEH_FORM = 0xfed1;
const LAM = 0x644;
/** Alefs that lam is written together with, in the order of these ligatures. */
const ALEFS = [0x622, 0x623, 0x625, 0x627];
const LAM_ALEF = 0xfef5;
const TATWEEL = 0x640;

const isRtlLetter = (code: number) =>
  (code >= 0x590 && code < 0x660) ||
  (code >= 0x66a && code < 0x900) ||
  (code >= 0xfb1d && code <= 0xfdff) ||
  (code >= 0xfe70 && code <= 0xfefc);
const isDigit = (code: number) => (code >= 0x30 && code <= 0x39) || (code >= 0x660 && code <= 0x669);
const isVowelSign = (code: number) => (code >= 0x64b && code <= 0x652) || code === 0x670;

/**
 * In front of each line of a sentence with a name in it: the sentence goes from the left (Unicode, LEFT-TO-RIGHT MARK). Without it the
 * first name would turn the words behind it. It has no width and no picture.
 */
export const FROM_LEFT = "\u200e";

/** `sentence` that goes from the left, whatever names are in it. */
export function fromLeft(sentence: string): string {
  return hasRtl(sentence) ? FROM_LEFT + sentence : sentence;
}

/** The letters of `text` in the forms of their places; in the same order. */
export function shape(text: string): string {
  if (!hasRtl(text)) return text;
  const codes = codesOf(text).filter((code) => !isVowelSign(code));
  let shaped = "";
  let joins = false;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    const forms = formsOf(code);
    const alef = code === LAM ? ALEFS.indexOf(codes[i + 1] ?? 0) : -1;
    if (alef >= 0) {
      shaped += String.fromCodePoint(LAM_ALEF + 2 * alef + (joins ? 1 : 0));
      joins = false;
      i++;
    } else if (forms === 0) {
      shaped += String.fromCodePoint(code);
      joins = code === TATWEEL;
    } else {
      const next = codes[i + 1] ?? 0;
      const goesOn = forms === 4 && (formsOf(next) > 1 || next === TATWEEL);
      const form = joins && forms > 1 ? (goesOn ? 3 : 1) : goesOn ? 2 : 0;
      shaped += String.fromCodePoint(firstFormOf(code) + form);
      joins = goesOn;
    }
  }
  return shaped;
}

/** Shaped `text` in the order in which its letters stand on the screen, from the left. */
export function visual(line: string): string {
  const isFromLeft = line.startsWith(FROM_LEFT);
  const text = isFromLeft ? line.slice(FROM_LEFT.length) : line;
  if (!hasRtl(text)) return text;
  const codes = codesOf(text);
  const levels = levelsOf(codes, isFromLeft);
  for (let level = 2; level >= 1; level--) {
    for (let i = 0; i < codes.length; i++) {
      if (levels[i]! < level) continue;
      let end = i;
      while (end < codes.length && levels[end]! >= level) end++;
      turn(codes, i, end);
      turn(levels, i, end);
      i = end;
    }
  }
  return codes.map((code, i) => String.fromCodePoint(levels[i] === 1 ? mirrored(code) : code)).join("");
}

/** 0: left to right, 1: right to left, 2: left to right within that. */
function levelsOf(codes: readonly number[], isFromLeft: boolean): number[] {
  const strong = codes.map((code) => (isRtlLetter(code) ? "R" : isDigit(code) ? "D" : isLetter(code) ? "L" : " "));
  const base = !isFromLeft && strong.find((one) => one === "R" || one === "L") === "R" ? 1 : 0;
  let last = base === 1 ? "R" : "L";
  const sides = strong.map((one) => {
    if (one === "R" || one === "L") last = one;
    return one === "D" && last === "L" ? "L" : one;
  });
  return sides.map((one, i) => {
    if (one === "R") return 1;
    if (one === "D") return 2;
    if (one === "L") return base === 1 ? 2 : 0;
    const before = sides
      .slice(0, i)
      .reverse()
      .find((side) => side !== " ");
    const after = sides.slice(i + 1).find((side) => side !== " ");
    const isBetween = before !== undefined && after !== undefined && before !== "L" && after !== "L";
    if (isBetween) return 1;
    return base === 1 && before === "L" && after === "L" ? 2 : base;
  });
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code >= 0xc0;
}

const PAIRS = "()[]{}<>«»";

function mirrored(code: number): number {
  const at = PAIRS.indexOf(String.fromCodePoint(code));
  return at < 0 ? code : PAIRS.charCodeAt(at ^ 1);
}

function turn(items: number[], from: number, to: number): void {
  for (let i = from, k = to - 1; i < k; i++, k--) {
    const item = items[i]!;
    items[i] = items[k]!;
    items[k] = item;
  }
}

function formsOf(code: number): number {
  if (code >= FEH) return Number(FORMS_FROM_FEH[code - FEH] ?? 0);
  return code >= FIRST_LETTER ? Number(FORMS[code - FIRST_LETTER] ?? 0) : 0;
}

function firstFormOf(code: number): number {
  const [table, begin, first] = code >= FEH ? [FORMS_FROM_FEH, FEH, FEH_FORM] : [FORMS, FIRST_LETTER, FIRST_FORM];
  let form = first;
  for (let i = 0; i < code - begin; i++) form += Number(table[i]);
  return form;
}

function hasRtl(text: string): boolean {
  for (const letter of text) if (isRtlLetter(letter.codePointAt(0)!)) return true;
  return false;
}

function codesOf(text: string): number[] {
  return [...text].map((letter) => letter.codePointAt(0)!);
}
