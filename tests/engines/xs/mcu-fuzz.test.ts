import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { whyNoXs } from "../../support/xs.js";

/** The C of hal/mcu that is plain C, on this computer, under sanitizers, against a model (hal/mcu/fuzz.c). */

const MCU = join(import.meta.dirname, "..", "..", "..", "hal", "mcu");
const SOURCES = ["fuzz.c", "netstring.c", "nor.c"];
const STRICT = ["-std=gnu17", "-Wall", "-Wextra", "-Werror"];
const SANITIZED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const ROUNDS = "5000";

describe.skipIf(whyNoXs() !== undefined)("the C of the emulated microcontroller", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "smartbox-fuzz-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Compiles it, with one of its files changed if need be, and runs it. */
  function fuzz(change?: { readonly file: string; readonly from: string; readonly to: string }) {
    const sources = SOURCES.map((file) => {
      if (file !== change?.file) return join(MCU, file);
      const text = readFileSync(join(MCU, file), "utf8");
      expect(text).toContain(change.from);
      const path = join(folder, file);
      writeFileSync(path, text.replace(change.from, change.to));
      return path;
    });
    const program = join(folder, "fuzz");
    const args = [...STRICT, ...SANITIZED, `-I${MCU}`, ...sources, "-o", program];
    const compiled = spawnSync("cc", args, { encoding: "utf8" });
    expect(compiled.stderr).toBe("");
    return spawnSync(program, ["1", ROUNDS], { encoding: "utf8" });
  }

  test("does what a model does, and nothing that a sanitizer minds", { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = fuzz();
    expect(`${stdout}${stderr}`, `hal/mcu/fuzz 1 ${ROUNDS}`).toBe(`${ROUNDS} rounds\n`);
    expect(status).toBe(0);
  });

  test.each([
    ["a program that sets bits", { file: "nor.c", from: "nor->cells[at + i] & from[i]", to: "from[i]" }],
    ["a sum that overflows", { file: "nor.c", from: "size <= nor->size - at", to: "at + size <= nor->size" }],
    ["an erase that is a byte short", { file: "nor.c", from: "i < nor->sector_size", to: "i + 1 < nor->sector_size" }],
    [
      "a message longer than its buffer",
      { file: "netstring.c", from: "length > capacity", to: "length > 2 * capacity" },
    ],
    ["a read beyond what is there", { file: "netstring.c", from: "? there :", to: "? there + 1 :" }],
  ] as const)("%s is found", { timeout: 60_000 }, (_, change) => {
    expect(fuzz(change).status).not.toBe(0);
  });
});
