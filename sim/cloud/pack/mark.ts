import type { Pack } from "./pack.js";
import type { Words } from "./texts/texts.js";

/** What every page must say where its codes are not those that a box asks for. */
export interface Mark {
  /** A bar at the head of each page. */
  readonly bar: string;
  /** Across the page, as one word. */
  readonly word: string;
  /** What to do, on the first page. */
  readonly note: string | undefined;
}

/** Undefined: the pack is what it seems to be. */
export function markOf({ isSample, sheet }: Pack, words: Words): Mark | undefined {
  if (isSample) return { bar: words.say("sample"), word: words.say("sample-mark"), note: undefined };
  if (sheet === undefined || sheet.standing === "inForce") return undefined;
  const params = { sheet: sheet.inForce };
  return {
    bar: words.say("superseded", params),
    word: words.say("superseded-mark"),
    note: words.say(sheet.standing === "closed" ? "closed-note" : "superseded-note", params),
  };
}
