import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import { create, type Font } from "fontkit";
import { FACE_BYTES, FONT_MAGIC, GLYPH_BYTES, HEADER_BYTES, SHEET_WIDTH } from "../../../hal/panel/font.js";
import { Icon } from "../../../hal/panel/icons.js";
import { HERO_ICONS, ICON_PATHS, KEY_ICONS, STATUS_ICONS } from "./icons.js";
import { ASCII, TEXT_LETTERS, TITLE_LETTERS } from "./letters.js";

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
/** Lines stand this much further apart than their letters are high. */
const LEADING = 1.16;

interface Glyph {
  readonly codePoint: number;
  /** Outline, y downwards from the line that letters stand on, px. */
  readonly path: string;
  readonly advance: number;
  /** Of the box of its pixels, from the pen, px; y downwards. */
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** Where it is on the sheet. */
  x: number;
  y: number;
}

/**
 * The font file of a panel with `pixelsPerMillimetre`, as `hal/panel/font.ts` describes it. All outlines are drawn in one picture,
 * which is the sheet.
 */
export function fontFile(pixelsPerMillimetre: number): Uint8Array<ArrayBuffer> {
  const faces = FACES.map(({ font, millimetres, letters, icons }) => {
    const size = Math.round(millimetres * pixelsPerMillimetre);
    const glyphs = [
      ...letters.flatMap((letter) => glyphOf(letter, font, size)),
      ...icons.map((name) => iconOf(name, size)),
    ].sort((a, b) => a.codePoint - b.codePoint);
    const height = Math.round(size * LEADING);
    return { height, ascent: Math.round((height - size) / 2 + size * 0.86), glyphs };
  });
  const all = faces.flatMap(({ glyphs }) => glyphs);
  const rows = place(all);
  const tables = HEADER_BYTES + faces.length * FACE_BYTES;
  const sheetOffset = Math.ceil((tables + all.length * GLYPH_BYTES) / 4) * 4;
  // The blitter reads whole words: nothing may end with the last pixel.
  const bytes = new Uint8Array(sheetOffset + (rows * SHEET_WIDTH) / 2 + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, FONT_MAGIC, true);
  view.setUint8(4, faces.length);
  view.setUint16(6, rows, true);
  view.setUint32(8, sheetOffset, true);
  let at = tables;
  for (const [i, { height, ascent, glyphs }] of faces.entries()) {
    const header = HEADER_BYTES + i * FACE_BYTES;
    view.setUint8(header, height);
    view.setUint8(header + 1, ascent);
    view.setUint16(header + 2, glyphs.length, true);
    view.setUint32(header + 4, at, true);
    for (const glyph of glyphs) {
      writeGlyph(view, at, glyph);
      at += GLYPH_BYTES;
    }
  }
  drawSheet(all, rows, bytes.subarray(sheetOffset));
  return bytes;
}

function writeGlyph(view: DataView, at: number, { codePoint, x, y, box, advance }: Glyph): void {
  view.setUint16(at, codePoint, true);
  view.setUint8(at + 2, x);
  view.setUint16(at + 3, y, true);
  view.setUint8(at + 5, box.width);
  view.setUint8(at + 6, box.height);
  view.setInt8(at + 7, box.left);
  view.setInt8(at + 8, -box.top);
  view.setUint8(at + 9, advance);
}

function openFont(name: FontName): Font {
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
  const glyph = font.glyphForCodePoint(codePoint);
  // Noto's Arabic is higher than its neighbours, for marks that names seldom have.
  const scale = ((name === "arabic" ? 0.84 : 1) * size) / font.unitsPerEm;
  const path = glyph.path.scale(scale, -scale);
  const { minX, minY, maxX, maxY } = path.bbox;
  const box = Number.isFinite(minX) ? boxOf(minX, minY, maxX, maxY) : { left: 0, top: 0, width: 0, height: 0 };
  const advance = Math.max(1, Math.round(glyph.advanceWidth * scale));
  return [{ codePoint, path: path.toSVG(), advance, box, x: 0, y: 0 }];
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

function boxOf(minX: number, minY: number, maxX: number, maxY: number): Glyph["box"] {
  const left = Math.floor(minX);
  const top = Math.floor(minY);
  return { left, top, width: Math.ceil(maxX) - left, height: Math.ceil(maxY) - top };
}

/** In rows, the highest first, so that little is left over. Returns how many pixels high the sheet is. */
function place(glyphs: readonly Glyph[]): number {
  const sorted = glyphs.filter(({ box }) => box.width > 0).sort((a, b) => b.box.height - a.box.height);
  let x = 0;
  let y = 0;
  let high = 0;
  for (const glyph of sorted) {
    if (x + glyph.box.width > SHEET_WIDTH) {
      x = 0;
      y += high;
      high = 0;
    }
    glyph.x = x;
    glyph.y = y;
    x += glyph.box.width;
    high = Math.max(high, glyph.box.height);
  }
  return y + high;
}

function drawSheet(glyphs: readonly Glyph[], rows: number, sheet: Uint8Array): void {
  sheet.fill(0xff);
  const shapes = glyphs
    .filter(({ box }) => box.width > 0)
    .map(
      ({ x, y, box, path }) =>
        `<path transform="translate(${x - box.left} ${y - box.top})" d="${path}" fill-rule="${rule(path)}"/>`,
    );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SHEET_WIDTH}" height="${rows}">${shapes.join("")}</svg>`;
  const { pixels } = new Resvg(svg).render();
  for (let i = 0; i < SHEET_WIDTH * rows; i++) {
    const grey = 15 - Math.round((pixels[i * 4 + 3]! * 15) / 255);
    sheet[i >> 1] = (i & 1) === 0 ? (sheet[i >> 1]! & 0x0f) | (grey << 4) : (sheet[i >> 1]! & 0xf0) | grey;
  }
}

/** Letters are made of overlapping outlines, pictures of holes. */
function rule(path: string): "nonzero" | "evenodd" {
  return path.includes("H") || path.includes("A") || /^M[\d.]+ [\d.-]+L/.test(path) ? "evenodd" : "nonzero";
}
