import { expect, test } from "vitest";
import {
  Auth,
  Belief,
  BinFault,
  CommandKind,
  DoorEvent,
  Exchange,
  Kind,
  LinkEvent,
  Outcome,
  PowerEvent,
} from "../../firmware/records/records.js";
import { WakeCause } from "../../hal/ports/power.js";
import { places, readSources } from "./sources.js";

/** One meaning a word: what a machine can say of names. */

const sources = readSources();

/** Names of types that other files see, each with the files that declare it. */
function exportedTypes(...folders: string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { path, code } of sources) {
    if (!folders.some((folder) => path.startsWith(folder)) || path.endsWith(".d.ts")) continue;
    for (const [, name] of code.matchAll(/^export (?:abstract )?(?:class|interface|type) (\w+)/gm)) {
      // A type and the constant of the same name in one file are one thing.
      const files = found.get(name!) ?? [];
      if (!files.includes(path)) found.set(name!, [...files, path]);
    }
  }
  return found;
}

test("on the box a type has a name that no other has", () => {
  const types = exportedTypes("firmware/", "hal/");
  expect(types.size).toBeGreaterThan(250);
  const shared = [...types].filter(([, files]) => files.length > 1);
  expect(shared.map(([name, files]) => `${name}: ${files.join(", ")}`)).toEqual([]);
});

/** What both sides know under one name, because it is one thing; the reasons for two of them. */
const ONE_THING = [
  // A box, as the firmware that runs on it, and as the row that the cloud has of it.
  "Box",
  // What a box is told to do; at the terminal, what its operator is.
  "Command",
  "HostClock",
  "LinkKind",
  "MessageError",
  "WifiLink",
  // The second implementations of the judge, by the documents of the first.
  "BinContent",
  "Geometry",
  "Sector",
  "SectorHeader",
  "Slot",
];

test("a type of the box and one of the simulator or the cloud share a name where they are one thing", () => {
  const box = exportedTypes("firmware/", "hal/");
  const around = exportedTypes("sim/");
  const shared = [...box.keys()].filter((name) => around.has(name)).sort();
  expect(shared).toEqual([...ONE_THING].sort());
});

test("parts are hardware: what something is made with is its needs, and what a thing consists of has a word of its own", () => {
  const HARDWARE = ["BoardParts", "Parts", "PartsLevel", "PartsPort"];
  const named = sources.flatMap((source) => places(source, /\b(?:interface|class|type) (\w*Parts)\b/g));
  expect(named.filter((place) => !HARDWARE.some((name) => place.endsWith(` ${name}`)))).toEqual([]);
  const handed = sources
    .filter(({ path }) => !path.startsWith("tests/"))
    .flatMap((source) => places(source, /\bconstructor\(\s*parts\b/g));
  expect(handed).toEqual([]);
});

/** Fields whose numbers have names, and those names. */
const NAMED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  auth: Auth,
  belief: Belief,
  cause: WakeCause,
  command: CommandKind,
  exchange: Exchange,
  kind: Kind,
  result: Outcome,
};
/** Of a record's `event`: which names, by the kind that stands on the same line. */
const EVENTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  binFault: BinFault,
  door: DoorEvent,
  link: LinkEvent,
  power: PowerEvent,
};

/** `auth: 4` where there is a name for 4, as `path:line auth: 4 is quickScan`. A number without a name is one that nobody knows yet. */
function bareNumbers(path: string, code: string): string[] {
  return code.split("\n").flatMap((line, at) =>
    [...line.matchAll(/\b(\w+): (\d+)\b/g)].flatMap(([said, field, number]) => {
      const kind = /\bKind\.(\w+)/.exec(line)?.[1];
      const names = field === "event" ? EVENTS[kind ?? ""] : NAMED[field!];
      const name = Object.entries(names ?? {}).find(([, value]) => value === Number(number))?.[0];
      return name === undefined ? [] : [`${path}:${at + 1} ${said} is ${name}`];
    }),
  );
}

test("a number that has a name goes by it, in tests too", () => {
  expect(bareNumbers("a.ts", "x({ command: 4 }, { kind: Kind.door, event: 1 }, { auth: 200 })")).toEqual([
    "a.ts:1 command: 4 is reboot",
    "a.ts:1 event: 1 is heldOpen",
  ]);
  const box = sources.filter(({ path }) => /^(firmware|sim|tests)\//.test(path) && !BY_ITSELF.test(path));
  expect(box.flatMap(({ path, code }) => bareNumbers(path, code))).toEqual([]);
});

/** A number of a name that another file exports, as `NAME = 8`, with the files that declare it. */
function numbersTwice(): string[] {
  const found = new Map<string, { readonly path: string; readonly isExported: boolean }[]>();
  for (const { path, code } of sources) {
    if (!/^(firmware|sim)\//.test(path) || BY_ITSELF.test(path)) continue;
    for (const [, exported, name, number] of code.matchAll(/^(export )?const ([A-Z][A-Z0-9_]+) = ([\d_]+);/gm)) {
      const key = `${name} = ${number!.replaceAll("_", "")}`;
      found.set(key, [...(found.get(key) ?? []), { path, isExported: exported !== undefined }]);
    }
  }
  return [...found]
    .filter(([, places]) => places.length > 1 && places.some(({ isExported }) => isExported))
    .map(([key, places]) => `${key}: ${places.map(({ path }) => path).join(", ")}`);
}

test("a number stands in one place: whoever needs it imports it", () => {
  expect(numbersTwice().filter((one) => !APART.some((name) => one.startsWith(`${name} `)))).toEqual([]);
});

/** Box and cloud each have theirs, since neither may see the room of the other in which it stands. */
const APART = ["LONGEST_CODE", "LOW_PERCENT"];

test("a clock in a test is one of two: HandClock, or VirtualTime with its timers", () => {
  const made = sources
    .filter(({ path }) => path.startsWith("tests/") && !path.startsWith("tests/support/"))
    .flatMap((source) => places(source, /\bwallSeconds\s*(?::\s*\(|\(\)\s*[:{])/g));
  expect(made).toEqual([]);
});

test("the label of a bin is made and read in hal/ports/bin-label.ts", () => {
  const labels = /`\$\{[^`}]*(?:unit|letter|"ABC)[^`]*\}-\$\{|fromCharCode\(65 \+|\[A-Z\]\)?-\(?\[/gi;
  const made = sources
    .filter(({ path }) => path !== "hal/ports/bin-label.ts" && !BY_ITSELF.test(path))
    .flatMap(({ path, text }) => [...text.matchAll(labels)].map(([said]) => `${path}: ${said}`));
  expect(made).toEqual([]);
});

/** The second implementation takes its numbers from the documents; this file shows some that are bare. */
const BY_ITSELF = /^sim\/trials\/journal-reader\/|^tests\/tidy\/names/;
