import type { Face, FontFile } from "./font.js";
import { FROM_LEFT } from "./right-to-left.js";

/** No line begins with these (JIS X 4051 kinsoku, and French marks that stand off from their word). */
const NOT_FIRST = "、。，．・：；？！ー」』）］｝〉》ぁぃぅぇぉっゃゅょァィゥェォッャュョ?!:;%»)";
/** And none ends with these. */
const NOT_LAST = "「『（［｛〈《«(";

/**
 * `text` in lines of at most `width` px; what must not be parted and is wider is parted, or stays `whole`. Words stay whole where they
 * fit, of Japanese and Chinese the phrases; a phrase that is wider than a line breaks between any two letters that may be parted, and all
 * do where lines are to be `tight`. A number stays with its unit, and a mark with its word.
 */
export function wrap(
  font: FontFile,
  face: Face,
  text: string,
  width: number,
  wide: "parted" | "whole" | "tight" = "parted",
): readonly string[] {
  if (text.startsWith(FROM_LEFT))
    return wrap(font, face, text.slice(FROM_LEFT.length), width, wide).map((line) => FROM_LEFT + line);
  const lines: string[] = [];
  const space = font.width(face, " ");
  let line = "";
  // Each piece is measured once: a line is as wide as its pieces together.
  let used = 0;
  const add = (piece: string) => {
    const bare = piece.trimEnd();
    const bareWidth = font.width(face, bare);
    if (line !== "" && used + bareWidth > width) {
      lines.push(line.trimEnd());
      line = "";
      used = 0;
    }
    line += piece;
    if (wide !== "whole" && used + bareWidth > width) {
      line = cut(font, face, line, width, lines);
      used = font.width(face, line);
    } else {
      used += bareWidth + (piece.length - bare.length) * space;
    }
  };
  for (const phrase of pieces(text, wide === "tight" ? maySplit : endsPhrase)) {
    const isTooWide = wide === "parted" && font.width(face, phrase.trimEnd()) > width;
    for (const piece of isTooWide ? pieces(phrase, maySplit) : [phrase]) add(piece);
  }
  if (line !== "" || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}

/** A piece that is wider than a line, letter by letter. Returns what begins the next line. */
function cut(font: FontFile, face: Face, text: string, width: number, lines: string[]): string {
  let line = "";
  for (const letter of text) {
    if (line !== "" && letter !== " " && font.width(face, line + letter) > width) {
      lines.push(line);
      line = "";
    }
    line += letter;
  }
  return line;
}

/** Whether a line may end in front of the letter at `at`, which is no space. */
type Rule = (letters: readonly string[], at: number) => boolean;

/** Letters from here on are of the Far East, or so rare that it does not matter. */
const FAR_EAST = "\u3000";

/** What must not be parted, each with the spaces behind it. */
function pieces(text: string, ends: Rule): readonly string[] {
  const letters = [...text];
  const found: string[] = [];
  let piece = "";
  let before = "";
  for (const [at, letter] of letters.entries()) {
    // Most letters are inside words of letters like themselves.
    const isCandidate = before === " " ? letter !== " " : before >= FAR_EAST || (letter >= FAR_EAST && at > 0);
    if (isCandidate && letter !== " " && mayPart(piece, before, letter) && ends(letters, at)) {
      found.push(piece);
      piece = "";
    }
    piece += letter;
    before = letter;
  }
  if (piece !== "") found.push(piece);
  return found;
}

/** "33 of ", and what follows is a number. */
const isCountedOf = (piece: string) => /(?:^|[^\w-])\d+ [^\d ]{1,4} $/.test(piece);

function mayPart(piece: string, before: string, letter: string): boolean {
  if (NOT_FIRST.includes(letter) || NOT_LAST.includes(before)) return false;
  // "12 minutes", and "100 %": the number would lose its meaning; so would the first of "33 of 36".
  if (before === " ") return !/(?:^|[^\w-])\d+ $/.test(piece) && !(isDigit(letter) && isCountedOf(piece));
  return !(isDigit(before) && isCounter(letter));
}

/** Between any two letters of the Far East. */
const maySplit: Rule = (letters, at) => {
  const [before, letter] = [letters[at - 1]!, letters[at]!];
  return before === " " || isFarEastern(before) || isFarEastern(letter);
};

/**
 * Where a phrase of Japanese ends, by its letters: what hiragana ends belongs together, as do the letters of a foreign word, and those
 * of a short compound. A long row of ideographs is a name in Chinese, and parts inside.
 */
const endsPhrase: Rule = (letters, at) => {
  const [before, letter] = [letters[at - 1]!, letters[at]!];
  if (before === " ") return !isHiragana(letter) && !isNamedBin(letters, at) && !isInBrackets(letters, at);
  if (letter === "ご" && letters[at + 1] === "ざ") return true;
  if (isHiragana(letter) && before !== "を" && !isMark(before)) return false;
  if (!isFarEastern(before) && !isFarEastern(letter)) return false;
  if (isMark(before)) return true;
  // Polite words begin with these.
  if ((before === "お" || before === "ご") && isIdeograph(letter)) return false;
  if (isIdeograph(before) && isIdeograph(letter)) return isInsideLongRow(letters, at);
  if (isInsideVerb(letters, at)) return false;
  return !(isKatakana(before) && isKatakana(letter)) && !(isSyllable(before) && isSyllable(letter));
};

/** "Bin A-7": the label stays with its word. A list of labels is none of this, nor is Japanese, whose particle it would leave behind. */
function isNamedBin(letters: readonly string[], at: number): boolean {
  return /^[A-Z]-\d/.test(letters.slice(at, at + 3).join("")) && /[a-z]/.test(letters[at - 2] ?? "");
}

/** Letters between brackets that stay on one line, as "(16 of 36)". */
const BRACKETED = 12;

function isInBrackets(letters: readonly string[], at: number): boolean {
  const from = letters.lastIndexOf("(", at - 1);
  const to = letters.indexOf(")", from);
  return from >= 0 && to > at && to - from <= BRACKETED;
}

/** Single hiragana that a first verb of two ends with. Particles, て, and what ends a verb or an adjective of its own are none of them. */
const STEM_ENDS = "いきぎしちびみりえけげせねべめれ";

/** 受け取る, 取り出す: two verbs that are one. */
function isInsideVerb(letters: readonly string[], at: number): boolean {
  const [first, kana, second] = letters.slice(at - 2, at + 1);
  return at >= 2 && isIdeograph(first!) && STEM_ENDS.includes(kana!) && isIdeograph(second!);
}

const LONG_ROW = 6;
const ROW_ENDS = 2;

function isInsideLongRow(letters: readonly string[], at: number): boolean {
  let from = at;
  let to = at;
  while (from > 0 && isIdeograph(letters[from - 1]!)) from--;
  while (to < letters.length && isIdeograph(letters[to]!)) to++;
  return to - from >= LONG_ROW && at - from >= ROW_ENDS && to - at >= ROW_ENDS;
}

const isWithin = (letter: string, from: number, to: number) => {
  const code = letter.codePointAt(0)!;
  return code >= from && code <= to;
};
const isDigit = (letter: string) => letter >= "0" && letter <= "9";
/** What is written close behind a number: 88号, 3楼, 2층. */
const isCounter = (letter: string) => isIdeograph(letter) || isSyllable(letter);
const isHiragana = (letter: string) => isWithin(letter, 0x3041, 0x309f);
const isKatakana = (letter: string) => isWithin(letter, 0x30a1, 0x30ff);
const isIdeograph = (letter: string) => isWithin(letter, 0x3400, 0x9fff) || letter === "々";
const isSyllable = (letter: string) => isWithin(letter, 0xac00, 0xd7a3);
const isMark = (letter: string) => isWithin(letter, 0x3001, 0x3003) || isWithin(letter, 0xff00, 0xffef);
const isFarEastern = (letter: string) =>
  isWithin(letter, 0x3000, 0x9fff) || isSyllable(letter) || isWithin(letter, 0xff00, 0xffef);
