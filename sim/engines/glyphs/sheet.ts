import { Resvg } from "@resvg/resvg-js";
import type { Font } from "fontkit";
import { FACE_BYTES, FONT_MAGIC, GLYPH_BYTES, HEADER_BYTES, SHEET_WIDTH } from "../../../hal/panel/font.js";

/** Lines stand this much further apart than their letters are high. */
const LEADING = 1.16;

export interface Glyph {
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

export interface FaceGlyphs {
  /** Of an em, px. */
  readonly size: number;
  readonly glyphs: readonly Glyph[];
}

/** A font file as `hal/panel/font.ts` describes it. All outlines are drawn in one picture, which is the sheet. */
export function encodeFont(faces: readonly FaceGlyphs[]): Uint8Array<ArrayBuffer> {
  const sorted = faces.map(({ size, glyphs }) => ({
    size,
    glyphs: [...glyphs].sort((a, b) => a.codePoint - b.codePoint),
  }));
  const all = sorted.flatMap(({ glyphs }) => glyphs);
  // A picture has a row at least.
  const rows = Math.max(1, place(all));
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
  for (const [i, { size, glyphs }] of sorted.entries()) {
    const header = HEADER_BYTES + i * FACE_BYTES;
    const height = Math.round(size * LEADING);
    view.setUint8(header, height);
    view.setUint8(header + 1, Math.round((height - size) / 2 + size * 0.86));
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

/** A letter of an outline font, `size` px an em. */
export function letterOf(font: Font, codePoint: number, size: number): Glyph {
  const glyph = font.glyphForCodePoint(codePoint);
  const scale = size / font.unitsPerEm;
  const path = glyph.path.scale(scale, -scale);
  const { minX, minY, maxX, maxY } = path.bbox;
  const box = Number.isFinite(minX) ? boxOf(minX, minY, maxX, maxY) : { left: 0, top: 0, width: 0, height: 0 };
  const advance = Math.max(1, Math.round(glyph.advanceWidth * scale));
  return { codePoint, path: path.toSVG(), advance, box, x: 0, y: 0 };
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
