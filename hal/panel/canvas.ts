/**
 * What a screen is drawn on. Two fulfil it: `hal/moddable/panel/poco-canvas.ts` on the SDK's Poco, and `SoftwareCanvas` for tests, the
 * emulated board and pages. Colours are 0xRRGGBB, places and sizes whole pixels from the top left corner.
 */
export interface Canvas {
  /** px. */
  readonly width: number;
  readonly height: number;
  /**
   * A rectangle is drawn anew: until `end` nothing outside it changes, and everything inside is painted over. It is sent to the
   * display at `end`: width × height × 2 bytes. Not nested.
   */
  begin(x: number, y: number, width: number, height: number): void;
  fill(colour: number, x: number, y: number, width: number, height: number): void;
  /** Paints `colour` through a piece of one of the font's sheets: `width` by `height` px from `sheetX`, `sheetY`. */
  mask(
    colour: number,
    sheet: number,
    x: number,
    y: number,
    sheetX: number,
    sheetY: number,
    width: number,
    height: number,
  ): void;
  end(): void;
}
