import Resource from "Resource";
import type PixelsOut from "commodetto/PixelsOut";
import Poco, { type PocoPrototype } from "commodetto/Poco";
import parseBMF from "commodetto/parseBMF";
import type { Box } from "./layout.js";
import type { Canvas } from "./screen-panel.js";

/** What one box takes at most: the screen is drawn box by box, so that a whole keyboard needs no more. */
const DISPLAY_LIST_BYTES = 2_048;
const MARGIN_PX = 2;

/** Draws boxes on the SDK's screen. */
export class Drawing implements Canvas {
  readonly #poco: PocoPrototype;
  readonly #font = parseBMF(new Resource("OpenSans-Semibold-16.bf4"));
  readonly #bold = parseBMF(new Resource("OpenSans-Semibold-18.bf4"));

  constructor(screen: PixelsOut) {
    this.#poco = new Poco(screen, { displayListLength: DISPLAY_LIST_BYTES });
  }

  get width(): number {
    return this.#poco.width;
  }

  get height(): number {
    return this.#poco.height;
  }

  show(boxes: readonly Box[]): void {
    this.#clear(16, 20, 28);
    for (const box of boxes) this.#box(box);
  }

  /** For screens without a light of their own. */
  black(): void {
    this.#clear(0, 0, 0);
  }

  #clear(red: number, green: number, blue: number): void {
    const poco = this.#poco;
    poco.begin();
    poco.fillRectangle(poco.makeColor(red, green, blue), 0, 0, poco.width, poco.height);
    poco.end();
  }

  #box({ x, y, width, height, style, label }: Box): void {
    const poco = this.#poco;
    const left = Math.floor(x);
    const size = Math.floor(x + width) - left;
    poco.begin(left, y, size, height);
    poco.fillRectangle(poco.makeColor(16, 20, 28), left, y, size, height);
    const font = style === "title" || style === "entry" ? this.#bold : this.#font;
    if (style === "key") {
      const fill = poco.makeColor(48, 64, 92);
      poco.fillRectangle(fill, left + MARGIN_PX, y + MARGIN_PX, size - 2 * MARGIN_PX, height - 2 * MARGIN_PX);
    }
    const colour = style === "notice" ? poco.makeColor(255, 190, 80) : poco.makeColor(240, 240, 240);
    const textWidth = Math.min(size - 2 * MARGIN_PX, poco.getTextWidth(label, font));
    const textX = style === "key" ? left + ((size - textWidth) >> 1) : left + 2 * MARGIN_PX;
    poco.drawText(label, font, colour, textX, y + ((height - font.height) >> 1), size - 2 * MARGIN_PX);
    poco.end();
  }
}
