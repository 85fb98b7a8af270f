import type { Choice, Entry, PanelInput, ScreenName, Text } from "../../hal/ports/panel.js";
import type { TextId } from "./texts/en.js";

type ChoiceId = TextId extends infer Id ? (Id extends `choice-${infer Name}` ? Name : never) : never;

/** One state of the panel. Screens are made when they are shown and forgotten when they are left. */
export interface Screen {
  readonly name: ScreenName;
  readonly title: Text;
  readonly lines: readonly Text[];
  readonly entry?: Entry | undefined;
  readonly choices: readonly Choice[];
  /**
   * Without input for so long, the panel goes back to idle, ms. Each screen has an end: what it waits for may be taken away
   * behind its back, by a command, a snapshot, or a record of another task.
   */
  readonly timeoutMs: number;
  /** On battery, the box does not sleep while this is shown: what it asks, tells or waits for is kept nowhere else. */
  readonly keepsAwake?: true | undefined;
  input(input: PanelInput): void;
}

export function text(id: TextId, params?: Text["params"]): Text {
  return params === undefined ? { id } : { id, params };
}

export function choice(id: ChoiceId, params?: Text["params"]): Choice {
  return { id, label: text(`choice-${id}`, params) };
}
