import { describe, expect, it } from "vitest";
import { makeSyncRig } from "./support/sync-rig.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A box that is online over cellular, since Ethernet is down. */
function onCellular() {
  const rig = makeSyncRig({ links: ["ethernet", "cellular"] });
  const [ethernet, cellular] = rig.net.all as [(typeof rig.net.all)[0], (typeof rig.net.all)[0]];
  ethernet.up = false;
  rig.task.start();
  rig.time.run(MINUTE);
  expect(rig.host.log.at(-1)).not.toContain("offline");
  const since = rig.net.attempts.length;
  /** Kinds of the connections since then; a bare one is in brackets. */
  const attempts = () =>
    rig.net.attempts.slice(since).map(({ kind, options }) => (options.tlsAuthority === undefined ? `(${kind})` : kind));
  return { ...rig, ethernet, cellular, attempts };
}

it("a link that goes down is left for the next one within seconds, whatever pace was told", () => {
  const { net, time, task, cloud } = makeSyncRig({ links: ["ethernet", "cellular"] });
  cloud.extra = { pace: 300 };
  task.start();
  time.run(MINUTE);
  for (let i = 0; i < 5; i++) {
    net.all[0]!.change(false);
    time.run(4_000);
    expect(task.online).toBe(true);
    net.all[0]!.change(true);
    time.run(2 * HOUR);
    expect(net.attempts.at(-1)!.kind).toBe("ethernet");
  }
});

describe("back to a better link", () => {
  it("goes a session a minute after it came up, and is away for less than a second", () => {
    const { time, task, ethernet, attempts, host } = onCellular();
    ethernet.change(true);
    time.run(MINUTE - 1);
    expect(attempts()).toEqual([]);
    const before = host.log.length;
    time.run(1_000);
    expect(attempts()).toEqual(["(ethernet)", "ethernet"]);
    expect(task.online).toBe(true);
    expect(host.log.slice(before)).toEqual(["offline cellular: moves to ethernet", "online ethernet"]);
    time.run(HOUR);
    expect(attempts()).toHaveLength(2);
  });

  it("no session goes, behind which the broker cannot be reached; it is looked at ever more seldom", () => {
    for (const mode of ["refuse", "noAnswer"] as const) {
      const { time, task, ethernet, attempts, host } = onCellular();
      ethernet.mode = mode;
      ethernet.change(true);
      time.run(24 * HOUR);
      expect(task.online).toBe(true);
      expect(new Set(attempts())).toEqual(new Set(["(ethernet)"]));
      expect(attempts().length).toBeGreaterThan(24);
      expect(attempts().length).toBeLessThan(32);
      expect(host.log.filter((line) => line.startsWith("offline"))).toEqual([]);
    }
  });

  it("makes no storm where the link flaps", () => {
    const { time, task, ethernet, attempts } = onCellular();
    for (let i = 0; i < 500; i++) {
      ethernet.change(i % 2 === 0);
      time.run(20_000);
    }
    expect(attempts()).toEqual([]);
    expect(task.online).toBe(true);
    for (let i = 0; i < 100; i++) {
      // Long enough to be gone to, and then lost again.
      ethernet.change(i % 2 === 0);
      time.run(3 * MINUTE);
    }
    expect(attempts().filter((kind) => kind === "ethernet").length).toBeLessThan(8);
  });

  it("that takes connections and answers nothing costs one wait, and the session comes back to where it was", () => {
    const { time, task, ethernet, attempts } = onCellular();
    ethernet.mode = "mute";
    ethernet.change(true);
    time.run(2 * MINUTE);
    expect(attempts()).toEqual(["(ethernet)", "ethernet", "cellular"]);
    expect(task.online).toBe(true);
    time.run(12 * HOUR);
    expect(task.online).toBe(true);
    expect(attempts().length).toBeLessThan(3 * 20);
  });

  it("that stays is trusted again: the next time takes a minute once more", () => {
    const { time, ethernet, attempts } = onCellular();
    for (let i = 0; i < 4; i++) {
      ethernet.change(true);
      time.run(HOUR);
      ethernet.change(false);
      time.run(2 * MINUTE);
    }
    expect(attempts().filter((kind) => kind === "ethernet")).toHaveLength(4);
    ethernet.change(true);
    time.run(MINUTE + 1_000);
    expect(attempts().filter((kind) => kind === "ethernet")).toHaveLength(5);
  });

  it("a box that stops leaves nothing behind", () => {
    const { time, task, ethernet } = onCellular();
    ethernet.mode = "noAnswer";
    ethernet.change(true);
    time.run(MINUTE + 1_000);
    task.stop();
    time.run(30_000);
    expect(time.pendingTimers).toBe(0);
  });
});
