import { formatText } from "../../../../firmware/panel/texts/catalogue.js";
import { Face, FontFile, type GlyphSheet } from "../../../../hal/panel/font.js";
import { ScreenPanel } from "../../../../hal/panel/screen-panel.js";
import { keySide } from "../../../../hal/panel/setting.js";
import { SoftwareCanvas } from "../../../../hal/panel/software-canvas.js";
import type { Tile } from "../../../../hal/panel/tile.js";
import type { TimerId } from "../../../../hal/ports/clock.js";
import type { PanelInput, View } from "../../../../hal/ports/panel.js";
import type { BoxSection } from "../../shared/state.js";

/** What a finger can touch, px of the panel. */
export interface TouchTarget {
  readonly key: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A key of the pad, which the keyboard has, too. */
  readonly isKey: boolean;
}

/** The panel's own drawing in the memory of this page, copied to a canvas of the browser piece by piece as it is drawn. */
class BrowserCanvas extends SoftwareCanvas {
  readonly #context: CanvasRenderingContext2D;
  readonly #drawn: () => void;
  #area: [number, number, number, number] = [0, 0, 0, 0];

  constructor(
    element: HTMLCanvasElement,
    width: number,
    height: number,
    sheets: readonly GlyphSheet[],
    drawn: () => void,
  ) {
    super(width, height, sheets);
    element.width = width;
    element.height = height;
    this.#context = element.getContext("2d", { alpha: false })!;
    this.#drawn = drawn;
  }

  override begin(x: number, y: number, width: number, height: number): void {
    super.begin(x, y, width, height);
    this.#area = [x, y, width, height];
  }

  override end(): void {
    super.end();
    const [left, top, width, height] = this.#area;
    if (width === 0 || height === 0) return;
    const image = this.#context.createImageData(width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = this.pixels[(top + y) * this.width + left + x]!;
        const at = (y * width + x) * 4;
        image.data[at] = ((value >> 11) * 255) / 31;
        image.data[at + 1] = (((value >> 5) & 0x3f) * 255) / 63;
        image.data[at + 2] = ((value & 0x1f) * 255) / 31;
        image.data[at + 3] = 255;
      }
    }
    this.#context.putImageData(image, left, top);
    this.#drawn();
  }
}

/** Browsers count timers, the HAL keeps ids: the same numbers. */
const TIMERS = {
  set: (delayMs: number, callback: () => void) => setTimeout(callback, delayMs) as unknown as TimerId,
  clear: (id: TimerId) => clearTimeout(id as unknown as number),
};

export interface GlassNeeds {
  readonly element: HTMLCanvasElement;
  readonly box: BoxSection;
  readonly font: ArrayBuffer;
  /** The second font file, with those letters of names that were asked for; absent: none yet. */
  readonly letters?: ArrayBuffer;
  /** A view has letters that neither file has. */
  readonly onMissing: (letters: readonly string[]) => void;
  /** Catalogue to read in: that of whoever looks, whatever the box's own. */
  readonly language: () => string;
  readonly onInput: (input: PanelInput) => void;
  readonly onTargets: (targets: readonly TouchTarget[]) => void;
}

/** The screen of the box, by the code that draws it on the board. */
export class Glass {
  readonly #panel: ScreenPanel;
  readonly #needs: GlassNeeds;
  readonly #font: FontFile;
  #frame: number | undefined;

  constructor(needs: GlassNeeds) {
    this.#needs = needs;
    const { element, box, font, letters, onInput } = needs;
    const file = new FontFile(font, letters);
    this.#font = file;
    const { width, height, pixelsPerMillimetre, binColumns } = box.panel;
    this.#panel = new ScreenPanel({
      canvas: new BrowserCanvas(element, width, height, file.sheets, () => this.#targetsSoon()),
      setting: {
        width,
        height,
        key: keySide(pixelsPerMillimetre),
        font: file,
        cabinet: { units: box.units, columns: binColumns },
        large: false,
        say: formatText,
      },
      timers: TIMERS,
      light: () => {},
    });
    this.#panel.onInput = onInput;
    this.#panel.backlight(100);
  }

  show(view: View): void {
    this.#panel.render({ ...view, language: this.#needs.language() });
    this.#targetsSoon();
    const missing = this.#missingIn(view);
    if (missing.length > 0) this.#needs.onMissing(missing);
  }

  #missingIn({ title, lines, choices, notices }: View): readonly string[] {
    const texts = [title, ...lines, ...choices.map(({ label }) => label), ...notices];
    const letters = texts.flatMap((text) => [...formatText(this.#needs.language(), text)]);
    return [...new Set(letters)].filter((letter) => !this.#font.has(Face.text, letter));
  }

  touch(target: TouchTarget): void {
    this.#panel.touched(target.x + (target.width >> 1), target.y + (target.height >> 1));
    this.#targetsSoon();
  }

  /** No more pictures that move. */
  close(): void {
    this.#panel.backlight(0);
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  #targetsSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      const targets: TouchTarget[] = [];
      this.#panel.tiles((tile) => {
        if (tile.action !== undefined) targets.push(targetOf(tile));
      });
      this.#needs.onTargets(targets);
    });
  }
}

const KEY_KINDS = ["digit", "erase", "enter", "text", "keyboard"];

function targetOf(tile: Tile): TouchTarget {
  const { x, y, width, height, lines } = tile;
  const action = tile.action!;
  const isKey = KEY_KINDS.includes(action.kind);
  const text = lines.join(" ").trim();
  const name = action.kind === "digit" ? `${action.digit}` : isPrintable(text) ? text : action.kind;
  return { key: `${x} ${y} ${name}`, name, x, y, width, height, isKey };
}

/** Icons of the font file lie in the private area. */
function isPrintable(text: string): boolean {
  return text !== "" && !/[\ue000-\uf8ff]/.test(text);
}
