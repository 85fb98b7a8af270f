import { readFileSync } from "node:fs";
import { CloudError, type Schedule } from "../../../cloud/domain.js";
import { importKeys } from "../../../cloud/import/import-keys.js";
import { csvText, ENCODINGS, type Encoding } from "../../../cloud/import/text.js";
import { nameKey } from "../../../cloud/names.js";
import type { Command } from "../command.js";
import type { Desk } from "../desk.js";
import { expectWords, oneOf, UsageError } from "../words.js";
import { binOf, labelsOf } from "./bins.js";

/** What people do at the cloud's own pages. */
export const CLOUD_COMMANDS: readonly Command[] = [
  {
    name: "unlock",
    usage: "cloud unlock BIN",
    summary: "one-touch: the bin opens at the next press of `reset` within a minute",
    example: "cloud unlock A-1",
    complete: labelsOf,
    run({ desk }, { words }) {
      expectWords(words, 2);
      const label = labelOf(desk, words[1]);
      const { id } = desk.cloud.oneTouchUnlock(desk.machine.name, label);
      return [`command ${id} is on its way: when the lamp flashes, \`reset\` opens ${label}`];
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
    usage: "cloud empty BIN",
    summary: "somebody looked: nothing hangs there (an emergency opening leaves that in doubt)",
    example: "cloud empty A-1",
    complete: labelsOf,
    run({ desk }, { words }) {
      expectWords(words, 2);
      const label = labelOf(desk, words[1]);
      desk.cloud.admin.emptyBin(desk.machine.name, label);
      return [`bin ${label} is empty for sure, once the box has synced`];
    },
  },
  {
    name: "add-access",
    usage: "cloud add-access USER KEY [START END [ZONE]]",
    summary: "let a user take a key, always or from START to END (ZONE: local, or such as Europe/Paris)",
    example: 'cloud add-access Noor "Meter room east" 2026-12-01T08:00 2026-12-01T18:00 local',
    details: ["USER and KEY are numbers, or parts of names that fit one only. The booking code is told."],
    complete: (desk, index) => {
      const { users, keys } = desk.cloud.store.organisation;
      return (index === 0 ? users : index === 1 ? keys : []).map(({ name }) => `"${name}"`);
    },
    run({ desk }, { words }) {
      expectWords(words, 3, 6);
      const { users, keys } = desk.cloud.store.organisation;
      const user = named(users, words[1]!, "user");
      const key = named(keys, words[2]!, "key");
      const access = desk.cloud.admin.addAccess(user.id, key.id, scheduleOf(words.slice(3)));
      return [`access ${access.id}: ${user.name} takes ${key.name} with code ${access.code}, once the box has synced`];
    },
  },
  {
    name: "remove-access",
    usage: "cloud remove-access NUMBER",
    summary: "take an access away (`codes` shows their numbers)",
    example: "cloud remove-access 1",
    complete: (desk) => desk.cloud.store.organisation.accesses.map(({ id }) => String(id)),
    run({ desk }, { words }) {
      expectWords(words, 2);
      if (!/^\d+$/.test(words[1]!)) throw new UsageError(`${words[1]} is no access number`);
      desk.cloud.admin.removeAccess(Number(words[1]));
      return [`access ${words[1]} is gone, once the box has synced`];
    },
  },
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
      return [`sheet ${desk.cloud.sheets.rotate(desk.machine.name)} is in force: \`sheet\` shows its codes`];
    },
  },
  {
    name: "revoke",
    usage: "cloud revoke",
    summary: "close every sheet older than the one in force, at once if the box is online",
    example: "cloud revoke",
    run({ desk }, { words }) {
      expectWords(words, 1);
      const { sheet } = desk.cloud.closeSheets(desk.machine.name);
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
      return [`command ${desk.cloud.reboot(desk.machine.name).id} is on its way`];
    },
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

function labelOf(desk: Desk, text: string | undefined): string {
  return desk.machine.bins.label(binOf(desk, text));
}

function setEnabled(desk: Desk, words: readonly string[], isEnabled: boolean): string[] {
  expectWords(words, 2);
  const label = labelOf(desk, words[1]);
  desk.cloud.setBinEnabled(desk.machine.name, label, isEnabled);
  return [`bin ${label} is ${isEnabled ? "in" : "out of"} service, once the box has heard of it`];
}

/** By number, by whole name, or by a part of the name that no other has. */
function named<T extends { readonly id: number; readonly name: string }>(
  all: readonly T[],
  text: string,
  what: string,
): T {
  const wanted = nameKey(text);
  const exact = all.filter((one) => String(one.id) === text || nameKey(one.name) === wanted);
  const found = exact.length > 0 ? exact : all.filter((one) => nameKey(one.name).includes(wanted));
  if (found.length === 1) return found[0]!;
  const names = (found.length === 0 ? all : found).slice(0, 6).map(({ id, name }) => `${id} ${name}`);
  throw new UsageError(
    `${found.length === 0 ? `there is no ${what}` : `more than one ${what} is`} ${text}: ${names.join(", ")}`,
  );
}

function scheduleOf(words: readonly string[]): Schedule {
  const [start, end, zone] = words;
  if (start === undefined) return { kind: "ongoing" };
  if (end === undefined) throw new UsageError("the end is missing");
  return { kind: "scheduled", start, end, zone: zone ?? "local" };
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
  const keys = importKeys(desk.cloud.admin, desk.cloud.store.organisation, csvText(bytes, encoding), isSure);
  const { bins } = desk.machine;
  const told: string[] = [];
  for (const key of keys) {
    const place = desk.cloud.ingest.log.inventory.whereabouts(`key:${key.id}`)?.place;
    if (place?.box !== desk.machine.name || key.fob === undefined) continue;
    const there = bins.content(place.bin);
    if (there === undefined) bins.stock(place.bin, key.fob);
    else told.push(`bin ${bins.label(place.bin)} holds ${there}: ${key.fob} is not hung there`);
  }
  return [`${keys.length} key${keys.length === 1 ? "" : "s"} imported from ${file}`, ...told];
}
