import Bitmap from "commodetto/Bitmap";
import type PixelsOut from "commodetto/PixelsOut";
import Poco, { type PocoPrototype } from "commodetto/Poco";
import type { Canvas } from "../../panel/canvas.js";
import { type FontFile, SHEET_WIDTH } from "../../panel/font.js";

/** What one tile takes at most: a key with three full lines on it. */
const DISPLAY_LIST_BYTES = 3_072;

/** The canvas on the SDK's screen. Each sheet of the font is one picture that stays where it lies, in flash. */
export class PocoCanvas implements Canvas {
  readonly #poco: PocoPrototype;
  readonly #sheets: readonly Bitmap[];

  constructor(screen: PixelsOut, { sheets }: FontFile) {
    this.#poco = new Poco(screen, { displayListLength: DISPLAY_LIST_BYTES });
    this.#sheets = sheets.map(
      // A host buffer: flash that is read like an array, which the SDK's types keep apart.
      ({ file, offset, rows }) => new Bitmap(SHEET_WIDTH, rows, Bitmap.Gray16, file as ArrayBuffer, offset),
    );
  }

  get width(): number {
    return this.#poco.width;
  }

  get height(): number {
    return this.#poco.height;
  }

  begin(x: number, y: number, width: number, height: number): void {
    this.#poco.begin(x, y, width, height);
  }

  fill(colour: number, x: number, y: number, width: number, height: number): void {
    this.#poco.fillRectangle(this.#colour(colour), x, y, width, height);
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
    this.#poco.drawGray(this.#sheets[sheet]!, this.#colour(colour), x, y, sheetX, sheetY, width, height);
  }

  end(): void {
    this.#poco.end();
  }

  #colour(colour: number): number {
    return this.#poco.makeColor(colour >> 16, (colour >> 8) & 255, colour & 255);
  }
}
