import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { CloudService } from "../../../sim/cloud/service.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { makeSample } from "../../../sim/samples/sample.js";
import { BOX } from "./support.js";

vi.setConfig({ testTimeout: 240_000 });

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pack-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** In a folder without a simulator's data, whatever lies in the checkout. */
async function pack(...args: string[]): Promise<Run> {
  return await packIn(folder, ...args);
}

async function packIn(cwd: string, ...args: string[]): Promise<Run> {
  return await new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", import.meta.resolve("tsx"), join(ROOT, "sim/cli/pack.ts"), ...args],
      { cwd, env: { ...process.env, NO_COLOR: "1" } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

test("--box writes the files of one box, for its owner only", async () => {
  const out = join(folder, "deep", "one");
  const { code, err } = await pack("--box", "MS4-TOKYO", "--out", out);
  expect(code, err).toBe(0);
  const names = [
    "MS4-TOKYO-sheet-1-codes.csv",
    "MS4-TOKYO-sheet-1-keys.csv",
    "MS4-TOKYO-sheet-1.html",
    "MS4-TOKYO-sheet-1.pdf",
  ];
  expect(readdirSync(out).sort()).toEqual(names);
  for (const name of names) expect(statSync(join(out, name)).mode & 0o777).toBe(0o600);
  expect(err).toContain("1/1 MS4-TOKYO: sheet 1, 88 good codes, 0 used or passed");
  expect(err).toContain("this is the sample, whose codes open no box");
});

test("--all writes every box, steps for the MS3, and the lists of all", async () => {
  const out = join(folder, "all");
  const { code, err } = await pack("--all", "--out", out, "--paper", "letter", "--language", "en");
  expect(code, err).toBe(0);
  const names = readdirSync(out);
  expect(names).toContain("MS3-TOKYO-plan.pdf");
  expect(names).not.toContain("MS3-TOKYO-plan-codes.csv");
  expect(names).toEqual(expect.arrayContaining(["all-boxes.html", "all-boxes-codes.csv", "all-boxes-keys.csv"]));
  expect(err).toContain("MS3 has no offline mode and takes no codes: the fallback steps instead");
  expect(readFileSync(join(out, "all-boxes.html"), "utf8")).toContain('<section id="MS3-TOKYO" lang="en">');
});

function makeDatabase(data: string): { readonly cloud: CloudService; readonly file: string } {
  mkdirSync(data);
  const file = join(data, "cloud.json");
  const store = CloudStore.inFile(file);
  const timers = { set: () => 0, clear: () => {} };
  const cloud = new CloudService({ store, now: () => 1_780_308_000, timers, random: (n) => new Uint8Array(n).fill(3) });
  makeSample(cloud, 5);
  return { cloud, file };
}

test("beside a simulator's data, the codes are those of its box", async () => {
  const place = join(folder, "beside");
  mkdirSync(place);
  const { cloud } = makeDatabase(join(place, ".data"));
  const { code, err } = await packIn(place, "--box", "MS4-TOKYO", "--out", "out");
  expect(code, err).toBe(0);
  expect(err).not.toContain("sample");
  const [first] = cloud.sheets.sheet("MS4-TOKYO").targets[0]!.codes;
  const codes = readFileSync(join(place, "out", "MS4-TOKYO-sheet-1-codes.csv"), "utf8");
  expect(codes).toContain(`MS4-TOKYO,1,in force,bin,A-1,1,${first!.code.slice(0, 4)}·${first!.code.slice(4)},good`);
});

test("--data reads the cloud's database and leaves it as it is; --sheet takes an older sheet", async () => {
  const data = join(folder, "data");
  const { cloud, file } = makeDatabase(data);
  cloud.sheets.rotate(BOX);
  const before = readFileSync(file);
  const { code, err } = await pack("--box", BOX, "--data", data, "--out", join(folder, "old"), "--sheet", "1");
  expect(code, err).toBe(0);
  expect(err).toContain("sheet 1, superseded by sheet 2");
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(data).sort()).toEqual(["cloud.json", "cloud.lock", "cloud.log"]);
});

test.each<[string, string[], number, RegExp]>([
  ["no box", ["--out", "x"], 2, /Name one with --box ID, or take them all with --all/],
  ["no folder", ["--box", BOX], 2, /required option '--out <dir>'/],
  ["an unknown box", ["--box", "NOPE", "--out", "x"], 2, /no box NOPE: name one of MS5-PARIS, MS4-TOKYO, MS3-TOKYO/],
  ["box and all", ["--box", BOX, "--all", "--out", "x"], 2, /cannot be used with option/],
  [
    "a sheet that is not issued",
    ["--box", BOX, "--out", "x", "--sheet", "7"],
    2,
    /sheet 7 of box MS5-PARIS is not issued, the newest is 1/,
  ],
  ["a sheet that is no number", ["--box", BOX, "--out", "x", "--sheet", "two"], 2, /a number from 1 to 999 is needed/],
  ["a strange paper", ["--box", BOX, "--out", "x", "--paper", "a3"], 2, /Allowed choices are a4, letter/],
  ["a strange language", ["--box", BOX, "--out", "x", "--language", "xx"], 2, /Allowed choices are en, /],
  [
    "no database",
    ["--box", BOX, "--out", "x", "--data", "/nowhere"],
    1,
    /no cloud database \/nowhere\/cloud.json: name the folder/,
  ],
])("%s: an exit code, the cause and the way out", async (_, args, expected, message) => {
  const { code, err } = await pack(...args);
  expect(err).toMatch(message);
  expect(code).toBe(expected);
  expect(existsSync(join(ROOT, "x"))).toBe(false);
});

test("a database that is none, and a folder that is a file", async () => {
  const data = join(folder, "broken");
  mkdirSync(data);
  writeFileSync(join(data, "cloud.json"), "{ not json");
  const broken = await pack("--box", BOX, "--out", join(folder, "b"), "--data", data);
  expect(broken.err).toMatch(/is not a cloud database .*: restore it, or move it away/);
  expect(broken.code).toBe(1);
  const file = join(folder, "file");
  writeFileSync(file, "");
  const blocked = await pack("--box", BOX, "--out", file);
  expect(blocked.err).toMatch(/could not be written to .*choose another folder with --out/);
  expect(blocked.code).toBe(1);
});

// The superuser may write anywhere.
test.skipIf(process.getuid?.() === 0)("a folder without permission", async () => {
  const out = join(folder, "closed");
  mkdirSync(out);
  chmodSync(out, 0o500);
  const { code, err } = await pack("--box", BOX, "--out", out);
  expect(err).toMatch(/no permission; choose a folder of your own with --out/);
  expect(code).toBe(1);
});
