import { beforeEach, expect, it } from "vitest";
import { type LinkChange, LinkLog } from "../../firmware/sync/link-log.js";
import { VirtualTime } from "../support/virtual-time.js";

const UP = { isUp: true, link: "wifi" };
const down = (synced: number) => ({ isUp: false, link: "wifi", reason: "reset", synced });

let time: VirtualTime;
let log: LinkLog;
let recorded: LinkChange[];

beforeEach(() => {
  time = new VirtualTime();
  recorded = [];
  time.wall = undefined;
  log = new LinkLog({ clock: time, timers: time, host: { recordLink: (change) => recorded.push(change) } });
});

it("records what happens now and then at once", () => {
  log.changed(UP);
  time.run(3_600_000);
  log.changed(down(20));
  expect(recorded).toEqual([UP, down(20)]);
});

it("records a link that flaps all day in a bounded way, and what it came to", () => {
  for (let i = 0; i < 2_880; i++) {
    log.changed(i % 2 === 0 ? UP : down(5));
    time.run(30_000);
  }
  expect(recorded.length).toBeGreaterThan(16);
  expect(recorded.length).toBeLessThanOrEqual(16 + 288);
  log.changed(UP);
  time.run(600_000);
  expect(recorded.at(-1)).toEqual(UP);
  for (let i = 1; i < recorded.length; i++) expect(recorded[i]!.isUp).toBe(!recorded[i - 1]!.isUp);
});

it("a record that is put off still says when the cloud was last heard", () => {
  for (let i = 0; i < 8; i++) {
    log.changed(UP);
    log.changed(down(0));
  }
  log.changed(UP);
  log.changed(UP);
  time.run(300_000);
  log.changed(down(7));
  time.run(300_000);
  expect(recorded.at(-1)!.isUp).toBe(false);
  expect(recorded.at(-1)!.synced).toBe(7 + 300);
});
