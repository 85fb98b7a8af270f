import type { Target } from "./target.js";

/** What is wrong with how the parser takes it; undefined: nothing. */
export function wrongWith(target: Target, input: Uint8Array): string | undefined {
  try {
    target.run(input);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return `throws ${String(error)}`;
    const where = /\n +at ([^\n]*)/.exec(error.stack ?? "")?.[1] ?? "";
    return `${error.constructor.name}: ${error.message} at ${where}`.replace(/ \(?(?:file:)?\/[^)]*\)?$/, "");
  }
}
