import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { compileXs, NoXsError } from "../../../sim/engines/xs/compile.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
const path = process.env.PATH;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-no-cc-"));
});

afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true, force: true });
});

test("without a compiler there is a sentence that says what is missing and how to get it", () => {
  process.env.PATH = folder;
  expect(() => compileXs(folder)).toThrow(NoXsError);
  expect(() => compileXs(folder)).toThrow(/there is no cc.*apt-get install gcc make/);
});
