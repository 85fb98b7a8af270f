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

/** A second press of the same key or choice within this time is the same press: a bounce, or a double tap, ms. */
const SAME_PRESS_MS = 500;

/** Holds the one screen that is shown, draws it, and leaves it when nobody touches it any more. */
export class Navigator {
  readonly #panel: PanelPort;
  readonly #host: NavigatorHost;
  #screen: Screen | undefined;
  readonly #timeout: Deadline;
  /** The last press, if it would be acted on once more by the screen that it led to. */
  #press: string | undefined;
  readonly #samePress: Deadline;
  /** What the panel shows of what changes without the screen. */
  #notices: readonly Text[] | undefined;
  #language = "";

  constructor(needs: { panel: PanelPort; timers: TimersPort; host: NavigatorHost }) {
    this.#panel = needs.panel;
    this.#timeout = new Deadline(needs.timers);
    this.#samePress = new Deadline(needs.timers);
    this.#host = needs.host;
  }

  get screen(): Screen | undefined {
    return this.#screen;
  }

  /** What is shown would be lost by sleep. */
  get keepsAwake(): boolean {
    return this.#screen?.keepsAwake === true;
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
    if (!this.#isSamePress(input)) this.#screen?.input(input);
  }

  /**
   * It was meant for the screen before, and would answer one that nobody has read: it would take a refusal away, or say of the next bin
   * what was said of this one. Digits come twice in codes.
   */
  #isSamePress(input: PanelInput): boolean {
    const press = input.kind === "choice" ? input.id : input.kind === "enter" ? input.kind : undefined;
    const isSame = press !== undefined && press === this.#press;
    this.#press = press;
    if (press !== undefined && !isSame) {
      this.#samePress.set(SAME_PRESS_MS, () => {
        this.#press = undefined;
      });
    }
    return isSame;
  }

  /** Again, because the entry has changed. */
  draw(): void {
    this.#draw(this.#host.notices());
  }

  /** Something has happened: draws again if the status strip tells something else now. What a screen offers changes only with that. */
  refresh(): void {
    const notices = this.#host.notices();
    const isSame = this.#notices !== undefined && areSame(notices, this.#notices);
    if (!isSame || this.#language !== this.#host.language()) this.#draw(notices);
  }

  #draw(notices: readonly Text[]): void {
    const screen = this.#screen;
    if (screen === undefined) return;
    this.#notices = notices;
    this.#language = this.#host.language();
    this.#panel.render({
      screen: screen.name,
      title: screen.title,
      lines: screen.lines,
      ...(screen.entry && { entry: screen.entry }),
      choices: screen.choices,
      notices,
      language: this.#language,
    });
  }

  #restartTimeout(): void {
    if (this.#screen !== undefined) this.#timeout.set(this.#screen.timeoutMs, () => this.#left());
  }

  /** Nobody touches it. The idle screen stays, and only its status strip may be another after a minute. */
  #left(): void {
    if (this.#screen?.name !== "idle") {
      this.home();
      return;
    }
    this.#restartTimeout();
    this.refresh();
  }
}

/** Texts of the same ids with the same values. */
function areSame(some: readonly Text[], others: readonly Text[]): boolean {
  return some.length === others.length && some.every((one, index) => isSame(one, others[index]!));
}

function isSame({ id, params = {} }: Text, other: Text): boolean {
  if (id !== other.id) return false;
  const { params: others = {} } = other;
  return Object.keys(params).every((name) => params[name] === others[name]);
}
