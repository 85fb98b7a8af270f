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
 * It is read where it lies, in flash: nothing of it is copied.
 */
export const SHEET_WIDTH = 256;
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

export class FontFile {
  /** The sheet, for a canvas: 128 bytes a row. */
  readonly sheetOffset: number;
  readonly sheetRows: number;
  readonly #bytes: DataView;

  /** Throws RangeError for what is no font file. */
  constructor(file: ArrayBufferLike) {
    this.#bytes = new DataView(file);
    if (this.#bytes.getUint32(0, true) !== FONT_MAGIC)
      throw new RangeError("the panel's font file is not one: build the image again with npm run firmware");
    this.sheetRows = this.#bytes.getUint16(6, true);
    this.sheetOffset = this.#bytes.getUint32(8, true);
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
    for (const letter of text) if (this.#find(face, letter.codePointAt(0)!) === 0) return false;
    return true;
  }

  /** Width of `text` set in one line, px. */
  width(face: Face, text: string): number {
    let width = 0;
    for (const letter of text) width += this.#advance(face, letter.codePointAt(0)!);
    return width;
  }

  /** Calls `draw` with each glyph of `text`, which begins at `x` on a line whose top is `y`. */
  run(
    face: Face,
    text: string,
    x: number,
    y: number,
    draw: (x: number, y: number, sheetX: number, sheetY: number, width: number, height: number) => void,
  ): void {
    const bytes = this.#bytes;
    const base = y + this.ascent(face);
    let at = x;
    const one = (codePoint: number) => {
      const glyph = this.#find(face, codePoint);
      if (glyph === 0) {
        if (UNKNOWN.codePointAt(0) !== codePoint) for (const letter of numberOf(codePoint)) one(letter.codePointAt(0)!);
        return;
      }
      const width = bytes.getUint8(glyph + 5);
      if (width > 0) {
        const left = at + bytes.getInt8(glyph + 7);
        const top = base - bytes.getInt8(glyph + 8);
        draw(left, top, bytes.getUint8(glyph + 2), bytes.getUint16(glyph + 3, true), width, bytes.getUint8(glyph + 6));
      }
      at += bytes.getUint8(glyph + 9);
    };
    for (const letter of text) one(letter.codePointAt(0)!);
  }

  #advance(face: Face, codePoint: number): number {
    const glyph = this.#find(face, codePoint);
    if (glyph !== 0) return this.#bytes.getUint8(glyph + 9);
    return UNKNOWN.codePointAt(0) === codePoint ? 0 : this.width(face, numberOf(codePoint));
  }

  /** Where the glyph's row begins; 0: there is none. */
  #find(face: Face, codePoint: number): number {
    const bytes = this.#bytes;
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
}

/** Two names of letters that the file lacks must not look the same: they become their numbers, as in the printed pack. */
function numberOf(codePoint: number): string {
  return `[${codePoint.toString(16).toUpperCase().padStart(4, "0")}]`;
}
