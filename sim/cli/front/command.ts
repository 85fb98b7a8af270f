import { table } from "./columns.js";
import type { Desk } from "./desk.js";
import type { Line } from "./words.js";

/** What a command works with. */
export interface Context {
  readonly desk: Desk;
  /** Width of what is told. */
  readonly columns: number;
  /** Shown while something takes long; undefined: it is over. */
  progress(text: string | undefined): void;
  /** Ends the session after this command. */
  quit(): void;
}

export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** As in manuals: `take BIN`, `skip TIME`, `close BIN|all`. */
  readonly usage: string;
  /** A line for the list. */
  readonly summary: string;
  /** Shown with what was wrong. */
  readonly example: string;
  /** More for `help NAME`. */
  readonly details?: readonly string[];
  /** Commands of its own, chosen by the next word; their `words` begin with that one. */
  readonly subcommands?: readonly Command[];
  /** Words that the `index`th argument, from 0, may be. */
  complete?(desk: Desk, index: number): readonly string[];
  /** Does it and tells the outcome. Throws UsageError, WorldError or CloudError. */
  run(context: Context, line: Line): Promise<readonly string[]> | readonly string[];
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
}

/** A list for an outcome that fits `context`, with a line of headings if there are any. */
export function columns(
  context: Context,
  headings: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): string[] {
  return table(headings === undefined ? rows : [headings, ...rows], context.columns);
}
