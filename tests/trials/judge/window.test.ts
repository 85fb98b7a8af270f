import fc from "fast-check";
import { expect, test } from "vitest";
import { resolveWindow } from "../../../sim/cloud/windows.js";
import { isOpenAt } from "../../../sim/trials/judge/window.js";

const utc = (text: string) => Date.parse(`${text}Z`) / 1_000;
const PARIS = "Europe/Paris";

test("a window begins with its first second and ends before its last", () => {
  const window = { start: "2026-11-02T08:00", end: "2026-11-02T18:30" };
  const open = (at: string) => isOpenAt(window, "Asia/Tokyo", utc(at));
  expect([open("2026-11-01T22:59:59"), open("2026-11-01T23:00:00")]).toEqual([false, true]);
  expect([open("2026-11-02T09:29:59"), open("2026-11-02T09:30:00")]).toEqual([true, false]);
});

test("where the clocks go back, a start is the first of the two times and an end the second", () => {
  const from = { start: "2026-10-25T02:30", end: "2026-10-25T12:00" };
  expect(isOpenAt(from, PARIS, utc("2026-10-25T00:29:59"))).toBe(false);
  for (const at of ["2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:29"]) {
    expect(isOpenAt(from, PARIS, utc(at)), at).toBe(true);
  }
  const until = { start: "2026-10-25T00:00", end: "2026-10-25T02:30" };
  expect(isOpenAt(until, PARIS, utc("2026-10-25T00:45"))).toBe(true);
  expect([isOpenAt(until, PARIS, utc("2026-10-25T01:29:59")), isOpenAt(until, PARIS, utc("2026-10-25T01:30"))]).toEqual(
    [true, false],
  );
});

test("where the clocks go forward, a time that is never shown is the moment of the change", () => {
  const change = utc("2027-03-28T01:00");
  const from = { start: "2027-03-28T02:30", end: "2027-03-28T12:00" };
  expect([isOpenAt(from, PARIS, change - 1), isOpenAt(from, PARIS, change)]).toEqual([false, true]);
  const until = { start: "2027-03-28T00:00", end: "2027-03-28T02:30" };
  expect([isOpenAt(until, PARIS, change - 1), isOpenAt(until, PARIS, change)]).toEqual([true, false]);
});

test("judge and cloud resolve a window alike, each by its own way, near changes of the clocks too", () => {
  const zones = [PARIS, "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "America/St_Johns", "UTC"];
  const changes = ["2026-10-25T01:00", "2026-11-01T06:00", "2027-03-28T01:00", "2027-03-14T07:00", "2027-04-03T15:00"];
  const instant = fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -9_000, max: 9_000 }));
  const local = instant.map(([change, offset]) => {
    return new Date((utc(change) + offset * 5 - 40_000) * 1_000).toISOString().slice(0, 16);
  });
  fc.assert(
    fc.property(fc.constantFrom(...zones), local, local, instant, (zone, a, b, [change, offset]) => {
      fc.pre(a < b);
      const at = utc(change) + offset;
      let window: ReturnType<typeof resolveWindow>;
      try {
        window = resolveWindow({ kind: "scheduled", start: a, end: b, zone }, "UTC");
      } catch {
        return;
      }
      expect(isOpenAt({ start: a, end: b }, zone, at)).toBe(at >= window!.from && at < window!.until);
    }),
    { numRuns: 2_000, seed: 20261126 },
  );
});
