import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { readFigures } from "../../sim/cli/firmware/figures.js";
import { imageSlotBytes, reservePercent } from "../../sim/cli/firmware/reserve.js";
import { findSdk, HOW_TO_GET_IT, strangeness, WRITTEN_FOR } from "../../sim/cli/firmware/sdk.js";
import { ROOT } from "../tidy/sources.js";

vi.setConfig({ testTimeout: 60_000 });

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

test("an SDK of another version is built with, and said to be strange", () => {
  const sdk = { moddable: "/sdk", tools: "/sdk/tools" };
  expect(strangeness({ ...sdk, version: WRITTEN_FOR.sdk })).toBeUndefined();
  expect(strangeness({ ...sdk, version: "10.0.1" })).toContain("$MODDABLE has 10.0.1");
  expect(strangeness({ ...sdk, version: undefined })).toContain("a version that it does not tell");
});

test("an image that fills its slot to more than 90 % fails the build, with both sizes", () => {
  const slot = imageSlotBytes(readFileSync(join(ROOT, "hal/moddable/esp32/partitions.csv"), "utf8"));
  expect(slot).toBe(5_636_096);
  expect(reservePercent(2_500_000, slot)).toBe(55.6);
  expect(reservePercent(5_072_486, slot)).toBe(10);
  expect(() => reservePercent(5_072_487, slot)).toThrow(
    "the image has 5072487 bytes, its slot 5636096: a reserve of 9.9 %, where 10 % is the least",
  );
  expect(() => reservePercent(slot + 65_536, slot)).toThrow("a reserve of -1.2 %");
});

test("the smaller slot counts, and a table without one is none", () => {
  const csv = (sizes: readonly string[]) =>
    ["# a comment, app", ...sizes.map((size, i) => `ota_${i}, app, ota_${i}, , ${size}`)].join("\n");
  expect(imageSlotBytes(csv(["0x200000", "0x1f0000"]))).toBe(0x1f0000);
  expect(() => imageSlotBytes(csv([]))).toThrow(RangeError);
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
