import type { TimersPort } from "../../hal/ports/clock.js";
import type { PanelInput, PanelPort, Text } from "../../hal/ports/panel.js";
import { Deadline } from "../wiring/deadline.js";
import type { Screen } from "./screen.js";

/** Holds the one screen that is shown, draws it, and leaves it when nobody touches it any more. */
export class Navigator {
  readonly #panel: PanelPort;
  readonly #language: () => string;
  readonly #notices: () => readonly Text[];
  readonly #home: () => Screen;
  #screen: Screen | undefined;
  readonly #timeout: Deadline;

  constructor(parts: {
    panel: PanelPort;
    timers: TimersPort;
    language: () => string;
    /** The status strip, made anew for each drawing. */
    notices: () => readonly Text[];
    /** Makes the idle screen. */
    home: () => Screen;
  }) {
    this.#panel = parts.panel;
    this.#timeout = new Deadline(parts.timers);
    this.#language = parts.language;
    this.#notices = parts.notices;
    this.#home = parts.home;
  }

  get screen(): Screen | undefined {
    return this.#screen;
  }

  show(screen: Screen): void {
    this.#screen = screen;
    this.#restartTimeout();
    this.draw();
  }

  home(): void {
    this.show(this.#home());
  }

  input(input: PanelInput): void {
    this.#restartTimeout();
    this.#screen?.input(input);
  }

  /** Again, because what the status strip tells has changed, or the entry has. */
  draw(): void {
    const screen = this.#screen;
    if (screen === undefined) return;
    this.#panel.render({
      screen: screen.name,
      title: screen.title,
      lines: screen.lines,
      ...(screen.entry && { entry: screen.entry }),
      choices: screen.choices,
      notices: this.#notices(),
      language: this.#language(),
    });
  }

  #restartTimeout(): void {
    if (this.#screen !== undefined) this.#timeout.set(this.#screen.timeoutMs, () => this.home());
  }
}
