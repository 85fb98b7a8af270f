import { fill, wrap } from "./columns.js";
import type { Command, CommandGroup } from "./command.js";
import { BIN_COMMANDS } from "./commands/bins.js";
import { CLOUD } from "./commands/cloud.js";
import { LIST_COMMANDS } from "./commands/lists.js";
import { PANEL_COMMANDS } from "./commands/panel.js";
import { SESSION_COMMANDS } from "./commands/session.js";
import { STORY } from "./commands/story.js";
import { SURROUNDINGS_COMMANDS } from "./commands/surroundings.js";
import { TIME_COMMANDS } from "./commands/time.js";
import { expectWords, UsageError } from "./words.js";

/** In the list; a usage that is longer has its summary on the next line. */
const USAGE_COLUMNS = 22;

const HELP: Command = {
  name: "help",
  aliases: ["?"],
  usage: "help [COMMAND]",
  summary: "this list, or more about one command",
  example: "help skip",
  complete: () => COMMANDS.map(({ name }) => name),
  run: ({ columns }, { words }) => {
    expectWords(words, 1, 4);
    return words[1] === undefined ? overview(columns) : about(words.slice(1));
  },
};

const GROUPS: readonly CommandGroup[] = [
  { title: "At the box", commands: PANEL_COMMANDS },
  { title: "Doors and keys", commands: BIN_COMMANDS },
  { title: "The building", commands: SURROUNDINGS_COMMANDS },
  { title: "Time", commands: TIME_COMMANDS },
  { title: "Who, what, where", commands: LIST_COMMANDS },
  { title: "Story, cloud and session", commands: [STORY, CLOUD, ...SESSION_COMMANDS, HELP] },
];

export const COMMANDS: readonly Command[] = GROUPS.flatMap((group) => group.commands);

/** The command that a line's words name, with the words that are left for it. Undefined: there is none. */
export function findCommand(
  words: readonly string[],
  commands: readonly Command[] = COMMANDS,
): { readonly command: Command; readonly words: readonly string[] } | undefined {
  const wanted = words[0]?.toLowerCase();
  const command = commands.find(({ name, aliases }) => name === wanted || aliases?.includes(wanted ?? ""));
  if (command === undefined) return undefined;
  const inner = command.subcommands && findCommand(words.slice(1), command.subcommands);
  return inner ?? { command, words };
}

/** Names that begin like a word that is none. */
export function similarTo(word: string): readonly string[] {
  const start = word.slice(0, 2).toLowerCase();
  return COMMANDS.map(({ name }) => name).filter((name) => name.startsWith(start));
}

function overview(columns: number): string[] {
  return GROUPS.flatMap(({ title, commands }) => [
    `${title}:`,
    ...commands.flatMap((command) => inOverview(command, columns)),
  ]);
}

/** The summary beside the usage, below itself where it is long. */
function inOverview({ usage, summary }: Command, columns: number): string[] {
  const start = `  ${usage}`;
  const [first, ...rest] = wrap(" ".repeat(USAGE_COLUMNS) + summary, columns);
  if (start.length >= USAGE_COLUMNS) return [start, first!, ...rest];
  return [fill(start, USAGE_COLUMNS) + first!.slice(USAGE_COLUMNS), ...rest];
}

function about(words: readonly string[]): string[] {
  const found = findCommand(words);
  const { command } = found ?? {};
  const isWhole = found !== undefined && found.words.length === 1;
  if (command === undefined || !isWhole) throw new UsageError(`there is no command ${words.join(" ")}`);
  const { usage, summary, details, aliases, example, subcommands } = command;
  return [
    usage,
    `  ${summary}`,
    ...(details ?? []).map((line) => `  ${line}`),
    ...(subcommands === undefined ? [`  for example: ${example}`] : []),
    ...(aliases === undefined ? [] : [`  also: ${aliases.join(", ")}`]),
  ];
}

/** Words that may stand where `line` ends, and the part of a word that is there already. */
export function completions(
  line: string,
  wordsFor: (command: Command, index: number) => readonly string[],
): { readonly words: readonly string[]; readonly start: string } {
  const start = /(?:"[^"]*|[^\s"]*)$/.exec(line)?.[0] ?? "";
  const before = [...line.slice(0, line.length - start.length).matchAll(/"([^"]*)"|([^\s"]+)/g)].map(
    (m) => m[1] ?? m[2]!,
  );
  const matching = (words: readonly string[]) =>
    words.filter((word) => word.toLowerCase().startsWith(start.toLowerCase()));
  if (before.length === 0) return { words: matching(COMMANDS.map(({ name }) => name)), start };
  const found = findCommand(before);
  if (found === undefined) return { words: [], start };
  const { command, words } = found;
  const offered = command.subcommands?.map(({ name }) => name) ?? wordsFor(command, words.length - 1);
  return { words: matching(offered), start };
}
