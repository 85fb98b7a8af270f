/** What was typed cannot be carried out; the message says what is wrong with it. */
export class UsageError extends Error {}

/** Too few words; the command's usage names the first that is not there. */
export class MissingWordError extends UsageError {
  /** Words that are there, the command's name included. */
  readonly given: number;

  constructor(given: number) {
    super("something is missing");
    this.given = given;
  }
}

/** A command line: words parted by blanks, "quoted words" kept whole, and everything after the first word as it was typed. */
export interface Line {
  readonly words: readonly string[];
  readonly rest: string;
}

export function parseLine(line: string): Line {
  const words: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/"([^"]*)"|([^\s"]+)/g)) words.push(quoted ?? plain ?? "");
  if ((line.match(/"/g)?.length ?? 0) % 2 !== 0) throw new UsageError('a quote " is not closed');
  return { words, rest: line.trim().replace(/^\S+\s*/, "") };
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Longest time that is skipped at once: a year. */
const LONGEST_MS = 366 * 86_400_000;

/** `90s`, `10m`, `1h30m`, `2d`: ms. Throws UsageError. */
export function parseDuration(text: string): number {
  if (!/^(\d+(\.\d+)?[smhd])+$/.test(text)) throw new UsageError(`${text || "nothing"} is no time: use s, m, h and d`);
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)([smhd])/g)) ms += Number(number) * UNIT_MS[unit!]!;
  if (ms <= 0 || ms > LONGEST_MS) throw new UsageError(`${text} is out of range: more than 0, at most 366d`);
  return Math.round(ms);
}

/** One of `choices`, whatever its case. Throws UsageError. */
export function oneOf<T extends string>(text: string | undefined, choices: readonly T[], what: string): T {
  const found = choices.find((choice) => choice.toLowerCase() === text?.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(
    `${text === undefined ? `${what} is missing` : `${what} ${text} is not known`}: ${choices.join(", ")}`,
  );
}

/** Throws UsageError when a word is missing or there are too many. */
export function expectWords(words: readonly string[], least: number, most = least): void {
  if (words.length < least) throw new MissingWordError(words.length);
  if (words.length > most)
    throw new UsageError(`${words[most]} is one word too many; names with blanks stand in "quotes"`);
}
