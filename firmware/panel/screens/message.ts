import type { Choice, PanelInput, ScreenName, Text } from "../../../hal/ports/panel.js";
import type { Screen } from "../screen.js";

export interface MessageOptions {
  readonly name: ScreenName;
  readonly title: Text;
  readonly lines?: readonly Text[];
  readonly choices?: readonly Choice[];
  readonly timeoutMs: number;
  readonly keepsAwake?: true | undefined;
  /** Enter or cancel: what is told has been read. Absent: they do nothing here. */
  leave?(): void;
  /**
   * Cancel alone: a screen that asks something, or tells of what goes on. Whoever presses enter a second time after a code or a password
   * has answered nothing, and must not lose the question.
   */
  cancel?(): void;
  choose?(id: string): void;
  /** A digit: somebody types a code without waiting for the message to go away. */
  digit?(input: PanelInput): void;
}

/** A screen that tells something, and may offer choices. */
export function messageScreen(options: MessageOptions): Screen {
  return {
    name: options.name,
    title: options.title,
    lines: options.lines ?? [],
    choices: options.choices ?? [],
    timeoutMs: options.timeoutMs,
    keepsAwake: options.keepsAwake,
    input(input: PanelInput): void {
      if (input.kind === "choice") {
        if (options.choices?.some((choice) => choice.id === input.id)) options.choose?.(input.id);
      } else if (input.kind === "digit") {
        options.digit?.(input);
      } else if (input.kind === "enter") {
        options.leave?.();
      } else if (input.kind === "cancel") {
        (options.cancel ?? options.leave)?.();
      }
    },
  };
}
