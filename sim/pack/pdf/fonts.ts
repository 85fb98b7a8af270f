import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create } from "fontkit";

const { resolve } = createRequire(import.meta.url);

/**
 * Open fonts (OFL) from npm packages, so that nothing is fetched when a pack is made. BIZ UDPGothic is drawn to be told apart
 * at a distance and holds the Japanese of names and the accents of French; Atkinson Hyperlegible keeps 0, 1, 6, 8 and 9 apart.
 */
const FILES = {
  text: "@expo-google-fonts/biz-udpgothic/400Regular/BIZUDPGothic_400Regular.ttf",
  bold: "@expo-google-fonts/biz-udpgothic/700Bold/BIZUDPGothic_700Bold.ttf",
  code: "@expo-google-fonts/atkinson-hyperlegible/700Bold/AtkinsonHyperlegible_700Bold.ttf",
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
let textFont: ReturnType<typeof create> | undefined;

export const FONT_NAMES = Object.keys(FILES) as readonly FontName[];

function openTextFont(): ReturnType<typeof create> {
  textFont ??= create(fontBytes("text"));
  return textFont;
}

const SUBSTITUTE = "□";

/** Characters that the text font lacks become a box: what is left out silently could make two names the same. */
export class Glyphs {
  readonly #has = new Map<number, boolean>();
  readonly #font = openTextFont();
  /** What had to be replaced. */
  readonly missing = new Set<string>();

  printable(text: string): string {
    let result = "";
    // Narrow spaces are not in the font; tabs, line ends and what only joins or varies emoji have no shape of their own.
    const plain = text
      .normalize("NFC")
      .replaceAll("\u202f", "\u00a0")
      .replaceAll(/\p{Cc}+/gu, " ");
    for (const letter of plain.replaceAll(/[\ufe00-\ufe0f\u200b-\u200f\u2060\ufeff]/g, "")) result += this.#one(letter);
    return result;
  }

  #one(letter: string): string {
    const point = letter.codePointAt(0)!;
    let has = this.#has.get(point);
    if (has === undefined) {
      has = "hasGlyphForCodePoint" in this.#font && this.#font.hasGlyphForCodePoint(point);
      this.#has.set(point, has);
    }
    if (has) return letter;
    this.missing.add(letter);
    return SUBSTITUTE;
  }
}
