import { describe, expect, it } from "vitest";
import { makeSyncRig, type SyncRig } from "./support/sync-rig.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 2023-11-14, the cloud's time in these rigs. */
const NOW = 1_700_000_000;
const DAY = 86_400;
const ENDED = "certificate ended 2023-11-13: renew the broker's";

/** What the broker has seen of the box: CONNECT holds its password. */
function connects(rig: SyncRig): () => number {
  let count = 0;
  rig.net.fromBox = (bytes) => {
    if (bytes[0] === 0x10) count++;
  };
  return () => count;
}

describe("a certificate's dates", () => {
  it("that hold by the box's clock and by the cloud's are no matter", () => {
    const rig = makeSyncRig({ links: ["ethernet"] });
    rig.net.validity = { from: NOW, until: NOW + DAY };
    rig.task.start();
    rig.time.run(MINUTE);
    expect([rig.task.online, rig.task.faults()]).toEqual([true, []]);
  });

  it.each([
    ["ended", { from: 0, until: NOW - DAY }, ENDED],
    ["begins", { from: NOW + DAY, until: NOW + 2 * DAY }, "certificate begins 2023-11-15: look at the clocks"],
    ["ended a second ago", { from: 0, until: NOW - 1 }, "certificate ended 2023-11-14: renew the broker's"],
  ])(
    "that %s by the box's clock: nothing is sent, not even the password; the cause and the way out are told",
    (_what, validity, reason) => {
      const rig = makeSyncRig({ links: ["ethernet"] });
      const count = connects(rig);
      rig.net.validity = validity;
      rig.task.start();
      rig.time.run(5 * MINUTE);
      expect(rig.net.attempts.length).toBeGreaterThan(3);
      expect([count(), rig.cloud.hellos.length]).toEqual([0, 0]);
      expect(rig.task.lastFailure).toBe(`ethernet: ${reason}`);
      expect(rig.task.faults()).toEqual([{ name: "broker", reason }]);
    },
  );

  it("are left alone by a box without a time until the cloud has told it: then the session ends, and the next one is not begun", () => {
    const rig = makeSyncRig({ links: ["ethernet"] });
    const count = connects(rig);
    rig.time.wall = undefined;
    rig.append(3);
    rig.net.validity = { from: 0, until: NOW - DAY };
    rig.task.start();
    rig.time.run(5 * MINUTE);
    expect(rig.time.wallSeconds()).toBeGreaterThanOrEqual(NOW);
    expect([count(), rig.cloud.hellos.length, rig.cloud.batches]).toEqual([1, 1, []]);
    expect(rig.host.log).toEqual([expect.stringMatching(/^time /)]);
    expect([rig.task.online, rig.task.lastFailure]).toEqual([false, `ethernet: ${ENDED}`]);
    rig.net.validity = { from: 0, until: NOW + DAY };
    rig.time.run(3 * MINUTE);
    expect([rig.task.online, rig.task.faults()]).toEqual([true, []]);
    expect(rig.host.journal.acknowledged).toBe(3);
  });

  it("that hold are no matter to a box without a time either", () => {
    const rig = makeSyncRig({ links: ["ethernet"] });
    rig.time.wall = undefined;
    rig.net.validity = { from: NOW - DAY, until: NOW + DAY };
    rig.task.start();
    rig.time.run(MINUTE);
    expect([rig.task.online, rig.task.faults()]).toEqual([true, []]);
  });

  it("that run out in the middle of a session end it at the next welcome", () => {
    const rig = makeSyncRig({ links: ["ethernet"] });
    rig.net.validity = { from: 0, until: NOW + 100 };
    rig.task.start();
    rig.time.run(4 * MINUTE);
    expect(rig.task.online).toBe(true);
    rig.cloud.time = NOW + 320;
    rig.time.run(2 * MINUTE);
    expect(rig.task.online).toBe(false);
    expect(rig.task.lastFailure).toBe("ethernet: certificate ended 2023-11-14: renew the broker's");
  });

  it("of a box whose own clock is wrong get a chance after an hour, and once an hour: the cloud sets the clock", () => {
    const rig = makeSyncRig({ links: ["ethernet"] });
    const count = connects(rig);
    rig.time.wall = NOW + 400 * DAY;
    rig.net.validity = { from: 0, until: NOW + DAY };
    rig.cloud.welcomes = false;
    rig.task.start();
    rig.time.run(59 * MINUTE);
    expect(count()).toBe(0);
    rig.time.run(5 * MINUTE);
    expect(count()).toBe(1);
    rig.net.breakLast();
    rig.time.run(50 * MINUTE);
    expect(count()).toBe(1);
    rig.cloud.welcomes = true;
    rig.time.run(15 * MINUTE);
    expect(count()).toBe(2);
    expect(rig.task.online).toBe(true);
    expect(rig.time.wallSeconds()).toBeLessThan(NOW + DAY);
    rig.time.run(HOUR);
    expect([rig.task.online, rig.task.faults()]).toEqual([true, []]);
  });
});
