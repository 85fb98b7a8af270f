import { describe, expect, it } from "vitest";
import { CommandKind } from "../../firmware/records/records.js";
import { Freshness } from "../../firmware/sync/freshness.js";
import { CLOCK_ERROR_MAX_S, MAX_IN_FLIGHT } from "../../firmware/sync/limits.js";
import type { Lane } from "../../firmware/wire/lanes.js";
import { makeSyncRig, type SyncRig } from "./support/sync-rig.js";

const SECOND = 1000;
const MINUTE = 60_000;

function online(world: SyncRig): void {
  world.task.start();
  world.time.run(SECOND);
  expect(world.task.online).toBe(true);
}

/** The broker keeps what the cloud sends from here on; the result lets it all go, in order. */
function hold({ cloud }: SyncRig): () => void {
  const held: [Lane, Uint8Array][] = [];
  const raw = cloud.raw.bind(cloud);
  cloud.raw = (lane, payload) => void held.push([lane, payload]);
  return () => {
    cloud.raw = raw;
    for (const message of held.splice(0)) raw(...message);
  };
}

/** The cloud's clock, s. */
const cloudNow = ({ cloud, time }: SyncRig) => cloud.time + Math.floor(time.nowMs / SECOND);

describe("a broker that drips", () => {
  it("does not put the next hello off: it comes after five minutes, whatever is outstanding", () => {
    const world = makeSyncRig();
    const { cloud, host, time, net } = world;
    host.journal.fill(5_000);
    cloud.acks = false;
    world.task.start();
    // One batch acknowledged every 15 s: never a round without progress.
    for (let i = 1; i <= 41; i++) {
      time.run(15 * SECOND);
      cloud.acked = i * 64;
      cloud.ack(cloud.acked, host.journal.epoch!);
    }
    expect(net.attempts).toHaveLength(1);
    expect(cloud.hellos).toHaveLength(3);
    // Records go on between the hellos.
    expect(world.task.online).toBe(true);
  });

  it("pieces of a snapshot puts it off no more than records do", () => {
    const world = makeSyncRig();
    const { cloud, time } = world;
    cloud.snapshot = { version: 5, bytes: new Uint8Array(100_000) };
    let sent = 0;
    cloud.piece = () => ++sent % 8 === 1;
    world.task.start();
    time.run(6 * MINUTE);
    expect(world.task.busy).toBe(true);
    expect(cloud.hellos.length).toBeGreaterThanOrEqual(2);
  });
});

