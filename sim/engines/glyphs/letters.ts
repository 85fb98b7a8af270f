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
const HEBREW = range(0x5d0, 0x5ea);
/** The forms that a letter takes in a word have numbers of their own (Unicode, Arabic Presentation Forms-B). */
const ARABIC = [0x60c, 0x61b, 0x61f, ...range(0x660, 0x669), ...range(0xfe80, 0xfefc)];
const KANA = [...range(0x3001, 0x3003), ...range(0x300c, 0x300f), ...range(0x3041, 0x3096), ...range(0x30a1, 0x30fc)];

/** Texts longer than this, code points, are never headings that stay large. */
const HEADING = 26;

/** What the catalogue is written in, Japanese kanji among it. */
function inCatalogue(longest: number): readonly number[] {
  const all = Object.values(CATALOGUES).flatMap((catalogue) => Object.values(catalogue));
  const letters = all.map((text) => [...text]).filter((text) => text.length <= longest);
  return letters.flat().map((letter) => letter.codePointAt(0)!);
}

const sorted = (letters: readonly number[]) => [...new Set(letters)].sort((a, b) => a - b);

/** For texts and names. */
export const TEXT_LETTERS = sorted([...ASCII, ...EUROPE, ...HEBREW, ...ARABIC, ...KANA, ...inCatalogue(Infinity)]);
/** For headings: a name with other letters is set as text. */
export const TITLE_LETTERS = sorted([...ASCII, ...range(0xa1, 0xff), 0x2022, ...inCatalogue(HEADING)]);
