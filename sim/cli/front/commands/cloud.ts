import { readFileSync } from "node:fs";
import { counted } from "../../../cloud/counted.js";
import { CloudError } from "../../../cloud/domain.js";
import { csvText, ENCODINGS, type Encoding } from "../../../cloud/import/text.js";
import { MOST_CSV } from "../../../page/server/acts.js";
import { WorldError } from "../../../world/devices/site.js";
import type { Command } from "../command.js";
import type { Desk } from "../desk.js";
import { expectWords, oneOf, UsageError } from "../words.js";
import { binOf, labelsOf } from "./bins.js";
import { named, ORGANISATION_COMMANDS } from "./organisation.js";
import { TOKEN_COMMAND } from "./tokens.js";
import { UPDATE_COMMAND } from "./updates.js";

/** What people do at the cloud's own pages. */
const PEOPLE_COMMANDS: readonly Command[] = [
  {
    name: "unlock",
    usage: "cloud unlock BIN",
    summary: "one-touch: the bin opens at the next press of `reset` within a minute",
    example: "cloud unlock A-1",
    complete: labelsOf,
    run({ desk }, { words }) {
      expectWords(words, 2);
      const label = labelOf(desk, words[1]);
      const { id } = desk.do({ act: "unlock", bin: label });
      const isDisabled = desk.box.bins.some((bin) => bin.label === label && !bin.enabled);
      return [
        `command ${id} is on its way: when the lamp flashes, \`reset\` opens ${label}`,
        ...(isDisabled ? [`${label} is out of service: it opens all the same, and stays out of service`] : []),
      ];
    },
  },
  {
    name: "disable",
    usage: "cloud disable BIN",
    summary: "take a bin out of service",
    example: "cloud disable A-1",
    complete: labelsOf,
    run: ({ desk }, { words }) => setEnabled(desk, words, false),
  },
  {
    name: "enable",
    usage: "cloud enable BIN",
    summary: "put it back into service",
    example: "cloud enable A-1",
    complete: labelsOf,
    run: ({ desk }, { words }) => setEnabled(desk, words, true),
  },
  {
    name: "empty",
    usage: "cloud empty BIN [--sure]",
    summary: "somebody looked: nothing hangs there (--sure: although its door says that a key does)",
    example: "cloud empty A-1",
    details: [
      "An emergency opening, a forced door or a power cut in the middle leaves a bin in doubt; this ends the doubt.",
    ],
    complete: labelsOf,
    run({ desk }, { words }) {
      const { rest, sure } = sureIn(words);
      expectWords(rest, 2);
      const label = labelOf(desk, rest[1]);
      desk.do({ act: "empty", bin: label, sure });
      return [`bin ${label} is empty for sure, once the box has synced`];
    },
  },
  {
    name: "holds",
    usage: "cloud holds BIN KEY [--sure]",
    summary: "somebody looked: this key hangs there (--sure: although doors say otherwise)",
    example: 'cloud holds A-1 "Meter room east"',
    details: [
      "KEY is a number, or a part of a name that fits one only. For a key that was left behind a shut door, say.",
    ],
    complete: (desk, index) =>
      index === 0 ? labelsOf(desk) : desk.cloud.store.organisation.keys.map(({ name }) => `"${name}"`),
    run({ desk }, { words }) {
      const { rest, sure } = sureIn(words);
      expectWords(rest, 3);
      const label = labelOf(desk, rest[1]);
      const key = named(desk.cloud.store.organisation.keys, rest[2]!, "key");
      desk.do({ act: "holds", bin: label, key: key.id, sure });
      return [`bin ${label} holds ${key.name} for sure, once the box has synced`];
    },
  },
  {
    name: "seen",
    usage: "cloud seen",
    summary: "what the alerts ask for was done: ends those that do not end by themselves",
    example: "cloud seen",
    run({ desk }, { words }) {
      expectWords(words, 1);
      desk.do({ act: "seen" });
      return ["done; alerts that last are still in `alerts`"];
    },
  },
  ...ORGANISATION_COMMANDS,
  {
    name: "import",
    usage: "cloud import FILE.csv",
    summary: "add keys from CSV and hang them where it says; all of the file or nothing",
    example: "cloud import keys.csv",
    details: [
      "Columns: key name, fob serial, bin, home location; perhaps roaming, key code. See sim/samples/keys.csv.",
      "Commas, semicolons or tabs; UTF-8 or UTF-16.",
      `--encoding ${ENCODINGS.join("|")}: the file is older than that`,
      "--sure: import what looks like a slip as well (zeros lost at the beginning, two keys with one name)",
    ],
    run: ({ desk }, { words }) => importFile(desk, words),
  },
  {
    name: "rotate",
    usage: "cloud rotate",
    summary: "take the next sheet of emergency codes into use; the older one works until then or `cloud revoke`",
    example: "cloud rotate",
    run({ desk }, { words }) {
      expectWords(words, 1);
      return [`sheet ${desk.do({ act: "rotate" })} is in force: \`sheet\` shows its codes`];
    },
  },
  {
    name: "revoke",
    usage: "cloud revoke",
    summary: "close every sheet older than the one in force, at once if the box is online",
    example: "cloud revoke",
    run({ desk }, { words }) {
      expectWords(words, 1);
      const { sheet } = desk.do({ act: "revoke" });
      return [
        `sheets below ${sheet} are closed, once the box has heard of it`,
        `sheet ${sheet} works on: if that one was lost, \`cloud rotate\` and then \`cloud revoke\``,
      ];
    },
  },
  {
    name: "reboot",
    usage: "cloud reboot",
    summary: "make the box start anew",
    example: "cloud reboot",
    run({ desk }, { words }) {
      expectWords(words, 1);
      return [`command ${desk.do({ act: "reboot" }).id} is on its way`];
    },
  },
];

