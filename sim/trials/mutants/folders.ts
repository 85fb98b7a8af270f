import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../engines/xs/bundle.js";

/** What decides about keys, records and codes. */
export const FOLDERS = ["commands", "snapshot", "bins", "state", "exchange", "codes"].map((name) => `firmware/${name}`);

/** Tests that hold a folder beside those in its mirror under `tests/`; these are the slower ones. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  "firmware/bins": ["tests/exchange", "tests/codes", "tests/commands"],
  "firmware/state": ["tests/exchange", "tests/snapshot", "tests/codes", "tests/sync"],
  "firmware/commands": ["tests/main"],
  "firmware/exchange": ["tests/panel", "tests/state"],
  "firmware/snapshot": ["tests/state", "tests/exchange", "tests/sync"],
  "firmware/codes": ["tests/state", "tests/panel"],
};

/** The sources in `folder`, sorted. */
export function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.endsWith(".d.ts"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .sort();
}

/** The folders of tests that hold `file`: first its own, then others. What the first see, the others need not be asked. */
export function testsOf(file: string): readonly (readonly string[])[] {
  const folder = dirname(file);
  const mirror = folder.startsWith("firmware/") ? folder.replace("firmware/", "tests/") : folder;
  const also = ALSO[folder] ?? [];
  return [[mirror], ...(also.length > 0 ? [also] : [])];
}

/** A part of a folder has so many changes at most: several are tried at a time, and each reads all tests of the folder once. */
const PART_MAX = 800;

/** `changes` by folder, and in equal parts where there are many. */
export function partsOf<T extends { readonly file: string }>(changes: readonly T[]): (readonly T[])[] {
  return [...new Set(changes.map(({ file }) => dirname(file)))].flatMap((folder) => {
    const all = changes.filter(({ file }) => dirname(file) === folder);
    const parts = Math.ceil(all.length / PART_MAX);
    return Array.from({ length: parts }, (_, part) => all.filter((_, index) => index % parts === part));
  });
}
