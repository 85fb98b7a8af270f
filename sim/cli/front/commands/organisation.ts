import { MODELS } from "../../../../hal/boards/index.js";
import { type Location, LocationSchema } from "../../../cloud/domain.js";
import { nameKey } from "../../../cloud/names.js";
import { binLabels } from "../../../cloud/new-box.js";
import type { Input } from "../../../page/server/acts.js";
import type { Command } from "../command.js";
import { expectWords, oneOf, UsageError } from "../words.js";

const LANGUAGES = LocationSchema.entries.language.options;

/** Who and what there is: places, boxes, people and what they may take. */
export const ORGANISATION_COMMANDS: readonly Command[] = [
  {
    name: "add-location",
    usage: "cloud add-location NAME ZONE LANGUAGE",
    summary: "a place where boxes hang, its time zone and the language of their panels",
    example: 'cloud add-location "Lyon Part-Dieu" Europe/Paris fr',
    complete: (_desk, index) => (index === 1 ? Intl.supportedValuesOf("timeZone") : index === 2 ? LANGUAGES : []),
    run({ desk }, { words }) {
      expectWords(words, 4);
      const language: Location["language"] = oneOf(words[3], LANGUAGES, "language");
      const { id, name } = desk.do({ act: "add-location", name: words[1]!, timeZone: words[2]!, language });
      return [`location ${id}: ${name}`];
    },
  },
  {
    name: "add-box",
    usage: "cloud add-box ID MODEL LOCATION BINS",
    summary: "a new box; BINS: how many, or of each unit, such as 12+8",
    example: 'cloud add-box MS5-LYON MS5 "Lyon Part-Dieu" 12+12',
    details: ["ID stands in every topic, for the broker's owner to read; `opaque` draws one that says nothing."],
    complete: (desk, index) => {
      if (index === 1) return MODELS;
      return index === 2 ? desk.cloud.store.organisation.locations.map(({ name }) => `"${name}"`) : [];
    },
    run({ desk }, { words }) {
      expectWords(words, 5);
      const [, id, model, place, count] = words as [string, string, string, string, string];
      const location = named(desk.cloud.store.organisation.locations, place, "location");
      const units = count.split("+").map(Number);
      const bins = binLabels(units);
      const box = desk.do({ act: "add-box", id, model: oneOf(model, MODELS, "model"), location: location.id, units });
      return [`box ${box.id} with ${bins[0]} to ${bins.at(-1)} at ${location.name}`];
    },
  },
  {
    name: "add-user",
    usage: "cloud add-user NAME [BADGE]",
    summary: "somebody who takes keys; BADGE: the serial of the fob that is theirs",
    example: 'cloud add-user "Inès Roux" 903INR',
    run({ desk }, { words }) {
      expectWords(words, 2, 3);
      const badge = words[2];
      const { id, name } = desk.do({ act: "add-user", name: words[1]!, badge: badge ?? null });
      return [`user ${id}: ${name}; \`cloud add-access\` says what they may take`];
    },
  },
  {
    name: "erase-user",
    usage: "cloud erase-user USER",
    summary: "somebody leaves: they go with their accesses and badge, and their name goes from the log",
    example: 'cloud erase-user "Inès Roux"',
    complete: (desk) => desk.cloud.store.organisation.users.map(({ name }) => `"${name}"`),
    run({ desk }, { words }) {
      expectWords(words, 2);
      const { id, name } = named(desk.cloud.store.organisation.users, words[1]!, "user");
      desk.do({ act: "erase-user", user: id });
      return [`${name} is erased: boxes and the log know user ${id} from the next sync on`];
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
      const access = desk.do({ act: "add-access", user: user.id, key: key.id, window: windowOf(words.slice(3)) });
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
      desk.do({ act: "remove-access", id: Number(words[1]) });
      return [`access ${words[1]} is gone, once the box has synced`];
    },
  },
];

/** By number, by whole name, or by a part of the name that no other has. */
export function named<T extends { readonly id: number; readonly name: string }>(
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

/** Null: ongoing. */
function windowOf(words: readonly string[]): Extract<Input, { act: "add-access" }>["window"] {
  const [start, end, zone] = words;
  if (start === undefined) return null;
  if (end === undefined) throw new UsageError("END is missing: an access has both START and END, or none of them");
  return { start, end, zone: zone ?? "local" };
}