/** Nobody gets at a cloud that is down. */
function needsCloud(command: Command): Command {
  return {
    ...command,
    ...(command.subcommands && { subcommands: command.subcommands.map(needsCloud) }),
    run(context, line) {
      if (!context.desk.isCloudUp) throw new WorldError("the cloud is down: `cloud up` first");
      return command.run(context, line);
    },
  };
}

const CLOUD_COMMANDS: readonly Command[] = [
  ...[...PEOPLE_COMMANDS, TOKEN_COMMAND, UPDATE_COMMAND].map(needsCloud),
  {
    name: "down",
    usage: "cloud down",
    summary: "the cloud is gone for every box, while internet and broker work; its page answers no more",
    example: "cloud down",
    run: ({ desk }, { words }) => setCloudUp(desk, words, false),
  },
  {
    name: "up",
    usage: "cloud up",
    summary: "ends that",
    example: "cloud up",
    run: ({ desk }, { words }) => setCloudUp(desk, words, true),
  },
];

export const CLOUD: Command = {
  name: "cloud",
  usage: "cloud COMMAND ...",
  summary: "what people do at the cloud; `help cloud` lists it",
  example: "cloud unlock A-1",
  details: CLOUD_COMMANDS.flatMap(({ usage, summary }) => [usage, `    ${summary}`]),
  subcommands: CLOUD_COMMANDS,
  run() {
    throw new UsageError("do what at the cloud?");
  },
};

function setCloudUp(desk: Desk, words: readonly string[], isUp: boolean): readonly string[] {
  expectWords(words, 1);
  desk.do({ act: "cloud", on: isUp });
  return [isUp ? "the cloud is back: each box syncs by itself" : "the cloud is down: boxes notice within a minute"];
}

function labelOf(desk: Desk, text: string | undefined): string {
  return desk.machine.bins.label(binOf(desk, text));
}

function sureIn(words: readonly string[]): { readonly rest: readonly string[]; readonly sure: boolean } {
  return { rest: words.filter((word) => word !== "--sure"), sure: words.includes("--sure") };
}

function setEnabled(desk: Desk, words: readonly string[], isEnabled: boolean): string[] {
  expectWords(words, 2);
  const label = labelOf(desk, words[1]);
  desk.do({ act: "enable", bin: label, on: isEnabled });
  return [`bin ${label} is ${isEnabled ? "in" : "out of"} service, once the box has heard of it`];
}

function importOptions(words: readonly string[]): { file: string; encoding: Encoding | undefined; isSure: boolean } {
  const rest = words.filter((word) => word !== "--sure");
  const at = rest.indexOf("--encoding");
  const encoding = at < 0 ? undefined : oneOf(rest.splice(at, 2)[1], ENCODINGS, "encoding");
  if (rest[0] === undefined) throw new UsageError("which file?");
  expectWords(rest, 1);
  return { file: rest[0], encoding, isSure: words.includes("--sure") };
}

function importFile(desk: Desk, words: readonly string[]): readonly string[] {
  const { file, encoding, isSure } = importOptions(words.slice(1));
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CloudError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const csv = csvText(bytes, encoding);
  if (csv.length > MOST_CSV) throw new CloudError(`${file} is longer than ${MOST_CSV} characters: import it in parts`);
  const { keys, notHung } = desk.do({ act: "import", csv, sure: isSure });
  return [`${counted(keys.length, "key")} imported from ${file}`, ...notHung];
}
