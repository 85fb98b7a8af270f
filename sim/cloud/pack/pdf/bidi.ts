import makeBidi from "bidi-js";
import { type FontName, fontFor } from "./fonts.js";

/** The Unicode Bidirectional Algorithm. Its type says that the module has a `default`; Node gives the function itself. */
const bidi = (makeBidi as unknown as () => ReturnType<typeof makeBidi.default>)();

/** Letters that are drawn together, from the left. */
export interface Run {
  readonly text: string;
  readonly font: FontName;
}

const RIGHT_TO_LEFT = /[\p{Script_Extensions=Hebrew}\p{Script_Extensions=Arabic}]/u;

/** Whether `text` has letters that the writer of the PDF, which knows one font and one direction, would set wrong. */
export function isMixed(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

/**
 * Lines of `text` no wider than `width`, each as runs from left to right. The first letter that has a direction gives that of
 * the whole text, as `dir="auto"` does on the phone. A line ends at a space; within a word only where it is wider than a line.
 */
export function mixedLines(
  text: string,
  font: FontName,
  width: number,
  widthOf: (runs: readonly Run[]) => number,
): readonly (readonly Run[])[] {
  const levels = bidi.getEmbeddingLevels(text, "auto");
  const runs = (start: number, end: number) => runsOf(text, font, levels, start, end);
  const lines: (readonly Run[])[] = [];
  let start = 0;
  while (start < text.length) {
    const end = lineEnd(text, start, (to) => widthOf(runs(start, to)) <= width);
    lines.push(runs(start, start + text.slice(start, end).trimEnd().length));
    start = end;
  }
  return lines;
}

/** Where the line that begins at `start` ends: spaces that follow its last word belong to it. */
function lineEnd(text: string, start: number, fits: (to: number) => boolean): number {
  let end = start;
  for (const word of text.slice(start).matchAll(/[^ ]+ *| +/g)) {
    const to = start + word.index + word[0].trimEnd().length;
    if (!fits(to)) break;
    end = start + word.index + word[0].length;
    if (end === text.length) return end;
  }
  if (end > start) return end;
  for (const letter of text.slice(start)) {
    if (end > start && !fits(end + letter.length)) break;
    end += letter.length;
  }
  while (text[end] === " ") end++;
  return end;
}

type Levels = ReturnType<typeof bidi.getEmbeddingLevels>;

function runsOf(text: string, font: FontName, levels: Levels, start: number, end: number): readonly Run[] {
  const runs: Run[] = [];
  if (end <= start) return runs;
  const fonts = fontsOf(text, font);
  const order = bidi.getReorderedIndices(text, levels, start, end - 1).slice(start, end);
  for (let i = 0; i < order.length; ) {
    const first = order[i]!;
    const level = levels.levels[first]!;
    const step = level % 2 === 1 ? -1 : 1;
    let last = first;
    while (++i < order.length) {
      const next = order[i]!;
      if (next !== last + step || levels.levels[next] !== level || fonts[next] !== fonts[first]) break;
      last = next;
    }
    const part = text.slice(Math.min(first, last), Math.max(first, last) + 1);
    runs.push(...drawn(part, fonts[first]!, step === -1));
  }
  return runs;
}

/** The font of each unit of `text`. */
function fontsOf(text: string, font: FontName): readonly FontName[] {
  return [...text].flatMap((letter) => new Array<FontName>(letter.length).fill(fontFor(letter, font)));
}

/** The writer turns the letters of these fonts round itself, and joins them. It must do so neither more nor less. */
function drawn(text: string, font: FontName, isReversed: boolean): readonly Run[] {
  const turnsItself = font !== "text" && font !== "bold" && font !== "code";
  if (turnsItself === isReversed) return [{ text, font }];
  // Digits of Arabic run from the left.
  if (turnsItself) return [...text].map((letter) => ({ text: letter, font }));
  const mirrored = [...text].reverse().map((letter) => bidi.getMirroredCharacter(letter) ?? letter);
  return [{ text: mirrored.join(""), font }];
}
