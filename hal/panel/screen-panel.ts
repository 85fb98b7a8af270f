import type { TimerId, TimersPort } from "../ports/clock.js";
import type { PanelInput, PanelPort, View } from "../ports/panel.js";
import type { Canvas } from "./canvas.js";
import { pageAfterLetter } from "./keyboard.js";
import { layOut } from "./layout.js";
import { paint } from "./paint.js";
import { moves, pictureOf } from "./pictures.js";
import { type Setting, START, type ViewPlace } from "./setting.js";
import { type Sound, soundOf } from "./sounds.js";
import { Colour } from "./theme.js";
import { type Action, lookOf, type Tile } from "./tile.js";

/** Tiles of a view at most; what is beyond them is drawn each time. */
const TILES = 80;
/** From one step of a moving picture to the next, ms. */
const STEP_MS = 500;
const STEPS_A_SECOND = 1_000 / STEP_MS;

export interface PanelNeeds {
  readonly canvas: Canvas;
  readonly setting: Setting;
  readonly timers: TimersPort;
  /** Sets the light of the screen, percent; absent: a dark screen is drawn black. */
  readonly light?: (percent: number) => void;
  /** Absent: there is no buzzer. */
  readonly sound?: (sound: Sound) => void;
  /** A finger that comes down within this time of another screen was meant for the one before, ms; absent: each counts. */
  readonly settleMs?: number;
}

/** The panel on a canvas. It draws the tiles that have changed, and keeps of the others their numbers. A finger counts where it comes down. */
export class ScreenPanel implements PanelPort {
  onInput: ((input: PanelInput) => void) | undefined;
  readonly #needs: PanelNeeds;
  readonly #looks = new Int32Array(TILES);
  #count = 0;
  #view: View | undefined;
  #place: ViewPlace = START;
  #percent = 0;
  #timer: TimerId | undefined;
  /** Runs while another screen has only just come. */
  #settling: TimerId | undefined;

  constructor(needs: PanelNeeds) {
    this.#needs = needs;
  }

  render(view: View): void {
    const before = this.#view;
    this.#view = view;
    if (before === undefined || isOther(view, before)) {
      this.#place = START;
      this.#settle(view);
      const sound = soundOf(view);
      if (sound !== undefined) this.#needs.sound?.(sound);
    }
    this.#draw();
  }

  backlight(percent: number): void {
    if (!(percent >= 0 && percent <= 100)) throw new RangeError(`backlight ${percent} % is out of range`);
    this.#percent = percent;
    this.#needs.light?.(percent);
    this.#draw();
  }

  /** A finger came down, px. Called by the driver of the touch panel. */
  touched(x: number, y: number): void {
    if (this.#settling !== undefined) return;
    let under: Tile | undefined;
    let near: Tile | undefined;
    this.tiles((tile) => {
      if (tile.action === undefined || x < tile.x || x >= tile.x + tile.width || y < tile.y) return;
      if (y < tile.y + tile.height) under = tile;
      else if (y < tile.y + (tile.reach ?? 0)) near = tile;
    });
    const action = (under ?? near)?.action;
    if (action !== undefined) this.#act(action);
  }

  /**
   * Calls `put` with the tiles of what is shown now. Laid out again: a finger comes now and then, and the tiles of a keyboard would take
   * 4 KB all the time.
   */
  tiles(put: (tile: Tile) => void): void {
    if (this.#view !== undefined) layOut(this.#view, this.#place, this.#needs.setting, put);
  }

  /** Whoever taps enter twice would else choose what has come to lie there. Keys stay where they are: digits of a code may come fast. */
  #settle({ entry }: View): void {
    const { settleMs, timers } = this.#needs;
    if (this.#settling !== undefined) timers.clear(this.#settling);
    this.#settling = undefined;
    if (settleMs === undefined || entry !== undefined) return;
    this.#settling = timers.set(settleMs, () => {
      this.#settling = undefined;
    });
  }

  #act(action: Action): void {
    const { keyboard, texts, choices, words } = this.#place;
    if (action.kind === "keyboard") this.#go({ keyboard: action.page });
    else if (action.kind === "words") this.#go({ words: !words, texts: 0 });
    else if (action.kind === "more") this.#go(action.of === "texts" ? { texts: texts + 1 } : { choices: choices + 1 });
    else {
      if (action.kind === "text") this.#place = { ...this.#place, keyboard: pageAfterLetter(keyboard) };
      this.#needs.timers.set(0, () => {
        this.onInput?.(action);
        this.#draw();
      });
    }
  }

  #go(to: Partial<ViewPlace>): void {
    this.#place = { ...this.#place, ...to };
    this.#draw();
  }

  #draw(): void {
    const view = this.#view;
    if (view === undefined) return;
    const { canvas, setting, light } = this.#needs;
    if (this.#percent === 0) {
      this.#move(false);
      if (light === undefined && this.#count > 0) this.#black();
      return;
    }
    const before = this.#looks.slice(0, this.#count);
    this.#count = 0;
    layOut(view, this.#place, setting, (tile) => {
      const look = lookOf(tile);
      if (this.#count < TILES) this.#looks[this.#count++] = look;
      if (!before.includes(look)) paint(canvas, setting.font, setting.cabinet, tile);
    });
    this.#move(!this.#place.words && moves(pictureOf(view)));
  }

  #black(): void {
    const { canvas } = this.#needs;
    canvas.begin(0, 0, canvas.width, canvas.height);
    canvas.fill(Colour.dark, 0, 0, canvas.width, canvas.height);
    canvas.end();
    this.#count = 0;
  }

  /** A picture that moves takes its next step, as long as it is shown and lit. */
  #move(isMoving: boolean): void {
    if (this.#timer !== undefined) this.#needs.timers.clear(this.#timer);
    this.#timer = undefined;
    if (!isMoving) return;
    this.#timer = this.#needs.timers.set(STEP_MS, () => {
      this.#timer = undefined;
      const step = this.#place.step + 1;
      this.#go({ step, seconds: Math.floor(step / STEPS_A_SECOND) });
    });
  }
}

/** Not the same view with another digit, minute or percent in it. */
function isOther(view: View, before: View): boolean {
  return view.screen !== before.screen || view.title.id !== before.title.id || view.language !== before.language;
}
