import type { PanelInput, PanelPort, View } from "../../../hal/ports/panel.js";
import type { Battery } from "./battery.js";
import type { Life } from "./life.js";
import type { Site } from "./site.js";

const MAX_TEXT = 63;

/** Touch panel: shows the last view, dark and blank without power. */
export class Panel {
  readonly #site: Site;
  readonly #battery: Battery;
  #bound: { life: Life; port: PanelPort } | undefined;
  #view: View | undefined;
  #backlightPercent = 0;
  readonly #inputWatchers = new Set<(input: PanelInput) => void>();
  readonly #watchers = new Set<(view: View | undefined, backlightPercent: number) => void>();

  constructor(site: Site, battery: Battery) {
    this.#site = site;
    this.#battery = battery;
  }

  /** What the screen would show if it were lit; undefined while the box is off or asleep. */
  get view(): View | undefined {
    return this.#view;
  }

  get backlightPercent(): number {
    return this.#backlightPercent;
  }

  /**
   * Called with each key just before the box takes it, which is a moment after it was pressed, or later where the box is busy; not with
   * one that nothing takes. Returns what ends it.
   */
  watchInput(watcher: (input: PanelInput) => void): () => void {
    this.#inputWatchers.add(watcher);
    return () => this.#inputWatchers.delete(watcher);
  }

  /** Called after each change. Returns what ends it. */
  watch(watcher: (view: View | undefined, backlightPercent: number) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  port(life: Life): PanelPort {
    const port: PanelPort = {
      render: (view) => {
        life.check();
        this.#view = view;
        this.#site.trace("panel", describe(view));
        this.#changed();
        life.check();
      },
      backlight: (percent) => {
        life.check();
        if (!(percent >= 0 && percent <= 100)) throw new RangeError(`backlight ${percent} % is out of range`);
        this.#light(percent);
        life.check();
      },
      onInput: undefined,
    };
    this.#bound = { life, port };
    life.onEnd(() => {
      this.#view = undefined;
      this.#light(0);
      this.#changed();
    });
    return port;
  }

  /** One key or touch. Lost while the box is off or asleep: a dark panel has no touch controller running. */
  input(input: PanelInput): void {
    // Never the digit or the text: it may be part of a code or a passphrase.
    this.#site.trace("panel", input.kind === "choice" ? `choice ${input.id}` : `key ${input.kind}`);
    const bound = this.#bound;
    if (bound === undefined) return;
    const sent = input.kind === "text" ? { ...input, text: input.text.slice(0, MAX_TEXT) } : input;
    this.#site.scheduler.after(0, () => bound.life.call(() => this.#take(bound.port, sent)));
  }

  #take(port: PanelPort, input: PanelInput): void {
    if (port.onInput === undefined) return;
    for (const watcher of this.#inputWatchers) watcher(input);
    port.onInput(input);
  }

  #light(percent: number): void {
    if (percent === this.#backlightPercent) return;
    this.#backlightPercent = percent;
    this.#battery.load("backlight", (this.#battery.currents.backlight * percent) / 100);
    this.#site.trace("panel", `backlight ${percent}`);
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher(this.#view, this.#backlightPercent);
  }
}

/** A screen in one line. Of an entry only how much was typed. */
function describe(view: View): string {
  const texts = (list: readonly { id: string; params?: unknown }[]) => list.map(text).join(" ");
  const text = (one: { id: string; params?: unknown }) =>
    one.id + (one.params === undefined ? "" : JSON.stringify(one.params));
  const typed = view.entry?.groups.reduce((sum, group) => sum + group.length, 0);
  const entry = view.entry === undefined ? "" : ` entry ${view.entry.layout} ${typed}/${view.entry.maxLength}`;
  const choices = view.choices.map((choice) => choice.id).join(",");
  return `screen ${view.screen} [${text(view.title)}] ${texts(view.lines)}${entry} choices ${choices} notices ${texts(view.notices)}`;
}
