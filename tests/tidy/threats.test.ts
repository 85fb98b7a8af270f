import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./sources.js";

/** The table of SECURITY.md names each threat of RFC 9124, section 4.2, and a file with a test of that name. */

const THREATS = [
  "IMG.EXPIRED",
  "IMG.EXPIRED.OFFLINE",
  "IMG.INCOMPATIBLE",
  "IMG.FORMAT",
  "IMG.LOCATION",
  "NET.REDIRECT",
  "NET.ONPATH",
  "IMG.REPLACE",
  "IMG.NON_AUTH",
  "UPD.WRONG_PRECURSOR",
  "UPD.UNAPPROVED",
  "IMG.DISCLOSURE",
  "MFST.OVERRIDE",
  "MFST.EXPOSURE",
  "IMG.EXTRA",
  "KEY.EXPOSURE",
  "MFST.MODIFICATION",
  "MFST.TOCTOU",
];

/** The last column: names of files in `tests/update`. */
const rows = [
  ...readFileSync(join(ROOT, "SECURITY.md"), "utf8").matchAll(/^\| `([A-Z_.]+)` .*\| ([a-z, -]+) \|$/gm),
].map(([, threat, files]) => ({ threat: threat!, files: files!.split(", ") }));

test("each threat of RFC 9124 stands in the table of SECURITY.md once", () => {
  expect(rows.map(({ threat }) => threat).sort()).toEqual([...THREATS].sort());
});

test.each(rows)("$threat: the files that the table names have a test of it", ({ threat, files }) => {
  const missing = files.filter((name) => {
    const path = join(ROOT, "tests", "update", `${name}.test.ts`);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return !new RegExp(`["\`]THREAT\\.${threat.replaceAll(".", "\\.")}[:,"]`).test(text);
  });
  expect(missing).toEqual([]);
});
