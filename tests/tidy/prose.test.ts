import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./sources.js";

/** Prose is read in changes of it: a line that holds a whole paragraph shows every change as all of it. */

const COLUMNS = 100;

const documents = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "");

/** Lines of prose with their numbers: no code block, no row of a table, no link that stands alone. */
function prose(text: string): { readonly line: number; readonly text: string }[] {
  let isCode = false;
  let isIndented = false;
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    // A block of code by its indent begins after an empty line.
    isIndented = line.startsWith("    ") && (isIndented || (lines[at - 1] ?? "").trim() === "");
    if (isIndented) return [];
    if (/^\s*(```|~~~)/.test(line)) {
      isCode = !isCode;
      return [];
    }
    const isRow = /^\s*\|/.test(line);
    const isLink = /^\s*(?:[-*]\s+)?(?:!?\[[^\]]*\]\([^)]*\)|\[[^\]]+\]:\s+\S+|<?https?:\S+)$/.test(line);
    return isCode || isRow || isLink ? [] : [{ line: at + 1, text: line }];
  });
}

test("there is prose to look at, also of GitHub's templates", () => {
  expect(documents).toContain("README.md");
  expect(documents.some((path) => path.startsWith(".github/"))).toBe(true);
});

test.each(documents)("%s: lines of prose have at most 100 columns", (path) => {
  const long = prose(readFileSync(join(ROOT, path), "utf8"))
    .filter(({ text }) => [...text].length > COLUMNS)
    .map(({ line }) => `${path}:${line}`);
  expect(long, "wrap these lines at 100 columns").toEqual([]);
});

/** A row cannot be wrapped. What does not fit is a list, or a sentence below the table. */
const ROW_COLUMNS = 110;

test.each(documents)("%s: rows of tables have at most 110 columns", (path) => {
  const rows = readFileSync(join(ROOT, path), "utf8").split("\n");
  const wide = rows.flatMap((row, at) => (/^\s*\|/.test(row) && [...row].length > ROW_COLUMNS ? [at + 1] : []));
  expect(wide, "make these rows shorter, or a list of the table").toEqual([]);
});
