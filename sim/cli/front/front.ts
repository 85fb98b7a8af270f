import type { CommandLoop } from "./command-loop.js";

/** What people see and type in. */
export interface Front {
  /** Of what it tells; infinite where nothing is cut. */
  readonly columns: number;
  /** From here on lines go to the loop. */
  open(loop: CommandLoop): void;
  /** A command that is carried out now. */
  echo(line: string): void;
  /** What came of it. */
  tell(lines: readonly string[]): void;
  /** What was wrong. */
  complain(lines: readonly string[]): void;
  /** Something beside the commands, such as a broker that went away. */
  notice(text: string): void;
  /** Of a command that takes long; undefined: it is over. */
  progress(text: string | undefined): void;
  /** Gives the terminal back. Idempotent. */
  close(): void;
}