describe("a hello without its welcome", () => {
  it("ends what the session may do when its wait is over: a command that came through before is taken, one after is not", () => {
    const world = makeSyncRig();
    const { cloud, host, time, task } = world;
    online(world);
    cloud.welcomes = false;
    time.run(5 * MINUTE + 5 * SECOND);
    cloud.command({ id: 1, command: CommandKind.reboot });
    time.run(100);
    expect(host.commands).toHaveLength(1);
    time.run(6 * SECOND);
    expect(task.online).toBe(false);
    cloud.command({ id: 2, command: CommandKind.reboot });
    cloud.ack(0, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    time.run(100);
    expect(host.commands).toHaveLength(1);
    expect(task.droppedMessages).toBe(2);
  });

  it("counts from when it was wanted, for a broker may leave it no room", () => {
    const world = makeSyncRig();
    const { cloud, host, time, net } = world;
    online(world);
    // Nothing is acknowledged at the broker any more: the window fills, and the hello waits behind it.
    net.toBox = (bytes) => bytes[0] !== 0x40;
    time.run(5 * MINUTE - 5 * SECOND);
    for (let i = 0; i <= MAX_IN_FLIGHT; i++) {
      world.task.statusChanged();
      time.run(20);
    }
    time.run(16 * SECOND);
    cloud.command({ id: 2, command: CommandKind.reboot });
    time.run(100);
    expect(host.commands).toEqual([]);
  });

  it("ends it also when the box asked early, because its fetches were not answered", () => {
    const world = makeSyncRig();
    const { cloud, host, time } = world;
    cloud.snapshot = { version: 5, bytes: new Uint8Array(100) };
    cloud.answersFetches = false;
    online(world);
    cloud.welcomes = false;
    time.run(39 * SECOND);
    expect(cloud.hellos.length).toBeGreaterThan(1);
    cloud.command({ id: 1, command: CommandKind.reboot });
    time.run(5 * SECOND);
    cloud.command({ id: 2, command: CommandKind.reboot });
    time.run(100);
    expect(host.commands.map(({ id }) => id)).toEqual([1]);
  });

  it("needs no timer that fires in time", () => {
    const freshness = new Freshness();
    expect(freshness.takes(0)).toBe(false);
    freshness.asked(1_000);
    freshness.welcomed(1_000, 50);
    expect([freshness.takes(311_000), freshness.takes(311_001)]).toEqual([true, false]);
    // Asked early, and again and again: the first counts.
    freshness.asked(20_000);
    freshness.asked(29_000);
    expect([freshness.takes(30_000), freshness.takes(30_001)]).toEqual([true, false]);
    expect(freshness.dueInMs(20_000, 300_000)).toBe(281_000);
    expect(freshness.dueInMs(900_000, 300_000)).toBe(0);
    expect([freshness.isYoung(300_999), freshness.isYoung(301_000)]).toEqual([true, false]);
  });
});

describe("a command", () => {
  it("that was held back for more than 62 s is not taken, has no receipt, and is taken when it is sealed anew", () => {
    const world = makeSyncRig();
    const { cloud, host, time, task } = world;
    online(world);
    const release = hold(world);
    cloud.command({ id: 1, command: CommandKind.enableBin, bin: 3, sent: cloudNow(world) });
    time.run(63 * SECOND);
    release();
    time.run(100);
    expect(host.commands).toEqual([]);
    expect(task.droppedMessages).toBe(1);
    cloud.command({ id: 1, command: CommandKind.enableBin, bin: 3, sent: cloudNow(world) });
    time.run(100);
    expect(host.commands).toHaveLength(1);
  });

  it("is handed on with the age of its request, whatever the box's own clock says", () => {
    const world = makeSyncRig();
    const { cloud, host, time } = world;
    online(world);
    time.run(2 * MINUTE);
    time.wall = undefined;
    cloud.command({
      id: 1,
      command: CommandKind.oneTouchUnlock,
      bin: 3,
      time: cloudNow(world) - 20,
      sent: cloudNow(world),
    });
    cloud.command({ id: 2, command: CommandKind.reboot, sent: cloudNow(world) });
    time.run(100);
    expect(host.ages[0]).toBeGreaterThanOrEqual(20);
    expect(host.ages[0]).toBeLessThanOrEqual(22);
    expect(host.ages[1]).toBeUndefined();
  });

  it("is never taken for younger than it is, however long the welcome was held", () => {
    for (const heldMs of [0, 3_000, 9_500]) {
      const world = makeSyncRig();
      const { cloud, host, time } = world;
      const release = hold(world);
      world.task.start();
      time.run(500 + heldMs);
      release();
      time.run(100);
      const asked = cloudNow(world);
      const release2 = hold(world);
      cloud.command({ id: 1, command: CommandKind.oneTouchUnlock, bin: 3, time: asked, sent: asked });
      time.run(40 * SECOND);
      release2();
      time.run(100);
      expect(host.ages).toHaveLength(1);
      expect(host.ages[0]).toBeGreaterThanOrEqual(40);
      expect(host.ages[0]).toBeLessThanOrEqual(43 + heldMs / SECOND);
    }
  });
});

describe("the clock", () => {
  it("is set to the middle of the round trip, and left alone where it lies within it", () => {
    for (const [wall, isSet] of [
      [1_700_000_000, false],
      [1_700_000_002, false],
      [1_700_000_100, true],
    ] as const) {
      const world = makeSyncRig();
      world.time.wall = wall;
      const release = hold(world);
      world.task.start();
      world.time.run(8 * SECOND);
      release();
      world.time.run(100);
      const lines = world.host.log.filter((line) => line.startsWith("time"));
      expect(lines).toEqual(isSet ? ["time 1700000004"] : []);
    }
  });

  it(`is off by ${CLOCK_ERROR_MAX_S} s at most after a welcome that was held for as long as the box waits`, () => {
    for (const wall of [undefined, 1_700_000_000 - 40, 1_700_000_000 + 33, 1_700_007_211]) {
      const world = makeSyncRig();
      const { cloud, time, task } = world;
      time.wall = wall;
      cloud.welcomes = false;
      task.start();
      // The fourth hello waits for a minute.
      time.run(65 * SECOND);
      const release = hold(world);
      cloud.welcomes = true;
      time.run(64_500);
      release();
      time.run(100);
      expect(cloud.hellos).toHaveLength(4);
      expect(task.online).toBe(true);
      expect(Math.abs(time.wallSeconds()! - cloudNow(world))).toBeLessThanOrEqual(CLOCK_ERROR_MAX_S);
    }
  });

  it("is moved by nothing but the answer to the box's own question", () => {
    const world = makeSyncRig();
    online(world);
    const [welcome] = world.cloud.sent;
    world.time.run(2 * MINUTE);
    const topic = welcome!.topic;
    world.broker.publish({ topic, payload: welcome!.payload, qos: 1, retain: false });
    world.broker.publish({ topic: topic.replace("welcome", "time"), payload: welcome!.payload, qos: 1, retain: false });
    world.time.run(100);
    expect(world.host.log.filter((line) => line.startsWith("time"))).toEqual([]);
    expect(world.task.droppedMessages).toBe(2);
  });
});
