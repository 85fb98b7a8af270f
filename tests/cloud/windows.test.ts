import { describe, expect, test } from "vitest";
import { offsetsOf, resolveWindow, type UtcWindow, windowAt } from "../../sim/cloud/windows.js";

function scheduled(start: string, end: string, zone: string) {
  return { kind: "scheduled", start, end, zone } as const;
}

function utc(start: string, end: string, zone: string, localZone = "Asia/Tokyo"): [string, string] {
  const window = resolveWindow(scheduled(start, end, zone), localZone)!;
  return [window.from, window.until].map((s) => new Date(s * 1000).toISOString().slice(0, 16)) as [string, string];
}

describe("windows", () => {
  test.each([
    ["plain days", "2026-06-01T08:00", "2026-06-01T18:00", "Europe/Paris", "2026-06-01T06:00", "2026-06-01T16:00"],
    [
      "local is the box's zone",
      "2026-06-01T08:00",
      "2026-06-01T18:00",
      "local",
      "2026-05-31T23:00",
      "2026-06-01T09:00",
    ],
    [
      "over the spring change",
      "2026-03-28T20:00",
      "2026-03-29T08:00",
      "Europe/Paris",
      "2026-03-28T19:00",
      "2026-03-29T06:00",
    ],
    [
      "over the autumn change",
      "2026-10-24T20:00",
      "2026-10-25T08:00",
      "Europe/Paris",
      "2026-10-24T18:00",
      "2026-10-25T07:00",
    ],
    [
      "start in a gap: the change",
      "2026-03-29T02:30",
      "2026-03-29T08:00",
      "Europe/Paris",
      "2026-03-29T01:00",
      "2026-03-29T06:00",
    ],
    [
      "end in a gap: the change",
      "2026-03-29T00:00",
      "2026-03-29T02:30",
      "Europe/Paris",
      "2026-03-28T23:00",
      "2026-03-29T01:00",
    ],
    [
      "overlap: first start, second end",
      "2026-10-25T02:30",
      "2026-10-25T02:40",
      "Europe/Paris",
      "2026-10-25T00:30",
      "2026-10-25T01:40",
    ],
    [
      "New York, gap",
      "2026-03-08T02:15",
      "2026-03-08T05:00",
      "America/New_York",
      "2026-03-08T07:00",
      "2026-03-08T09:00",
    ],
    [
      "half-hour change",
      "2026-10-04T02:10",
      "2026-10-04T06:00",
      "Australia/Lord_Howe",
      "2026-10-03T15:30",
      "2026-10-03T19:00",
    ],
    ["no change ever", "2026-03-29T02:30", "2026-03-29T03:00", "Asia/Kolkata", "2026-03-28T21:00", "2026-03-28T21:30"],
  ])("%s", (_, start, end, zone, from, until) => {
    expect(utc(start, end, zone)).toEqual([from, until]);
  });

  test("ongoing has none", () => expect(resolveWindow({ kind: "ongoing" }, "Asia/Tokyo")).toBeUndefined());

  test.each([
    ["2026-06-01T18:00", "2026-06-01T08:00", "Europe/Paris", /does not start before it ends/],
    ["2026-03-29T02:10", "2026-03-29T02:50", "Europe/Paris", /does not start before it ends/],
    ["2026-06-01T18:00", "2026-06-02T08:00", "Europe/Atlantis", /zone Europe\/Atlantis is not known: use an IANA name/],
    ["2026-02-30T18:00", "2026-06-02T08:00", "Europe/Paris", /2026-02-30T18:00 is not a date and time of the calendar/],
    ["2026-06-01T18:00", "2200-01-01T00:00", "Europe/Paris", /is outside 1970 to 2106: move it/],
  ])("%s to %s in %s is refused", (start, end, zone, message) => {
    expect(() => resolveWindow(scheduled(start, end, zone), "Asia/Tokyo")).toThrow(message);
  });

  test.each([
    ["1970-01-01T02:00", "1970-01-01T12:00", "1970-01-01T00:00", "1970-01-01T03:00"],
    ["2106-02-07T00:00", "2106-02-07T20:00", "2106-02-06T15:00", "2106-02-07T06:28"],
  ])("a window from %s that was accepted elsewhere holds what a snapshot can of it here", (start, end, from, until) => {
    const local = scheduled(start, end, "local");
    expect(() => resolveWindow(local, "Asia/Tokyo")).toThrow(/outside 1970 to 2106/);
    const window = windowAt(local, "Asia/Tokyo") as UtcWindow;
    const instants = [window.from, window.until].map((seconds) => new Date(1_000 * seconds).toISOString().slice(0, 16));
    expect(instants).toEqual([from, until]);
  });

  test("a window that holds no time here is never open, and none at all always", () => {
    expect(windowAt(scheduled("2026-03-29T02:10", "2026-03-29T02:50", "local"), "Europe/Paris")).toBe("never");
    expect(windowAt(scheduled("1970-01-01T02:00", "1970-01-01T08:00", "local"), "Asia/Tokyo")).toBe("never");
    expect(windowAt({ kind: "ongoing" }, "Asia/Tokyo")).toBe("always");
  });

  test("offsets for showing times begin with what holds now", () => {
    const now = Date.parse("2026-06-01T00:00:00Z") / 1000;
    const offsets = offsetsOf("Europe/Paris", now, 366 * 86_400, 16);
    expect(offsets).toEqual([
      { from: 0, offsetMinutes: 120 },
      { from: Date.parse("2026-10-25T01:00:00Z") / 1000, offsetMinutes: 60 },
      { from: Date.parse("2027-03-28T01:00:00Z") / 1000, offsetMinutes: 120 },
    ]);
    expect(offsetsOf("Asia/Tokyo", now, 366 * 86_400, 16)).toEqual([{ from: 0, offsetMinutes: 540 }]);
    expect(offsetsOf("Europe/Paris", now, 50 * 366 * 86_400, 16)).toHaveLength(16);
  });
});
