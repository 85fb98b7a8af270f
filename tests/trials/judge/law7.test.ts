import { afterEach, beforeEach, expect, it } from "vitest";
import { Rulebook } from "../../../sim/trials/judge/rulebook.js";
import { Stage } from "../../../sim/trials/stage/stage.js";

const VAN = { bin: 0, fob: "012ABC", code: "135790" } as const;
const FREE = 20;
const WALL = 1_793_606_400;

let stage: Stage;
let rules: Rulebook;
let nowMs: number;

beforeEach(async () => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  rules = new Rulebook(stage.cloud, stage.machine.name);
  nowMs = 0;
  const { bins } = stage.machine;
  for (let bin = 0; bin < bins.count; bin++) {
    const fob = bins.content(bin);
    if (fob !== undefined) rules.stocked(bin, fob);
  }
  rules.saidEmpty(FREE);
});
afterEach(() => stage.close());

const later = () => {
  nowMs += 100_000;
  return nowMs;
};
const scan = (fob: string) => rules.scanned(fob, later(), WALL);
const type = (code: string) => rules.typed(code, later(), WALL);
const permits = (bin: number, content?: string) =>
  rules.permits({ bin, content, key: undefined, atMs: nowMs, wallSeconds: WALL }, "exchange");
/** The door opens and shuts, and what was there is there still. */
const through = (bin: number, by: "exchange" | "emergency" = "exchange") => {
  rules.opened(bin, by, nowMs);
  rules.closed(bin);
};

it("a copied tag opens neither the bin where its key hangs, nor one in doubt that turns out to be empty", () => {
  scan(VAN.fob);
  expect(permits(VAN.bin, VAN.fob)).toBe(false);
  through(VAN.bin, "emergency");
  scan(VAN.fob);
  expect([permits(VAN.bin, VAN.fob), permits(VAN.bin)]).toEqual([false, false]);
  through(FREE, "emergency");
  scan("777XYZ");
  expect(permits(FREE)).toBe(false);
});

it("a tag opens what is surely empty, and what somebody with a right said is", () => {
  scan("777XYZ");
  expect(permits(FREE)).toBe(true);
  through(VAN.bin, "emergency");
  rules.saidAllOut();
  scan("888XYZ");
  expect(permits(VAN.bin)).toBe(true);
});

it("where a key was taken, its own tag brings it back, and no other opens the bin", () => {
  type(VAN.code);
  expect(permits(VAN.bin, VAN.fob)).toBe(true);
  through(VAN.bin);
  scan("777XYZ");
  expect(permits(VAN.bin)).toBe(false);
  scan(VAN.fob);
  expect(permits(VAN.bin)).toBe(true);
});

it("a scan frees no bin; a return by a right frees where the key was taken", () => {
  type(VAN.code);
  permits(VAN.bin, VAN.fob);
  through(VAN.bin);
  scan(VAN.fob);
  permits(FREE);
  through(FREE);
  scan("777XYZ");
  expect(permits(VAN.bin)).toBe(false);
  rules.saidEmpty(FREE);
  type(VAN.code);
  rules.saidReturn();
  permits(FREE);
  through(FREE);
  scan("777XYZ");
  expect(permits(VAN.bin)).toBe(true);
});

it("what the cloud opened for a key that surely hung there takes it back by its tag; a bin in doubt stays in doubt", () => {
  rules.armed(VAN.bin, later());
  expect(permits(VAN.bin, VAN.fob)).toBe(true);
  through(VAN.bin);
  scan(VAN.fob);
  expect(permits(VAN.bin)).toBe(true);
  through(VAN.bin, "emergency");
  rules.armed(VAN.bin, later());
  expect(permits(VAN.bin)).toBe(true);
  through(VAN.bin);
  scan(VAN.fob);
  expect(permits(VAN.bin)).toBe(false);
});

it("what a right that was taken away has opened in spite of that counts as taken by it", () => {
  rules.excused(VAN.fob, later());
  through(VAN.bin);
  scan(VAN.fob);
  expect(permits(VAN.bin)).toBe(true);
});

it("what somebody said hangs in another box is not where it was taken: any tag opens that bin", () => {
  type(VAN.code);
  expect(permits(VAN.bin, VAN.fob)).toBe(true);
  through(VAN.bin);
  scan("777XYZ");
  expect(permits(VAN.bin)).toBe(false);
  rules.saidElsewhere(VAN.fob);
  scan("777XYZ");
  expect(permits(VAN.bin)).toBe(true);
});
