import { unitLetter } from "../ports/bin-label.js";
import type { Canvas } from "./canvas.js";
import { Face, type FontFile } from "./font.js";
import { Icon } from "./icons.js";
import type { CabinetShape } from "./setting.js";
import { Colour } from "./theme.js";
import type { Area, Art } from "./tile.js";

/** Drawings that are made of rectangles and of the font's pictures. */
export function paintArt(canvas: Canvas, font: FontFile, cabinet: CabinetShape, area: Area, art: Art): void {
  if (art.kind === "cabinet") paintCabinet(canvas, font, cabinet, area, art);
  else if (art.kind === "door") paintDoor(canvas, font, area, art);
  else paintRing(canvas, font, area, art);
}

/** More units than these are not drawn: the one that is meant stands for all. */
const UNITS_SHOWN = 4;
const PAD = 8;

function paintCabinet(
  canvas: Canvas,
  font: FontFile,
  { units, columns }: CabinetShape,
  area: Area,
  { unit, bin }: Extract<Art, { kind: "cabinet" }>,
): void {
  const meant = unit.codePointAt(0)! - 65;
  const shown = units.length <= UNITS_SHOWN ? units.map((_, i) => i) : [meant];
  const rows = Math.max(...shown.map((i) => Math.ceil((units[i] ?? 1) / columns)), 1);
  const head = shown.length > 1 || units.length > 1 ? font.lineHeight(Face.text) : 0;
  const across = shown.length * columns;
  const width = Math.min(Math.floor((area.width - 2 * PAD) / across), 40);
  const height = Math.min(Math.floor((area.height - 2 * PAD - head) / rows), width + 8);
  if (width < 3 || height < 3) return;
  const left = area.x + ((area.width - width * across - (shown.length - 1) * 2) >> 1);
  const top = area.y + ((area.height - height * rows - head) >> 1) + head;
  for (const [place, index] of shown.entries()) {
    const x = left + place * (width * columns + 2);
    const bins = units[index] ?? 0;
    for (let i = 0; i < bins; i++) {
      const isMeant = index === meant && i + 1 === bin;
      const at = { x: x + (i % columns) * width, y: top + Math.floor(i / columns) * height };
      canvas.fill(isMeant ? Colour.accent : Colour.shape, at.x + 1, at.y + 1, width - 2, height - 2);
      if (!isMeant) canvas.fill(Colour.back, at.x + 2, at.y + 2, width - 4, height - 4);
      const hasRoom = font.width(Face.text, `${bin}`) < width && font.lineHeight(Face.text) <= height + 4;
      if (isMeant && hasRoom) centred(canvas, font, Face.text, `${bin}`, Colour.back, { ...at, width, height });
    }
    if (head > 0) {
      const name = { x, y: top - head, width: width * columns, height: head };
      centred(canvas, font, Face.text, unitLetter(index), index === meant ? Colour.accent : Colour.quiet, name);
    }
  }
}

/** Steps of the movement in which the key moves; in the others the door does. */
const KEY_STEPS = 4;

function paintDoor(canvas: Canvas, font: FontFile, area: Area, { act, step }: Extract<Art, { kind: "door" }>): void {
  const size = Math.min(Math.floor(area.width * 0.62), area.height - 2 * PAD);
  const x = area.x + ((area.width - size) >> 1) - (size >> 4);
  const y = area.y + ((area.height - size) >> 1);
  canvas.fill(Colour.quiet, x, y, size, size);
  canvas.fill(Colour.back, x + 3, y + 3, size - 6, size - 6);
  const [door, key] = movement(act, step);
  if (key !== undefined) {
    // Out of the bin to the right, or into it.
    const at = { x: x + Math.floor((size * key) / KEY_STEPS / 2), y, width: size, height: size };
    centred(canvas, font, font.width(Face.hero, Icon.key) < size ? Face.hero : Face.key, Icon.key, Colour.accent, at);
  }
  paintLeaf(canvas, x, y, size, door);
}

/** How far the door stands open, 0 to 4, and where the key is, 0: in the bin, 4: outside; undefined: it is not shown. */
function movement(
  act: "take" | "put" | "close" | "open",
  step: number,
): readonly [door: number, key: number | undefined] {
  if (act === "open") return [Math.min(4, step % 6), undefined];
  if (act === "close" || step >= KEY_STEPS) return [4 - Math.min(4, (step % 4) + 1), act === "put" ? 0 : undefined];
  return [4, act === "take" ? step : KEY_STEPS - 1 - step];
}

/** The door, hinged at the left: shut it covers the bin, open it is seen from its edge. */
function paintLeaf(canvas: Canvas, x: number, y: number, size: number, open: number): void {
  const width = Math.floor((size * [100, 78, 52, 30, 14][open]!) / 100);
  const lean = Math.floor((size * [0, 4, 7, 9, 10][open]!) / 100);
  for (let column = 0; column < width; column++) {
    const drop = Math.floor((lean * column) / Math.max(1, width));
    canvas.fill(Colour.good, x + column, y - drop, 1, size + 2 * drop);
  }
  if (open === 0) canvas.fill(Colour.back, x + size - 12, y + (size >> 1) - 5, 5, 10);
}

/** Where twelve dots stand on a circle, thousandths of its radius, from the top on. */
const CIRCLE: readonly (readonly [x: number, y: number])[] = [
  [0, -1000],
  [500, -866],
  [866, -500],
  [1000, 0],
  [866, 500],
  [500, 866],
  [0, 1000],
  [-500, 866],
  [-866, 500],
  [-1000, 0],
  [-866, -500],
  [-500, -866],
];

function paintRing(
  canvas: Canvas,
  font: FontFile,
  area: Area,
  { lit, from, label }: Extract<Art, { kind: "ring" }>,
): void {
  const dot = font.width(Face.text, Icon.dot);
  const radius = Math.min((Math.min(area.width, area.height) >> 1) - dot, dot * 4);
  // A circle that touches its number, or itself, can be read by nobody: the number alone.
  if (label !== "" && radius < (font.width(Face.title, label) >> 1) + ((dot * 3) >> 2)) {
    centred(canvas, font, Face.title, label, Colour.accent, area);
    return;
  }
  const middle = { x: area.x + (area.width >> 1), y: area.y + (area.height >> 1) };
  for (const [i, [x, y]] of CIRCLE.entries()) {
    const isLit = (i - from + CIRCLE.length) % CIRCLE.length < lit;
    const at = {
      x: middle.x + Math.round((radius * x) / 1000) - (dot >> 1),
      y: middle.y + Math.round((radius * y) / 1000) - (dot >> 1),
      width: dot,
      height: dot,
    };
    centred(canvas, font, Face.text, Icon.dot, isLit ? Colour.accent : Colour.shape, at);
  }
  centred(canvas, font, Face.title, label, Colour.ink, area);
}

function centred(canvas: Canvas, font: FontFile, face: Face, text: string, ink: number, area: Area): void {
  const x = area.x + ((area.width - font.width(face, text)) >> 1);
  const y = area.y + ((area.height - font.lineHeight(face)) >> 1);
  font.run(face, text, x, y, (...glyph) => canvas.mask(ink, ...glyph));
}
