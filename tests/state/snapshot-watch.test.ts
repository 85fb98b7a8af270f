import { beforeEach, expect, test } from "vitest";
import type { ContentLook, SnapshotView } from "../../firmware/snapshot/contract.js";
import type { CurrentSnapshot } from "../../firmware/state/current-snapshot.js";
import { SnapshotWatch } from "../../firmware/state/snapshot-watch.js";
import { FlashError } from "../../hal/ports/flash.js";
import { ManualTimers } from "../support/manual-timers.js";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let timers: ManualTimers;
/** What happened, and when, ms. */
let log: [number, string][];
let view: SnapshotView | undefined;

const note = (what: string) => log.push([timers.nowMs, what]);

/** Of one piece for each of `answers`; the last is told at the end. */
function file(name: string, ...answers: (ReturnType<ContentLook["step"]> | Error)[]): SnapshotView {
  const look = (): ContentLook => {
    note(`${name} from its start`);
    let at = 0;
    return {
      step: () => {
        note(`${name} ${at}`);
        const answer = answers[at++];
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
  };
  return { look } as unknown as SnapshotView;
}

beforeEach(() => {
  timers = new ManualTimers();
  log = [];
  const snapshot = {
    get view() {
      return view;
    },
    rotted: () => note("rotted"),
  } as unknown as CurrentSnapshot;
  new SnapshotWatch({ snapshot, timers }).start();
});

test("reads the snapshot in force a minute after the start, a piece a second, and the next day once more", () => {
  view = file("a", undefined, undefined, "whole");
  timers.advance(MINUTE_MS + 10_000);
  expect(log).toEqual([
    [MINUTE_MS, "a from its start"],
    [MINUTE_MS, "a 0"],
    [MINUTE_MS + 1_000, "a 1"],
    [MINUTE_MS + 2_000, "a 2"],
  ]);
  log = [];
  timers.advance(DAY_MS);
  expect(log.map(([, what]) => what)).toEqual(["a from its start", "a 0", "a 1", "a 2"]);
  expect(log[0]![0]).toBe(MINUTE_MS + 2_000 + DAY_MS);
});

test.each([["rotten" as const], [new FlashError("no answer")]])("notes one that is not whole any more: %s", (found) => {
  view = file("a", undefined, found);
  timers.advance(MINUTE_MS + 10_000);
  expect(log.slice(3)).toEqual([[MINUTE_MS + 1_000, "rotted"]]);
  expect(timers.waitsMs).toEqual([DAY_MS - 9_000]);
});

test("another error is not kept quiet", () => {
  view = file("a", new TypeError("the port is broken"));
  expect(() => timers.advance(MINUTE_MS)).toThrow("the port is broken");
});

test("begins anew with a snapshot that has come in between, and says nothing of the one before", () => {
  view = file("a", undefined, "rotten");
  timers.advance(MINUTE_MS);
  view = file("b", undefined, "whole");
  timers.advance(10_000);
  expect(log.map(([, what]) => what)).toEqual(["a from its start", "a 0", "b from its start", "b 0", "b 1"]);
});

test("where there is none, looks again the next day", () => {
  view = undefined;
  timers.advance(MINUTE_MS);
  expect([log, timers.waitsMs]).toEqual([[], [DAY_MS]]);
  view = file("a", "whole");
  timers.advance(DAY_MS);
  expect(log).toHaveLength(2);
});

test("of one that goes while it is read, nothing is told", () => {
  view = file("a", undefined, "rotten");
  timers.advance(MINUTE_MS);
  view = undefined;
  timers.advance(10_000);
  expect(log).toHaveLength(2);
  expect(timers.waitsMs).toEqual([DAY_MS - 9_000]);
});
