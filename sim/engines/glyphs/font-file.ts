import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import { Icon } from "../../../hal/panel/icons.js";
import { HERO_ICONS, ICON_PATHS, KEY_ICONS, STATUS_ICONS } from "./icons.js";
import { ASCII, TEXT_LETTERS, TITLE_LETTERS } from "./letters.js";
import { encodeFont, type Glyph, letterOf } from "./sheet.js";

const { resolve } = createRequire(import.meta.url);

/**
 * Open fonts (OFL) from npm. Atkinson Hyperlegible is drawn to be told apart at a distance, keeps 0, 1, 6, 8 and 9 apart, and is
 * narrow; Noto Sans has what other letters Europe's names need, Hebrew and Arabic; BIZ UDPGothic has Japanese.
 */
const FILES = {
  text: "@expo-google-fonts/atkinson-hyperlegible/400Regular/AtkinsonHyperlegible_400Regular.ttf",
  bold: "@expo-google-fonts/atkinson-hyperlegible/700Bold/AtkinsonHyperlegible_700Bold.ttf",
  europe: "@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf",
  europeBold: "@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf",
  wide: "@expo-google-fonts/biz-udpgothic/400Regular/BIZUDPGothic_400Regular.ttf",
  wideBold: "@expo-google-fonts/biz-udpgothic/700Bold/BIZUDPGothic_700Bold.ttf",
  hebrew: "@expo-google-fonts/noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf",
  arabic: "@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
} as const;
type FontName = keyof typeof FILES;
const opened = new Map<FontName, Font>();

/** Size of each face, mm of an em: keys are read at arm's length, hero pictures from the door. */
const FACES: readonly {
  readonly font: "text" | "bold";
  readonly millimetres: number;
  readonly letters: readonly number[];
  readonly icons: readonly (keyof typeof Icon)[];
}[] = [
  { font: "text", millimetres: 3.05, letters: TEXT_LETTERS, icons: STATUS_ICONS },
  { font: "bold", millimetres: 4.15, letters: TITLE_LETTERS, icons: [] },
  { font: "bold", millimetres: 5.2, letters: ASCII, icons: KEY_ICONS },
  { font: "bold", millimetres: 11, letters: [], icons: HERO_ICONS },
];
/** The font file of a panel with `pixelsPerMillimetre`: every letter of texts, the pictures, and most of names. */
export function fontFile(pixelsPerMillimetre: number): Uint8Array<ArrayBuffer> {
  return encodeFont(
    FACES.map(({ font, millimetres, letters, icons }) => {
      const size = Math.round(millimetres * pixelsPerMillimetre);
      const glyphs = [
        ...letters.flatMap((letter) => glyphOf(letter, font, size)),
        ...icons.map((name) => iconOf(name, size)),
      ];
      return { size, glyphs };
    }),
  );
}

/** Size of letters of names in the second file: that of `text`, px an em. */
export function textSize(pixelsPerMillimetre: number): number {
  return Math.round(FACES[0]!.millimetres * pixelsPerMillimetre);
}

/** An outline font of a package. */
export function openFont(name: FontName): Font {
  let font = opened.get(name);
  if (font === undefined) {
    font = create(readFileSync(resolve(FILES[name]))) as Font;
    opened.set(name, font);
  }
  return font;
}

function fontOf(codePoint: number, face: "text" | "bold"): FontName {
  if (codePoint >= 0x590 && codePoint < 0x600) return "hebrew";
  if ((codePoint >= 0x600 && codePoint < 0x700) || (codePoint >= 0xfe70 && codePoint < 0xff00)) return "arabic";
  const fonts: readonly FontName[] = face === "text" ? ["text", "europe", "wide"] : ["bold", "europeBold", "wideBold"];
  const found = fonts.find((one) => openFont(one).hasGlyphForCodePoint(codePoint));
  return found ?? face;
}

/** None for what the font does not have: the panel shows its number. */
function glyphOf(codePoint: number, face: "text" | "bold", size: number): readonly Glyph[] {
  const name = fontOf(codePoint, face);
  const font = openFont(name);
  if (!font.hasGlyphForCodePoint(codePoint)) return [];
  // Noto's Arabic is higher than its neighbours, for marks that names seldom have.
  return [letterOf(font, codePoint, (name === "arabic" ? 0.84 : 1) * size)];
}

function iconOf(name: keyof typeof Icon, size: number): Glyph {
  const high = Math.round(size * 0.98);
  const top = -Math.round(size * 0.84);
  return {
    codePoint: Icon[name].codePointAt(0)!,
    path: scaled(ICON_PATHS[name], high / 24, top),
    advance: Math.round(size * 1.08),
    box: { left: 0, top, width: high, height: high },
    x: 0,
    y: 0,
  };
}

/** Arcs keep their flags and angles as they are: only lengths grow. */
function scaled(path: string, scale: number, top: number): string {
  return path.replace(/([A-Z])([^A-Z]*)/g, (_, command: string, rest: string) => {
    const numbers = rest
      .trim()
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    const at = (value: number, i: number): number => {
      if (command === "H") return value * scale;
      if (command === "V") return value * scale + top;
      if (command === "A") return i < 2 ? value * scale : i < 5 ? value : value * scale + (i === 6 ? top : 0);
      return value * scale + (i % 2 === 1 ? top : 0);
    };
    return command + numbers.map(at).join(" ");
  });
}
