import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFigures } from "../../sim/cli/firmware/figures.js";
import { findSdk, HOW_TO_GET_IT } from "../../sim/cli/firmware/sdk.js";
import { ROOT } from "../tidy/sources.js";

function firmware(args: readonly string[], moddable: string) {
  const env = { ...process.env, MODDABLE: moddable };
  const { status, stdout, stderr } = spawnSync("npx", ["tsx", "sim/cli/firmware.ts", ...args], { cwd: ROOT, env });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

test("without the SDK, one line says how to get it", () => {
  const { status, stdout, stderr } = firmware(["--board", "ms5"], "");
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(
    stderr
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("npm warn")),
  ).toEqual([HOW_TO_GET_IT]);
  expect(HOW_TO_GET_IT).toContain("npx xs-dev setup");
});

test.each([[["--board", "ms6"]], [[]], [["--board", "ms5", "--frobnicate"]]])("bad usage %j ends with 2", (args) => {
  expect(firmware(args, "").status).toBe(2);
});

test("a folder without the SDK's tools is no SDK", () => {
  const folder = mkdtempSync(join(tmpdir(), "smartbox-no-sdk-"));
  expect(findSdk({ MODDABLE: folder })).toEqual({ missing: expect.stringContaining("there is no mcconfig in") });
  rmSync(folder, { recursive: true });
});

test("figures are read from what xsl writes", () => {
  const linked = [
    "#define mxAliasCount 3",
    "#define mxHeapCount 10",
    "#define mxStackCount 2",
    "#define mxKeysCount 4",
    "static const txU1 gxCode1[100];",
    "static const txU1 gxCode22[11];",
    "static const txU1 gxCode1[100] = {",
    '{ .value = { .code = { (txByte*)"\\x0f\\x00\\x9e", NULL } } },',
    '{ .value = { .string = "ab\\xe6""\\xa9""c" } },',
    '{ .value = { .key = { "BigInt", 0x147c } } },',
  ].join("\n");
  expect(readFigures(linked)).toEqual({
    preloadSlots: 12,
    preloadSlotBytes: 192,
    bytecodeBytes: 114,
    stringBytes: 11,
    keys: 4,
    aliases: 3,
    romBytes: 192 + 114 + 11 + 16,
  });
});

test("something else is not taken for it", () => {
  expect(() => readFigures("int main(void) { return 0; }")).toThrow("mxHeapCount");
});
