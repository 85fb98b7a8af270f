import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { ANY_LANGUAGE, CloudError, LANGUAGES, type Organisation, type Schedule } from "../domain.js";
import { calledSo } from "../names.js";
import { binLabels } from "../new-box.js";
import type { CloudService } from "../service.js";
import { ImportError } from "./import-error.js";
import { importKeys } from "./import-keys.js";
import { csvText, type Encoding } from "./text.js";

const strict = <const T extends v.ObjectEntries>(entries: T) =>
  v.strictObject(entries, (issue) =>
    issue.expected === "never"
      ? "there is no such field"
      : issue.received === "undefined"
        ? "is missing"
        : "is no object",
  );
const text = v.string((issue) => (issue.received === "undefined" ? "is missing" : "write text in quotes"));
const list = <const S extends v.GenericSchema>(item: S) => v.optional(v.array(item, "write a list in [ ]"), []);
const count = v.pipe(v.number("write a number"), v.integer("write a whole number"), v.minValue(1, "write 1 or more"));

/** What `npm start -- --organisation FILE` reads: things call one another by name. */
const FileSchema = strict({
  locations: list(strict({ name: text, timeZone: text, language: v.picklist(LANGUAGES, `write ${ANY_LANGUAGE}`) })),
  boxes: list(
    strict({
      id: text,
      model: v.picklist(["MS3", "MS4", "MS5"], "write MS5, MS4 or MS3"),
      location: text,
      /** Of its one unit, or of each of its units. */
      bins: v.union([count, v.array(count)], "write how many bins, or a list with the number of each unit"),
    }),
  ),
  users: list(strict({ name: text, badge: v.optional(text) })),
  /** A CSV file, from the folder of this file. */
  keys: v.optional(text),
  accesses: list(
    strict({
      user: text,
      key: text,
      code: v.optional(text),
      start: v.optional(text),
      end: v.optional(text),
      zone: v.optional(text),
    }),
  ),
});
type FileContent = v.InferOutput<typeof FileSchema>;

/** How its CSV file of keys is read, where that cannot be told from the file. */
export interface KeysReading {
  readonly encoding?: Encoding | undefined;
  /** Also what looks like a slip is imported. */
  readonly isSure?: boolean | undefined;
}

/** Fills an empty cloud with what a JSON file says. Throws CloudError that names the file and each thing in it that is wrong. */
export function loadOrganisation(cloud: CloudService, file: string, reading: KeysReading = {}): void {
  const content = read(file);
  const within = <T>(what: string, act: () => T): T => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      throw new CloudError(`${file}: ${what}: ${error.message}`);
    }
  };
  const { admin, store } = cloud;
  for (const [i, location] of content.locations.entries()) {
    within(`locations[${i}]`, () => admin.addLocation(location));
  }
  for (const [i, { id, model, location, bins }] of content.boxes.entries()) {
    within(`boxes[${i}]`, () => {
      const units = binLabels(typeof bins === "number" ? [bins] : bins);
      admin.addNewBox({ id, model, location: find(store.organisation.locations, location, "location"), bins: units });
    });
  }
  for (const [i, { name, badge }] of content.users.entries()) {
    within(`users[${i}]`, () => admin.addUser({ name, ...(badge === undefined ? {} : { badge }) }));
  }
  const { keys } = content;
  if (keys !== undefined) within(`keys ${keys}`, () => readKeys(cloud, resolve(dirname(file), keys), reading));
  for (const [i, access] of content.accesses.entries()) {
    within(`accesses[${i}]`, () => addAccess(cloud, store.organisation, access));
  }
  if (content.boxes.length === 0) throw new CloudError(`${file}: boxes: there must be one at least`);
}

function read(file: string): FileContent {
  let json: unknown;
  try {
    json = JSON.parse(csvText(readFileSync(file)));
  } catch (error) {
    if (error instanceof ImportError) throw new CloudError(`${file} is not UTF-8: save it as UTF-8 text`);
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CloudError(code === undefined ? `${file} is not JSON: ${message}` : `${file} cannot be read: ${message}`);
  }
  const result = v.safeParse(FileSchema, json);
  if (result.success) return result.output;
  const causes = result.issues.map((issue) => `${pathOf(issue)}: ${issue.message}`);
  throw new CloudError(
    `${file}, ${causes.length === 1 ? "to correct" : `${causes.length} things to correct`}:\n${causes.join("\n")}`,
  );
}

/** `boxes[0].model` */
function pathOf(issue: v.BaseIssue<unknown>): string {
  const parts = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
  return parts.join("").replace(/^\./, "") || "the file";
}

function find(all: readonly { readonly id: number; readonly name: string }[], name: string, what: string): number {
  const [found, another] = calledSo(all, name);
  if (another !== undefined)
    throw new CloudError(`there is more than one ${what} ${name}: give them names that differ`);
  if (found !== undefined) return found.id;
  const known = all.map((one) => one.name).join(", ");
  throw new CloudError(`there is no ${what} ${name}: ${known === "" ? "add it to the file" : `there are ${known}`}`);
}

function readKeys(cloud: CloudService, file: string, { encoding, isSure }: KeysReading): void {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CloudError(`it cannot be read: ${(error as Error).message}`);
  }
  importKeys(cloud.admin, cloud.store.organisation, csvText(bytes, encoding), isSure);
}

function addAccess(
  { admin }: CloudService,
  { users, keys }: Organisation,
  access: FileContent["accesses"][number],
): void {
  const { start, end, zone = "local" } = access;
  if ((start === undefined) !== (end === undefined)) throw new CloudError("give both start and end, or none of them");
  const schedule: Schedule =
    start === undefined || end === undefined ? { kind: "ongoing" } : { kind: "scheduled", start, end, zone };
  admin.addAccess(find(users, access.user, "user"), find(keys, access.key, "key"), schedule, access.code);
}
