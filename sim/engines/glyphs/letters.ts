import { CATALOGUES } from "../../../firmware/panel/texts/catalogue.js";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

export const ASCII = range(0x20, 0x7e);
/** What names in Europe need: Latin with diacritics, Greek, Cyrillic, and the marks that texts are set with. */
const EUROPE = [
  ...range(0xa1, 0x17f),
  ...[0x218, 0x219, 0x21a, 0x21b, 0x1e9e],
  ...range(0x370, 0x3ff),
  ...range(0x400, 0x45f),
  ...[
    0x490, 0x491, 0x2010, 0x2011, 0x2013, 0x2014, 0x2018, 0x2019, 0x201c, 0x201d, 0x201e, 0x2022, 0x2026, 0x20ac,
    0x2116,
  ],
];
/** With the hyphen and the two marks of abbreviations, without which few streets of Israel can be written. */
const HEBREW = [0x5be, ...range(0x5d0, 0x5ea), 0x5f3, 0x5f4];
/** The forms that a letter takes in a word have numbers of their own (Unicode, Arabic Presentation Forms-B). */
const ARABIC = [0x60c, 0x61b, 0x61f, ...range(0x660, 0x669), ...range(0xfe80, 0xfefc)];
/** Among them 々, 〆 and 〇, which names are written with as with kanji: 佐々木. */
const KANA = [
  ...range(0x3001, 0x3003),
  ...range(0x3005, 0x3007),
  ...range(0x300c, 0x300f),
  ...range(0x3041, 0x3096),
  ...range(0x30a1, 0x30fc),
];

/** What the catalogue is written in, Japanese kanji among it. */
function inCatalogue(): readonly number[] {
  const all = Object.values(CATALOGUES).flatMap((catalogue) => Object.values(catalogue));
  return [...all.join("")].map((letter) => letter.codePointAt(0)!);
}

const sorted = (letters: readonly number[]) => [...new Set(letters)].sort((a, b) => a - b);

/** For texts and names. */
export const TEXT_LETTERS = sorted([...ASCII, ...EUROPE, ...HEBREW, ...ARABIC, ...KANA, ...inCatalogue()]);
/** For headings, and for all texts where people prefer them large: a name with other letters is set as text. */
export const TITLE_LETTERS = sorted([...ASCII, ...range(0xa1, 0xff), 0x2022, ...inCatalogue()]);

/** Letters of a national standard, by the bytes that it gives them; what is no ideograph or syllable is left out. */
function inStandard(encoding: string, rows: readonly number[], cells: readonly number[]): readonly number[] {
  const decoder = new TextDecoder(encoding);
  return rows.flatMap((row) =>
    cells.flatMap((cell) => {
      const [letter, more] = decoder.decode(new Uint8Array([row, cell]));
      const codePoint = letter!.codePointAt(0)!;
      const isOne = more === undefined && ((codePoint >= 0x3400 && codePoint < 0xa000) || isSyllable(codePoint));
      return isOne ? [codePoint] : [];
    }),
  );
}

/** Of Korean. */
export const isSyllable = (codePoint: number) => codePoint >= 0xac00 && codePoint <= 0xd7a3;
const UPPER = range(0xa1, 0xfe);

/** Brackets, marks, wide digits and Latin as they are typed among ideographs, narrow katakana, numbers in circles, 〒 and ㈱. */
const WIDE = [
  ...range(0x2460, 0x2473),
  ...range(0x3008, 0x3012),
  ...[0x3014, 0x3015, 0x301c, 0x3231, 0x2015, 0x203b, 0x25cb, 0x25cf],
  ...range(0xff01, 0xff5e),
  ...range(0xff61, 0xff9f),
];

/**
 * What names are written in besides: the kanji of JIS X 0208, the ideographs of GB 2312, those of Big5 that are in use (level 1), the
 * syllables of KS X 1001, and what stands among them. The rest of Big5 would take 0.95 MB more.
 */
export const NAME_LETTERS = sorted([
  ...inStandard("euc-jp", range(0xb0, 0xf4), UPPER),
  ...inStandard("gbk", range(0xb0, 0xf7), UPPER),
  ...inStandard("big5", range(0xa4, 0xc6), [...range(0x40, 0x7e), ...UPPER]),
  ...inStandard("euc-kr", range(0xb0, 0xc8), UPPER),
  ...WIDE,
]).filter((letter) => !TEXT_LETTERS.includes(letter));
