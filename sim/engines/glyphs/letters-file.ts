import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import subsetFont from "subset-font";
import { openFont, textSize } from "./font-file.js";
import { isSyllable, NAME_LETTERS } from "./letters.js";
import { encodeFont, type Glyph, letterOf } from "./sheet.js";

const { resolve } = createRequire(import.meta.url);

/**
 * Noto Sans for what Japanese does not write: simplified and traditional Chinese, and Korean. Each package is a variable font, cut in
 * slices of a hundred letters or so, which makes it a tenth of the packages that hold every weight.
 */
const FAMILIES = [
  { name: "noto-sans-sc", isKorean: false },
  { name: "noto-sans-tc", isKorean: false },
  { name: "noto-sans-kr", isKorean: true },
] as const;
const REGULAR = 400;

/**
 * The second font file of a panel with `pixelsPerMillimetre`: letters of names that the first has not, as large as its text. Kanji of
 * Japanese come first, in the forms of the first file; what no font has is left out, and the panel shows its number.
 */
export async function lettersFile(
  pixelsPerMillimetre: number,
  letters: readonly number[] = NAME_LETTERS,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = textSize(pixelsPerMillimetre);
  const glyphs = new Map<number, Glyph>();
  const take = (font: Font, wanted: readonly number[]) => {
    for (const letter of wanted) {
      if (!glyphs.has(letter) && font.hasGlyphForCodePoint(letter)) glyphs.set(letter, letterOf(font, letter, size));
    }
  };
  take(openFont("wide"), letters);
  for (const { name, isKorean } of FAMILIES) {
    for (const { file, has } of slicesOf(name)) {
      // The packages of Chinese list syllables that their fonts do not have.
      const wanted = letters.filter((letter) => !glyphs.has(letter) && has(letter) && isSyllable(letter) === isKorean);
      if (wanted.length > 0) take(await regular(file, wanted), wanted);
    }
  }
  return encodeFont([{ size, glyphs: [...glyphs.values()] }]);
}

async function regular(file: string, letters: readonly number[]): Promise<Font> {
  const cut = await subsetFont(readFileSync(file), String.fromCodePoint(...letters), {
    targetFormat: "truetype",
    variationAxes: { wght: REGULAR },
  });
  return create(cut) as Font;
}

interface Slice {
  readonly file: string;
  has(letter: number): boolean;
}

/** The slices of a family, and which letters each is for. */
function slicesOf(family: string): readonly Slice[] {
  const text = readFileSync(resolve(`@fontsource-variable/${family}/unicode.json`), "utf8");
  return Object.entries(JSON.parse(text) as Record<string, string>).map(([name, ranges]) => {
    const pairs = ranges.split(",").map((range) => {
      const [from, to] = range
        .replace("U+", "")
        .split("-")
        .map((digits) => Number.parseInt(digits, 16));
      return [from!, to ?? from!] as const;
    });
    const slice = name.replace(/[[\]]/g, "");
    return {
      file: resolve(`@fontsource-variable/${family}/files/${family}-${slice}-wght-normal.woff2`),
      has: (letter) => pairs.some(([from, to]) => letter >= from && letter <= to),
    };
  });
}
