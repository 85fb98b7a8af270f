import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { ROOT } from "./sources.js";

// It asks each command for its help, in a process of its own.
vi.setConfig({ testTimeout: 60_000 });

/** What a newcomer is told to run and to open is there. */

const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
});
const files = [...new Set(listed.split("\n"))].filter((path) => path !== "" && existsSync(join(ROOT, path)));
const told = files
  .filter((path) => /\.(md|ya?ml)$/.test(path) || path.startsWith(".ci/"))
  .filter((path) => path !== "CHANGELOG.md")
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> };

test("every npm script that a document or a workflow names is there, and every command has its script", () => {
  const named = told.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm run(?: -s)?\s+([a-z][\w:-]*)/g)].map(([, name]) => ({ path, name: name! })),
  );
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter(({ name }) => scripts[name] === undefined)).toEqual([]);
  const commands = files.filter((path) => /^sim\/cli\/[^/]+\.ts$/.test(path));
  expect(commands.filter((path) => !Object.values(scripts).includes(`tsx ${path}`))).toEqual([]);
});

test("every option that is named after an npm script is one of its command", () => {
  const lines = told.flatMap(({ path, text }) => {
    // A command may be broken over two lines of prose.
    const flat = text.replace(/\n[> ]*/g, " ");
    return [...flat.matchAll(/\bnpm (?:run )?([a-z][\w:-]*) -- ((?:(?!npm run)[^`|#])*)/g)].flatMap(([, name, rest]) =>
      [...rest!.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, option]) => ({ path, name: name!, option: option! })),
    );
  });
  expect(lines.length).toBeGreaterThan(40);
  expect(lines.filter(({ name, option }) => !optionsOf(name).includes(option))).toEqual([]);
});

/** Of the command behind a script: what its files, and those of the rooms that they take options from, name as an option. */
function optionsOf(script: string): readonly string[] {
  const entry = /^tsx (\S+)$/.exec(scripts[script] ?? "")?.[1];
  if (entry === undefined) return [];
  const near = ["front", "firmware", "provision", "service", "shared"].map((folder) => `sim/cli/${folder}/`);
  const sources = files.filter((path) => path === entry || near.some((folder) => path.startsWith(folder)));
  const text = sources.map((path) => readFileSync(join(ROOT, path), "utf8")).join("\n");
  const options = [...text.matchAll(/["` ]--([a-z][a-z-]*)/g)].map(([, option]) => option!);
  return ["help", ...options];
}

/** Names with a slash and an ending, such as `sync/session.ts` or `firmware/wire/keys.ts`, as far as nothing in them stands for another. */
function pathsIn(text: string): readonly string[] {
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, one]) => one!);
  return code.filter(
    (one) => /^[\w.][\w./-]*\/[\w.-]+\.(ts|tsx|md|cddl|json|c)$/.test(one) && !/NAME|PART|XX/.test(one),
  );
}

test.each(told.map(({ path }) => path).filter((path) => path.endsWith(".md")))(
  "%s: the files that it names are there",
  (path) => {
    const { text } = told.find((one) => one.path === path)!;
    const missing = pathsIn(text).filter(
      (name) =>
        !name.startsWith("build/") &&
        !files.some((file) => file === name || file.endsWith(`/${name}`)) &&
        !existsSync(join(ROOT, dirname(path), name)),
    );
    expect(missing).toEqual([]);
  },
);
