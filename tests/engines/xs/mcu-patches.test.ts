import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findXsSources } from "../../../sim/engines/xs/compile.js";
import { patchXs, XS_PATCHES } from "../../../sim/engines/xs/mcu-patches.js";
import { PatchError, patched } from "../../../sim/engines/xs/patches.js";

/** Changes to XS's own sources for a machine whose objects lie in flash (hal/mcu). */

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-patches-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("every change finds its place in the sources that the package ships", () => {
  patchXs(join(findXsSources().home, "moddable", "xs"), folder);
  expect(readFileSync(join(folder, "xsMemory.c"), "utf8")).toContain("if (!mxInRom(_THE_DATA))");
  expect(readFileSync(join(folder, "xsMemory.c"), "utf8")).toContain("txID aliasCount = 1;");
  expect(readFileSync(join(folder, "xsType.c"), "utf8")).toContain("field = field->next;");
  expect(readFileSync(join(folder, "xsRun.c"), "utf8").match(/kept\.the = the/g)).toHaveLength(2);
});

test.each(XS_PATCHES.map((patch) => [patch.file, patch] as const))(
  "%s of a version without the place stops the build, naming file, pattern and list",
  (_, patch) => {
    const apply = () => patched(patch.package, patch.file, "something else", [patch], "the list");
    expect(apply).toThrow(PatchError);
    expect(apply).toThrow(`${patch.package}/${patch.file}: ${patch.pattern} stands there 0 times, not ${patch.places}`);
    expect(apply).toThrow("then change the list");
  },
);

test("one file that differs is enough", () => {
  const sources = join(folder, "xs", "sources");
  mkdirSync(sources, { recursive: true });
  for (const { file } of XS_PATCHES) writeFileSync(join(sources, file), "");
  expect(() => patchXs(join(folder, "xs"), folder)).toThrow(/mcu-patches\.ts/);
});
