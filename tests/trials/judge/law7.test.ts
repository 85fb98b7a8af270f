import { afterEach, beforeEach, expect, it } from "vitest";
import { Rulebook } from "../../../sim/trials/judge/rulebook.js";
import { Stage } from "../../../sim/trials/stage/stage.js";

const VAN = { bin: 0, key: 1, fob: "012ABC", code: "135790" } as const;
const FREE = 20;
const WALL = 1_793_606_400;

let stage: Stage;
let rules: Rulebook;
let nowMs: number;

beforeEach(async () => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  rules = new Rulebook(stage.record, stage.machine.name);
  nowMs = 0;
  emptyBins = 3;
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
/** Of 24 bins. */
let emptyBins = 3;
const permits = (bin: number, content?: string, { isPickup = false, isShut = false } = {}) => {
  const opening = { bin, content, key: undefined, atMs: nowMs, wallSeconds: WALL, isPickup, isShut, sheet: 1 };
  return rules.permits({ ...opening, empty: () => ({ count: emptyBins, of: 24 }) }, "exchange");
};
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

it("a tag takes nothing out, even from a bin that it would open for a return", () => {
  scan("777XYZ");
  expect([permits(FREE, undefined, { isPickup: true }), permits(FREE)]).toEqual([false, true]);
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

it("whoever looked and told the cloud where a key hangs frees the bin that it was taken from", () => {
  type(VAN.code);
  permits(VAN.bin, VAN.fob);
  through(VAN.bin);
  rules.saidToHold(FREE, VAN.fob);
  scan("777XYZ");
  expect(permits(VAN.bin)).toBe(true);
  expect(rules.evidenceOf(FREE)).toBe("holds key:1");
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
  rules.excused(VAN.key, later());
  through(VAN.bin);
  scan(VAN.fob);
  expect(permits(VAN.bin)).toBe(true);
});

it("where more than an eighth of the bins are empty, a tag opens one of those, and not the bin where its key was taken", () => {
  type(VAN.code);
  expect(permits(VAN.bin, VAN.fob)).toBe(true);
  through(VAN.bin);
  emptyBins = 4;
  scan(VAN.fob);
  expect([permits(VAN.bin), permits(FREE)]).toEqual([false, true]);
});

it("a bin out of service opens for the button that the cloud armed, and for no code, badge or tag", () => {
  type(VAN.code);
  expect(permits(VAN.bin, VAN.fob, { isShut: true })).toBe(false);
  scan("777XYZ");
  expect(permits(FREE, undefined, { isShut: true })).toBe(false);
  rules.armed(VAN.bin, later());
  expect(permits(VAN.bin, VAN.fob, { isShut: true })).toBe(true);
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

it("nobody who says that a key hangs elsewhere has looked into its bin here: no tag opens that, nor one in doubt about it", () => {
  rules.saidElsewhere(VAN.fob);
  scan("777XYZ");
  expect(permits(VAN.bin)).toBe(false);
  rules.stocked(VAN.bin, VAN.fob);
  through(VAN.bin, "emergency");
  rules.saidElsewhere(VAN.fob);
  scan("777XYZ");
  expect(permits(VAN.bin)).toBe(false);
});

it("a box that has not heard of it opens that bin to a right to the key, and to no tag, even after an emergency", () => {
  rules.saidElsewhere(VAN.fob);
  through(VAN.bin, "emergency");
  scan(VAN.fob);
  expect(permits(VAN.bin)).toBe(false);
  type(VAN.code);
  expect([permits(VAN.bin), permits(VAN.bin, "777XYZ")]).toEqual([true, false]);
});

it("a printed code opens while its sheet is in force, and not once it is closed: one bin, or each of a run", () => {
  const { sheets } = stage.cloud;
  const opens = (bin: number, sheet: number) =>
    rules.permits(
      {
        ...{ bin, content: undefined, key: undefined, atMs: nowMs, wallSeconds: WALL, isPickup: false, isShut: false },
        ...{ sheet, empty: () => ({ count: 1, of: 24 }) },
      },
      "emergency",
    );
  const codeOf = (target: string) =>
    sheets.sheet(stage.machine.name, 1).targets.find((one) => one.target === target)!.codes[0]!.code;
  type(codeOf("bin:A-1"));
  expect([opens(0, 2), opens(0, 1), opens(1, 1)]).toEqual([false, true, false]);
  type(codeOf("all"));
  expect([opens(5, 1), opens(6, 2), opens(6, 1)]).toEqual([true, false, true]);
});
