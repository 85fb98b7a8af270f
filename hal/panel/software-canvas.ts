import type { Canvas } from "./canvas.js";
import { type GlyphSheet, SHEET_ROW_BYTES, SHEET_WIDTH } from "./font.js";

/** Blends of the sixteen grey steps, of 31: as many as five bits of colour can tell apart. */
const FULL = 31;

/** A canvas in memory: RGB565, row by row. Counts what a display would have been sent. */
export class SoftwareCanvas implements Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint16Array;
  /** Bytes that `end` would have sent to a display, in all. */
  sentBytes = 0;
  readonly #sheets: readonly Uint8Array[];
  #left = 0;
  #top = 0;
  #right = 0;
  #bottom = 0;

  /** `sheets`: of the font, 4 bits a pixel, 15 lets nothing through. */
  constructor(width: number, height: number, sheets: readonly GlyphSheet[]) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint16Array(width * height);
    this.#sheets = sheets.map(({ file, offset, rows }) => new Uint8Array(file, offset, rows * SHEET_ROW_BYTES));
  }

  begin(x: number, y: number, width: number, height: number): void {
    this.#left = x;
    this.#top = y;
    this.#right = x + width;
    this.#bottom = y + height;
    if (x < 0 || y < 0 || this.#right > this.width || this.#bottom > this.height)
      throw new RangeError(`${width} by ${height} px at ${x}, ${y} are not on the screen`);
  }

  fill(colour: number, x: number, y: number, width: number, height: number): void {
    const right = Math.min(x + width, this.#right);
    const bottom = Math.min(y + height, this.#bottom);
    const value = toRgb565(colour);
    const left = Math.max(x, this.#left);
    for (let row = Math.max(y, this.#top); row < bottom; row++) {
      if (right > left) this.pixels.fill(value, row * this.width + left, row * this.width + right);
    }
  }

  mask(
    colour: number,
    sheet: number,
    x: number,
    y: number,
    sheetX: number,
    sheetY: number,
    width: number,
    height: number,
  ): void {
    const ink = toRgb565(colour);
    const bytes = this.#sheets[sheet]!;
    for (let row = 0; row < height; row++) {
      const to = y + row;
      if (to < this.#top || to >= this.#bottom) continue;
      for (let column = 0; column < width; column++) {
        const at = x + column;
        if (at < this.#left || at >= this.#right) continue;
        const share = 15 - nibble(bytes, (sheetY + row) * SHEET_WIDTH + sheetX + column);
        if (share > 0) this.#blend(to * this.width + at, ink, Math.round((share * FULL) / 15));
      }
    }
  }

  end(): void {
    this.sentBytes += (this.#right - this.#left) * (this.#bottom - this.#top) * 2;
  }

  #blend(at: number, ink: number, share: number): void {
    const under = this.pixels[at]!;
    const mixed = (shift: number, bits: number) => {
      const from = (under >> shift) & bits;
      return (from + Math.round(((((ink >> shift) & bits) - from) * share) / FULL)) << shift;
    };
    this.pixels[at] = mixed(11, 0x1f) | mixed(5, 0x3f) | mixed(0, 0x1f);
  }
}

function nibble(bytes: Uint8Array, index: number): number {
  const byte = bytes[index >> 1]!;
  return (index & 1) === 0 ? byte >> 4 : byte & 15;
}

function toRgb565(colour: number): number {
  return ((colour >> 8) & 0xf800) | ((colour >> 5) & 0x07e0) | ((colour >> 3) & 0x1f);
}
