import { FROM_LEFT } from "./right-to-left.js";

/**
 * The panel's font file, made by `sim/engines/glyphs`. All numbers little-endian.
 *
 * | bytes | |
 * |---|---|
 * | 4 | `SBF1` |
 * | 1, 1 | number of faces; 0 |
 * | 2 | rows of the sheet |
 * | 4 | where the sheet begins, a multiple of 4 |
 * | 8 a face | line height, ascent (px), number of glyphs (2), where its glyphs begin (4) |
 * | 10 a glyph, sorted | code point (2), x (1) and y (2) on the sheet, width, height, left, above the line (signed), advance: px |
 * | 128 a row of the sheet | 256 px of 4 bits: 0 is ink, 15 nothing, as Commodetto has it |
 *
 * It is read where it lies, in flash: nothing of it is copied. A second file of the same form, with one face, has letters of names that
 * the first has not: Chinese, Korean, and the kanji of Japanese. It lies in a partition of its own, and may be missing.
 */
export const SHEET_WIDTH = 256;
export const SHEET_ROW_BYTES = SHEET_WIDTH / 2;
export const FONT_MAGIC = 0x31464253;
export const HEADER_BYTES = 12;
export const FACE_BYTES = 8;
export const GLYPH_BYTES = 10;

/**
 * Which face; the same in every font file. `text` has every letter, `title` those of the catalogue, `key` ASCII, `hero` the pictures
 * that stand for a whole screen.
 */
export const Face = { text: 0, title: 1, key: 2, hero: 3 } as const;
export type Face = (typeof Face)[keyof typeof Face];

/** Shown for what the file does not have, in front of its number. */
const UNKNOWN = "[";

/** What letters are painted through: 128 bytes a row, from `offset` in `file` on. */
export interface GlyphSheet {
  readonly file: ArrayBufferLike;
  readonly offset: number;
  readonly rows: number;
}

export class FontFile {
  /** The sheets, for a canvas. */
  readonly sheets: readonly GlyphSheet[];
  readonly #bytes: DataView;
  /** The second file. */
  readonly #letters: DataView | undefined;

  /**
   * Throws RangeError for a `file` that is none. `letters` is taken where it is one of the same panel: an erased partition, or one that
   * was written for another panel, counts as none, and `hasLetters` says so.
   */
  constructor(file: ArrayBufferLike, letters?: ArrayBufferLike) {
    this.#bytes = new DataView(file);
    if (this.#bytes.getUint32(0, true) !== FONT_MAGIC)
      throw new RangeError("the panel's font file is not one: build the image again with npm run firmware");
    this.#letters = letters === undefined ? undefined : this.#fitting(new DataView(letters));
    this.sheets = [sheetOf(this.#bytes), ...(this.#letters === undefined ? [] : [sheetOf(this.#letters)])];
  }

  get hasLetters(): boolean {
    return this.#letters !== undefined;
  }

  #fitting(letters: DataView): DataView | undefined {
    const isOne = letters.byteLength > HEADER_BYTES + FACE_BYTES && letters.getUint32(0, true) === FONT_MAGIC;
    if (!isOne || letters.getUint16(HEADER_BYTES, true) !== this.#bytes.getUint16(HEADER_BYTES, true)) return undefined;
    const { offset, rows } = sheetOf(letters);
    return offset + rows * SHEET_ROW_BYTES <= letters.byteLength ? letters : undefined;
  }

  /** From line to line, px. */
  lineHeight(face: Face): number {
    return this.#bytes.getUint8(HEADER_BYTES + face * FACE_BYTES);
  }

  /** From the top of a line to where its letters stand, px. */
  ascent(face: Face): number {
    return this.#bytes.getUint8(HEADER_BYTES + face * FACE_BYTES + 1);
  }

  /** Every letter of `text` is there. */
  has(face: Face, text: string): boolean {
    for (const letter of text) {
      if (letter !== FROM_LEFT && this.#find(face, letter.codePointAt(0)!) === 0) return false;
    }
    return true;
  }

  /** Width of `text` set in one line, px. */
  width(face: Face, text: string): number {
    let width = 0;
    for (const letter of text) if (letter !== FROM_LEFT) width += this.#advance(face, letter.codePointAt(0)!);
    return width;
  }

  /** Calls `draw` with each glyph of `text`, which begins at `x` on a line whose top is `y`; `sheet` is which of `sheets`. */
  run(
    face: Face,
    text: string,
    x: number,
    y: number,
    draw: (sheet: number, x: number, y: number, sheetX: number, sheetY: number, width: number, height: number) => void,
  ): void {
    const base = y + this.ascent(face);
    let at = x;
    const one = (codePoint: number) => {
      const found = this.#find(face, codePoint);
      if (found === 0) {
        if (UNKNOWN.codePointAt(0) !== codePoint) for (const letter of numberOf(codePoint)) one(letter.codePointAt(0)!);
        return;
      }
      const sheet = found < 0 ? 1 : 0;
      const bytes = this.#file(found);
      const glyph = Math.abs(found);
      const width = bytes.getUint8(glyph + 5);
      if (width > 0) {
        const left = at + bytes.getInt8(glyph + 7);
        const top = base - bytes.getInt8(glyph + 8);
        const [x, y] = [bytes.getUint8(glyph + 2), bytes.getUint16(glyph + 3, true)];
        draw(sheet, left, top, x, y, width, bytes.getUint8(glyph + 6));
      }
      at += bytes.getUint8(glyph + 9);
    };
    for (const letter of text) one(letter.codePointAt(0)!);
  }

  #advance(face: Face, codePoint: number): number {
    const glyph = this.#find(face, codePoint);
    if (glyph !== 0) return this.#file(glyph).getUint8(Math.abs(glyph) + 9);
    return UNKNOWN.codePointAt(0) === codePoint ? 0 : this.width(face, numberOf(codePoint));
  }

  #file(glyph: number): DataView {
    return glyph < 0 ? this.#letters! : this.#bytes;
  }

  /** Where the glyph's row begins; below 0, without the sign, in the second file; 0: there is none. */
  #find(face: Face, codePoint: number): number {
    const glyph = find(this.#bytes, face, codePoint);
    if (glyph !== 0 || face !== Face.text || this.#letters === undefined) return glyph;
    return -find(this.#letters, Face.text, codePoint);
  }
}

function find(bytes: DataView, face: Face, codePoint: number): number {
  const header = HEADER_BYTES + face * FACE_BYTES;
  const start = bytes.getUint32(header + 4, true);
  // Most letters are ASCII, and ASCII comes first and whole in every face that has letters.
  const direct = start + (codePoint - 0x20) * GLYPH_BYTES;
  if (codePoint >= 0x20 && codePoint < 0x7f && face !== Face.hero && bytes.getUint16(direct, true) === codePoint)
    return direct;
  let low = 0;
  let high = bytes.getUint16(header + 2, true) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = start + middle * GLYPH_BYTES;
    const found = bytes.getUint16(at, true);
    if (found === codePoint) return at;
    if (found < codePoint) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

function sheetOf(bytes: DataView): GlyphSheet {
  return { file: bytes.buffer, offset: bytes.getUint32(8, true), rows: bytes.getUint16(6, true) };
}

/** Two names of letters that the file lacks must not look the same: they become their numbers, as in the printed pack. */
function numberOf(codePoint: number): string {
  return `[${codePoint.toString(16).toUpperCase().padStart(4, "0")}]`;
}
