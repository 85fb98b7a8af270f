import { expect, test } from "vitest";
import { type Ask, affected, type BoxVersion, DrillError } from "../../../sim/trials/drill/affected.js";
import { deadlinesOf } from "../../../sim/trials/drill/deadlines.js";
import { rehearsal } from "../../../sim/trials/drill/rehearsal.js";

const NOW = Date.parse("2026-11-27T09:30:00Z") / 1_000;
const dateOf = (seconds: number | undefined) => seconds && new Date(seconds * 1_000).toISOString().slice(0, 16);

test("a day, three days, and fourteen days from the mend", () => {
  const { earlyWarning, notification, finalReport } = deadlinesOf(NOW, NOW + 86_400);
  expect([earlyWarning, notification, finalReport].map(dateOf)).toEqual([
    "2026-11-28T09:30",
    "2026-11-30T09:30",
    "2026-12-12T09:30",
  ]);
  expect(deadlinesOf(NOW, undefined).finalReport).toBeUndefined();
  expect(() => deadlinesOf(NOW, NOW - 1)).toThrow(/older than the knowledge/);
});

test("the rehearsal finds, through the API, who runs an older release or never said what", async () => {
  const boxes = await affected(rehearsal(3, 9, NOW), "MS5", 9);
  expect(boxes.length).toBeGreaterThan(5);
  expect(boxes.filter(({ release }) => release !== null && release >= 9)).toEqual([]);
  expect(boxes.some(({ release }) => release === null)).toBe(true);
  const upTo8 = await affected(rehearsal(3, 9, NOW), "MS5", 8);
  expect(upTo8.length).toBeLessThan(boxes.length);
});

test("a list of many pages is read to its end", async () => {
  const [one] = await affected(rehearsal(3, 9, NOW), "MS5", 9);
  const pages: Record<string, { items: BoxVersion[]; next: string | null }> = {
    "": { items: [{ ...one!, box: "A" }], next: "x" },
    x: { items: [{ ...one!, box: "B" }], next: null },
  };
  const ask: Ask = async (path) => Response.json(pages[new URL(path, "http://cloud").searchParams.get("cursor") ?? ""]);
  expect((await affected(ask, "MS5", 9)).map(({ box }) => box)).toEqual(["A", "B"]);
});

test.each<[string, Ask, RegExp]>([
  ["a cloud that is not there", () => Promise.reject(new TypeError("fetch failed")), /cannot be asked: fetch failed/],
  ["a token that is none", async () => new Response("", { status: 401 }), /does not take the token \(401\)/],
  ["another server", async () => new Response("<html>"), /200 is no list of versions/],
  ["a path that is not there", async () => Response.json({}, { status: 404 }), /404 is no list/],
])("%s is said, with the way out", async (_, ask, told) => {
  const error = await affected(ask, "MS5", 9).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DrillError);
  expect((error as Error).message).toMatch(told);
});
