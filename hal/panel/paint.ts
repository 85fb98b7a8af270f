import { paintArt } from "./art.js";
import type { Canvas } from "./canvas.js";
import type { FontFile } from "./font.js";
import { visual } from "./right-to-left.js";
import type { CabinetShape } from "./setting.js";
import { Colour } from "./theme.js";
import type { Tile } from "./tile.js";

/** Ground between two keys, on each side, px. */
const GAP = 2;
/** From the edge to text at the left, px. */
export const MARGIN = 6;

/** Draws a tile, all of it. */
export function paint(canvas: Canvas, font: FontFile, cabinet: CabinetShape, tile: Tile): void {
  const { x, y, width, height, plate, face, ink } = tile;
  canvas.begin(x, y, width, height);
  canvas.fill(Colour.back, x, y, width, height);
  if (plate !== undefined) paintPlate(canvas, plate, x + GAP, y + GAP, width - 2 * GAP, height - 2 * GAP);
  if (tile.art !== undefined) paintArt(canvas, font, cabinet, tile, tile.art);
  const lineHeight = font.lineHeight(face);
  let top = y + ((height - tile.lines.length * lineHeight) >> 1);
  for (const line of tile.lines) {
    const text = visual(line);
    const left = tile.align === "left" ? x + MARGIN : x + ((width - font.width(face, text)) >> 1);
    font.run(face, text, left, top, (...glyph) => canvas.mask(ink, ...glyph));
    top += lineHeight;
  }
  canvas.end();
}

/** With its corners taken off. */
function paintPlate(canvas: Canvas, colour: number, x: number, y: number, width: number, height: number): void {
  canvas.fill(colour, x + 3, y, width - 6, height);
  canvas.fill(colour, x + 1, y + 1, 2, height - 2);
  canvas.fill(colour, x + width - 3, y + 1, 2, height - 2);
  canvas.fill(colour, x, y + 3, 1, height - 6);
  canvas.fill(colour, x + width - 1, y + 3, 1, height - 6);
}
