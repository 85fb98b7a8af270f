import { PNG } from "pngjs";
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import { FontFile } from "../../../hal/panel/font.js";
import { layOut } from "../../../hal/panel/layout.js";
import { paint } from "../../../hal/panel/paint.js";
import { keySide, type Setting, START, type ViewPlace } from "../../../hal/panel/setting.js";
import { SoftwareCanvas } from "../../../hal/panel/software-canvas.js";
import type { View } from "../../../hal/ports/panel.js";
import { fontFile } from "../../engines/glyphs/font-file.js";
import { NAME_LETTERS } from "../../engines/glyphs/letters.js";
import { lettersFile } from "../../engines/glyphs/letters-file.js";

/** Panels that the layout is held to: px, and px a millimetre of panels with these numbers that are sold (2.8, 3.5, 5 inches). */
export const PANELS = [
  { name: "240x320", width: 240, height: 320, pixelsPerMillimetre: 5.56 },
  { name: "320x480", width: 320, height: 480, pixelsPerMillimetre: 6.54 },
  { name: "800x480", width: 800, height: 480, pixelsPerMillimetre: 7.4 },
] as const;
export type PanelName = (typeof PANELS)[number]["name"];

const files = new Map<number, Uint8Array<ArrayBuffer>>();

/** The font file for a density, made once. */
export function fontsFor(pixelsPerMillimetre: number): Uint8Array<ArrayBuffer> {
  let file = files.get(pixelsPerMillimetre);
  if (file === undefined) {
    file = fontFile(pixelsPerMillimetre);
    files.set(pixelsPerMillimetre, file);
  }
  return file;
}

/** Those of `names` only: the whole file takes seconds, and looks the same. */
const letters = new Map<number, Uint8Array<ArrayBuffer>>();

/** From now on, pictures have the second file, with the letters of `names`. */
export async function fitLetters(names: string): Promise<void> {
  const asked = new Set([...names].map((letter) => letter.codePointAt(0)!));
  const wanted = NAME_LETTERS.filter((letter) => asked.has(letter));
  for (const { pixelsPerMillimetre } of PANELS)
    letters.set(pixelsPerMillimetre, await lettersFile(pixelsPerMillimetre, wanted));
}

function fontOf(pixelsPerMillimetre: number): FontFile {
  return new FontFile(fontsFor(pixelsPerMillimetre).buffer, letters.get(pixelsPerMillimetre)?.buffer);
}

export function settingFor(name: PanelName, more: Partial<Setting> = {}): Setting {
  const panel = PANELS.find((one) => one.name === name)!;
  return {
    width: panel.width,
    height: panel.height,
    key: keySide(panel.pixelsPerMillimetre),
    font: fontOf(panel.pixelsPerMillimetre),
    cabinet: { units: [12, 12, 12], columns: 3 },
    large: false,
    say: formatText,
    ...more,
  };
}

export function canvasFor(name: PanelName): SoftwareCanvas {
  const panel = PANELS.find((one) => one.name === name)!;
  return new SoftwareCanvas(panel.width, panel.height, fontOf(panel.pixelsPerMillimetre).sheets);
}

/** `view` drawn whole. */
export function drawn(
  name: PanelName,
  view: View,
  place: ViewPlace = START,
  more: Partial<Setting> = {},
): SoftwareCanvas {
  const canvas = canvasFor(name);
  const setting = settingFor(name, more);
  layOut(view, place, setting, (tile) => paint(canvas, setting.font, setting.cabinet, tile));
  return canvas;
}

/** Pictures side by side on one sheet, `columns` a row, with a gap between them. */
export function sheetOf(canvases: readonly SoftwareCanvas[], columns: number): Buffer {
  const gap = 6;
  const { width, height } = canvases[0]!;
  const rows = Math.ceil(canvases.length / columns);
  const png = new PNG({ width: columns * (width + gap) + gap, height: rows * (height + gap) + gap, colorType: 2 });
  png.data.fill(0x80);
  for (const [i, canvas] of canvases.entries()) {
    const left = gap + (i % columns) * (width + gap);
    const top = gap + Math.floor(i / columns) * (height + gap);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = canvas.pixels[y * width + x]!;
        const at = ((top + y) * png.width + left + x) * 4;
        png.data[at] = ((value >> 11) * 255) / 31;
        png.data[at + 1] = (((value >> 5) & 0x3f) * 255) / 63;
        png.data[at + 2] = ((value & 0x1f) * 255) / 31;
        png.data[at + 3] = 255;
      }
    }
  }
  return PNG.sync.write(png, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: 0 });
}
