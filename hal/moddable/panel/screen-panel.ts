import type { TimersPort } from "../../ports/clock.js";
import type { PanelInput, PanelPort, View } from "../../ports/panel.js";
import { type Box, boxAt, layOut, type Size } from "./layout.js";

/** What boxes are drawn on. */
export interface Canvas extends Size {
  show(boxes: readonly Box[]): void;
  black(): void;
}

export interface PanelParts {
  readonly drawing: Canvas;
  readonly timers: TimersPort;
  /** Sets the light of the screen, percent; absent: a dark screen is drawn black. */
  readonly light?: (percent: number) => void;
}

/** The panel on a screen of the SDK. A finger counts where it comes down. */
export class ScreenPanel implements PanelPort {
  onInput: ((input: PanelInput) => void) | undefined;
  readonly #parts: PanelParts;
  #view: View | undefined;
  #page = 0;
  #percent = 0;

  constructor(parts: PanelParts) {
    this.#parts = parts;
  }

  render(view: View): void {
    if (view.screen !== this.#view?.screen) this.#page = 0;
    this.#view = view;
    this.#draw();
  }

  backlight(percent: number): void {
    if (!(percent >= 0 && percent <= 100)) throw new RangeError(`backlight ${percent} % is out of range`);
    this.#percent = percent;
    this.#parts.light?.(percent);
    this.#draw();
  }

  /** A finger came down, px. Called by the driver of the touch panel. */
  touched(x: number, y: number): void {
    if (this.#view === undefined) return;
    // Laid out again: a finger comes now and then, and the boxes of a keyboard would take 4 KB all the time.
    const action = boxAt(layOut(this.#view, this.#page, this.#parts.drawing), x, y)?.action;
    if (action === undefined) return;
    if (action.kind === "page") {
      this.#page = action.page;
      this.#draw();
    } else {
      this.#parts.timers.set(0, () => this.onInput?.(action));
    }
  }

  #draw(): void {
    if (this.#view === undefined) return;
    const { drawing } = this.#parts;
    if (this.#percent === 0 && this.#parts.light === undefined) drawing.black();
    else drawing.show(layOut(this.#view, this.#page, drawing));
  }
}
