import Bitmap from "commodetto/Bitmap";
import type PixelsOut from "commodetto/PixelsOut";
import Poco, { type PocoPrototype } from "commodetto/Poco";
import type { Canvas } from "../../panel/canvas.js";
import { type FontFile, SHEET_WIDTH } from "../../panel/font.js";

/** What one tile takes at most: a key with three full lines on it. */
const DISPLAY_LIST_BYTES = 3_072;

/** The canvas on the SDK's screen. The font's sheet is one picture that stays where it lies, in flash. */
export class PocoCanvas implements Canvas {
  readonly #poco: PocoPrototype;
  readonly #sheet: Bitmap;

  constructor(screen: PixelsOut, file: ArrayBuffer, font: FontFile) {
    this.#poco = new Poco(screen, { displayListLength: DISPLAY_LIST_BYTES });
    this.#sheet = new Bitmap(SHEET_WIDTH, font.sheetRows, Bitmap.Gray16, file, font.sheetOffset);
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

  mask(colour: number, x: number, y: number, sheetX: number, sheetY: number, width: number, height: number): void {
    this.#poco.drawGray(this.#sheet, this.#colour(colour), x, y, sheetX, sheetY, width, height);
  }

  end(): void {
    this.#poco.end();
  }

  #colour(colour: number): number {
    return this.#poco.makeColor(colour >> 16, (colour >> 8) & 255, colour & 255);
  }
}
