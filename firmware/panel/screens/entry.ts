import type { Choice, Entry, PanelInput, ScreenName, Text } from "../../../hal/ports/panel.js";
import type { Screen } from "../screen.js";

/** Nobody typed for so long: the panel is free for the next person, ms. */
export const ENTRY_TIMEOUT_MS = 45_000;

export interface EntryOptions {
  readonly name: ScreenName;
  readonly title: Text;
  readonly lines?: readonly Text[];
  readonly layout?: Entry["layout"];
  /** Characters that can be typed. */
  readonly maxLength: number;
  /** Characters a group, to show; 0: one group. */
  readonly groupLength?: number;
  /** Shown as dots: an ordinary code works again tomorrow, and others may stand by. */
  readonly secret?: boolean;
  readonly choices?: readonly Choice[];
  done(typed: string): void;
  cancel(): void;
  choose?(id: string): void;
}

/** A screen with something to type. */
export class EntryScreen implements Screen {
  readonly #options: EntryOptions;
  readonly #draw: () => void;
  #typed = "";

  constructor(options: EntryOptions, draw: () => void) {
    this.#options = options;
    this.#draw = draw;
  }

  get name(): ScreenName {
    return this.#options.name;
  }

  get title(): Text {
    return this.#options.title;
  }

  get lines(): readonly Text[] {
    return this.#options.lines ?? [];
  }

  get choices(): readonly Choice[] {
    return this.#options.choices ?? [];
  }

  get timeoutMs(): number {
    return ENTRY_TIMEOUT_MS;
  }

  get entry(): Entry {
    const { layout = "digits", maxLength, secret, groupLength } = this.#options;
    const shown = secret === true ? "*".repeat(this.#typed.length) : this.#typed;
    return { layout, maxLength, groups: inGroups(shown, groupLength ?? 0) };
  }

  input(input: PanelInput): void {
    if (input.kind === "digit") this.#type(String(input.digit));
    else if (input.kind === "text") this.#type(input.text);
    else if (input.kind === "erase") this.#erase();
    else if (input.kind === "enter") this.#options.done(this.#typed);
    else if (input.kind === "cancel") this.#options.cancel();
    else if (this.choices.some((choice) => choice.id === input.id)) this.#options.choose?.(input.id);
  }

  #type(more: string): void {
    const { maxLength, layout = "digits" } = this.#options;
    // A keyboard or a rig can send anything: only what the layout can produce is taken.
    const isGood = layout === "digits" ? /^[0-9]+$/.test(more) : /^[\x20-\x7e]+$/.test(more);
    if (!isGood || this.#typed.length + more.length > maxLength) return;
    this.#typed += more;
    this.#draw();
  }

  #erase(): void {
    this.#typed = this.#typed.slice(0, -1);
    this.#draw();
  }
}

function inGroups(shown: string, length: number): readonly string[] {
  if (length === 0) return [shown];
  const groups: string[] = [];
  for (let i = 0; i < shown.length; i += length) groups.push(shown.slice(i, i + length));
  return groups;
}
