import { expect, test } from "vitest";
import { readSources, resolveImport, type Source } from "./sources.js";

/** What a file exports, somebody imports; and what only tests import is used in its own file at least. */

const sources = readSources();
const isTest = (path: string): boolean => path.startsWith("tests/");

/** Files that take the place of others, name by name, and what a board's image loads by its path. */
const STAND_INS = /^sim\/engines\/xs\/shims\/|^sim\/cli\/firmware\/shape-as-cddl\.ts$|^hal\/moddable\//;
/** What stands there for people and boards that are not here yet: a rig's agent, a touch panel's chip, a board to copy, a beeper. */
const FOR_LATER = [
  "hal/bridge/agent.ts",
  "hal/bridge/frame.ts",
  "hal/boards/template/board.ts",
  "hal/panel/sounds.ts",
  "sim/world/parts/ft6236.ts",
];
/** A bound of a document that tests hold the code to, and pictures of the panel that are compared as sheets. */
const CHECKED_ONLY = ["CLOCK_ERROR_MAX_S", "drawn", "sheetOf", "fitLetters", "NAMED_VIEWS"];

interface Exported {
  readonly path: string;
  readonly name: string;
  /** Whether the file itself uses it. */
  readonly isUsedHere: boolean;
}

const importers = new Map<string, Set<string>>();
for (const { path, text } of sources) {
  const statements = text.matchAll(/\b(?:import|export)\s+(?:type\s+)?(\{[^}]*\}|\*[^"]*?|\w+)\s*from\s*"(\.[^"]+)"/g);
  for (const [, names, specifier] of statements) for (const name of namesIn(names!)) note(path, name, specifier!);
  for (const [, specifier] of text.matchAll(/\bimport\("(\.[^"]+)"\)/g)) note(path, "*", specifier!);
}

function namesIn(clause: string): readonly string[] {
  if (!clause.startsWith("{")) return ["*"];
  const names = clause.slice(1, -1).split(",");
  return names.map((one) => /^\s*(?:type\s+)?(\w*)/.exec(one)![1]!).filter((name) => name !== "");
}

function note(path: string, name: string, specifier: string): void {
  const key = `${resolveImport(path, specifier)} ${name}`;
  importers.set(key, (importers.get(key) ?? new Set()).add(path));
}

function importersOf({ path, name }: Exported): readonly string[] {
  return [...(importers.get(`${path} ${name}`) ?? []), ...(importers.get(`${path} *`) ?? [])];
}

function exportsOf({ path, code }: Source): readonly Exported[] {
  const declared = code.matchAll(/^export (?:async )?(?:abstract )?(?:const|function\*?|class) (\w+)/gm);
  return [...declared].map(([, name]) => {
    const uses = [...code.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length;
    return { path, name: name!, isUsedHere: uses > 1 };
  });
}

const exported = sources
  .filter(({ path }) => !isTest(path) && !STAND_INS.test(path) && !FOR_LATER.includes(path))
  .flatMap(exportsOf);
const said = ({ path, name }: Exported): string => `${path}: ${name}`;

test("there is something to look at", () => {
  expect(exported.length).toBeGreaterThan(400);
  expect(exported.filter((one) => importersOf(one).length > 0).length).toBeGreaterThan(400);
});

test("nothing is exported that nobody imports", () => {
  expect(exported.filter((one) => importersOf(one).length === 0).map(said)).toEqual([]);
});

test("no code is there for its tests only", () => {
  const dead = exported.filter((one) => !one.isUsedHere && importersOf(one).every(isTest));
  expect(dead.filter(({ name }) => !CHECKED_ONLY.includes(name)).map(said)).toEqual([]);
});
