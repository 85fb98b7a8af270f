import type { TimersPort } from "../../hal/ports/clock.js";
import type { PanelInput, PanelPort, Text } from "../../hal/ports/panel.js";
import { Deadline } from "../wiring/deadline.js";
import type { Screen } from "./screen.js";

export interface NavigatorHost {
  /** Of the catalogue. */
  language(): string;
  /** The status strip, made anew for each drawing. */
  notices(): readonly Text[];
  /** Makes the idle screen. */
  idle(): Screen;
}

/** Holds the one screen that is shown, draws it, and leaves it when nobody touches it any more. */
export class Navigator {
  readonly #panel: PanelPort;
  readonly #host: NavigatorHost;
  #screen: Screen | undefined;
  readonly #timeout: Deadline;

  constructor(needs: { panel: PanelPort; timers: TimersPort; host: NavigatorHost }) {
    this.#panel = needs.panel;
    this.#timeout = new Deadline(needs.timers);
    this.#host = needs.host;
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
    this.show(this.#host.idle());
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
      notices: this.#host.notices(),
      language: this.#host.language(),
    });
  }

  #restartTimeout(): void {
    if (this.#screen !== undefined) this.#timeout.set(this.#screen.timeoutMs, () => this.home());
  }
}
