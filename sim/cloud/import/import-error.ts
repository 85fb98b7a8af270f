import { counted } from "../counted.js";
import { CloudError } from "../domain.js";

export interface Problem {
  /** From 1, as editors and spreadsheets count. */
  readonly line: number;
  readonly message: string;
}

/** Every problem of a file, each with its line; nothing was imported. */
export class ImportError extends CloudError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], wayOut = "to correct first") {
    const lines = problems.map(({ line, message }) => `line ${line}: ${message}`);
    super(`nothing was imported, ${counted(problems.length, "problem")} ${wayOut}:\n${lines.join("\n")}`);
    this.problems = problems;
  }
}
