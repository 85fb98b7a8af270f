import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create } from "fontkit";

const { resolve } = createRequire(import.meta.url);

/**
 * Open fonts (OFL) from npm packages, so that nothing is fetched when a pack is made. BIZ UDPGothic is drawn to be told apart
 * at a distance and holds the Japanese of names and the accents of French; Atkinson Hyperlegible keeps 0, 1, 6, 8 and 9 apart;
 * Noto Sans has the letters of Hebrew and Arabic names, and nothing else is set in it.
 */
const FILES = {
  text: "@expo-google-fonts/biz-udpgothic/400Regular/BIZUDPGothic_400Regular.ttf",
  bold: "@expo-google-fonts/biz-udpgothic/700Bold/BIZUDPGothic_700Bold.ttf",
  code: "@expo-google-fonts/atkinson-hyperlegible/700Bold/AtkinsonHyperlegible_700Bold.ttf",
  hebrew: "@expo-google-fonts/noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf",
  hebrewBold: "@expo-google-fonts/noto-sans-hebrew/700Bold/NotoSansHebrew_700Bold.ttf",
  arabic: "@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
  arabicBold: "@expo-google-fonts/noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf",
} as const;
export type FontName = keyof typeof FILES;

/** Read once for all packs of a run: they are megabytes. */
const loaded = new Map<FontName, Buffer>();

export function fontBytes(name: FontName): Buffer {
  let bytes = loaded.get(name);
  if (bytes === undefined) {
    bytes = readFileSync(resolve(FILES[name]));
    loaded.set(name, bytes);
  }
  return bytes;
}

/** Taken apart once: that costs half a second. */
const opened = new Map<FontName, ReturnType<typeof create>>();

export const FONT_NAMES = Object.keys(FILES) as readonly FontName[];

function openFont(name: FontName): ReturnType<typeof create> {
  let font = opened.get(name);
  if (font === undefined) {
    font = create(fontBytes(name));
    opened.set(name, font);
  }
  return font;
}

/** How high the letters of a font may stand over the line they stand on, as a share of the size. */
export function ascentOf(name: FontName): number {
  const font = openFont(name);
  return "ascent" in font ? font.ascent / font.unitsPerEm : 0;
}

/** Joiners shape Arabic: they belong to the word that they stand in. */
const ARABIC = /[\p{Script_Extensions=Arabic}\u200c\u200d]/u;
const HEBREW = /\p{Script=Hebrew}/u;

/** The font in which a letter is set where `font` is asked for. */
export function fontFor(letter: string, font: FontName): FontName {
  const isBold = font !== "text";
  if (HEBREW.test(letter)) return isBold ? "hebrewBold" : "hebrew";
  if (ARABIC.test(letter)) return isBold ? "arabicBold" : "arabic";
  return font;
}

/** Two names of letters that no font has must not be the same on paper. */
function substitute(letter: string): string {
  return `[${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** Characters that the fonts lack become their number in brackets: what is left out silently could make two names the same. */
export class Glyphs {
  readonly #has = new Map<string, boolean>();
  /** What had to be replaced. */
  readonly missing = new Set<string>();

  printable(text: string): string {
    let result = "";
    // Narrow spaces are not in the font; tabs, line ends and what only joins or varies emoji have no shape of their own.
    const plain = text
      .normalize("NFC")
      .replaceAll("\u202f", "\u00a0")
      .replaceAll(/\p{Cc}+/gu, " ")
      .replaceAll(/[\ufe00-\ufe0f\u200b\u200e\u200f\u2060\ufeff]/g, "")
      .replaceAll(/(?<!\p{Script=Arabic})[\u200c\u200d]/gu, "");
    for (const letter of plain) result += this.#one(letter);
    return result;
  }

  #one(letter: string): string {
    let has = this.#has.get(letter);
    if (has === undefined) {
      const font = openFont(fontFor(letter, "text"));
      has = "hasGlyphForCodePoint" in font && font.hasGlyphForCodePoint(letter.codePointAt(0)!);
      this.#has.set(letter, has);
    }
    if (has) return letter;
    this.missing.add(letter);
    return substitute(letter);
  }
}
