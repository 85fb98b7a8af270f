import { expect, test } from "vitest";
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

test("parts are hardware: what something is made with is its needs, and what a thing consists of has a word of its own", () => {
  const HARDWARE = ["BoardParts", "Parts", "PartsLevel", "PartsPort"];
  const named = sources.flatMap((source) => places(source, /\b(?:interface|class|type) (\w*Parts)\b/g));
  expect(named.filter((place) => !HARDWARE.some((name) => place.endsWith(` ${name}`)))).toEqual([]);
  const handed = sources
    .filter(({ path }) => !path.startsWith("tests/"))
    .flatMap((source) => places(source, /\bconstructor\(\s*parts\b/g));
  expect(handed).toEqual([]);
});
