import { describe, expect, it } from "vitest";
import { makeSyncRig, type SyncRig } from "./support/sync-rig.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A broker that loses messages of records over so many bytes, and a box that has many records of 32 bytes; what it sent of each size. */
function losing(overBytes: number) {
  const world = makeSyncRig({ links: ["ethernet"] });
  const sizes: number[] = [];
  const bound = { overBytes };
  world.broker.tamper = (message) => {
    if (!message.topic.endsWith("/up/records")) return [message];
    sizes.push(message.payload.length);
    return message.payload.length > bound.overBytes ? [] : [message];
  };
  world.append(60, 32);
  world.task.start();
  return { ...world, sizes, bound };
}

const brokerFault = ({ task }: SyncRig) => task.faults().find(({ name }) => name === "broker")?.reason;

describe("a broker that acknowledges long messages and loses them", () => {
  it("gets shorter and shorter ones, until they arrive, and its limit is told", () => {
    const world = losing(700);
    const { time, host, sizes, append } = world;
    time.run(15_000);
    expect(Math.max(...sizes)).toBeGreaterThan(2_000);
    expect(brokerFault(world)).toBeUndefined();
    for (let i = 0; i < 120 && host.journal.acknowledged < 60; i++) time.run(1_000);
    expect(host.journal.acknowledged).toBe(60);
    expect(sizes.at(-1)).toBeLessThanOrEqual(700);
    // It may have held everything back, and let go in that moment: long ones are tried once more.
    expect(brokerFault(world)).toBeUndefined();
    time.run(MINUTE);
    sizes.length = 0;
    append(60, 32);
    time.run(MINUTE);
    expect(host.journal.acknowledged).toBe(120);
    expect(Math.max(...sizes)).toBeGreaterThan(2_000);
    expect(brokerFault(world)).toMatch(/^loses messages over (5|6)\d\d bytes: raise its limit$/);
    expect(sizes.at(-1)).toBeLessThanOrEqual(700);
  });

  it("is believed again after an hour", () => {
    const world = losing(700);
    const { time, append, sizes, bound, host } = world;
    time.run(3 * MINUTE);
    append(60, 32);
    time.run(MINUTE);
    expect(host.journal.acknowledged).toBe(120);
    bound.overBytes = 10_000;
    time.run(HOUR);
    expect(brokerFault(world)).toBeUndefined();
    sizes.length = 0;
    append(60, 32);
    time.run(MINUTE);
    expect(sizes.length).toBeLessThanOrEqual(2);
    expect(Math.max(...sizes)).toBeGreaterThan(2_000);
  });

  it("is told of no limit where it only held them back for a while", () => {
    const world = losing(0);
    const { time, host, append, bound, sizes } = world;
    time.run(10 * MINUTE);
    bound.overBytes = 10_000;
    time.run(3 * MINUTE);
    expect(host.journal.acknowledged).toBe(60);
    append(60, 32);
    time.run(MINUTE);
    expect(host.journal.acknowledged).toBe(120);
    expect(Math.max(...sizes.slice(-2))).toBeGreaterThan(2_000);
    expect(brokerFault(world)).toBeUndefined();
  });

  it("nor where it held them back twice within an hour, the second time from before what got through the first time", () => {
    const world = losing(0);
    const { time, host, append, bound } = world;
    const heldFor = (minutes: number, records: number) => {
      bound.overBytes = 0;
      time.run(minutes * MINUTE);
      bound.overBytes = 10_000;
      time.run(3 * MINUTE);
      expect(host.journal.acknowledged).toBe(records);
      expect(brokerFault(world)).toBeUndefined();
    };
    heldFor(10, 60);
    for (const [at, minutes] of [3, 4, 5, 6].entries()) {
      append(60, 32);
      heldFor(minutes, 120 + 60 * at);
    }
  });

  it("that loses all of them, however short, is told of no limit", () => {
    const world = losing(0);
    const { time, sizes, host } = world;
    for (let i = 0; i < 20; i++) {
      time.run(MINUTE);
      expect(brokerFault(world)).toBeUndefined();
    }
    expect(Math.min(...sizes)).toBeLessThanOrEqual(512);
    // It was not the length: long ones are tried again.
    const again = sizes.findIndex((size) => size <= 512);
    expect(Math.max(...sizes.slice(again))).toBeGreaterThan(2_000);
    expect(host.journal.acknowledged).toBe(0);
  });
});

it("what was lost is a short message: nothing is made of the long ones that arrived before", () => {
  const { time, task, append, sizes, bound, host } = losing(10_000);
  time.run(MINUTE);
  expect(Math.max(...sizes)).toBeGreaterThan(2_000);
  bound.overBytes = 0;
  append(1, 32);
  time.run(50_000);
  expect(task.online).toBe(true);
  bound.overBytes = 10_000;
  time.run(30_000);
  expect(host.journal.acknowledged).toBe(61);
  sizes.length = 0;
  append(60, 32);
  time.run(MINUTE);
  expect(Math.max(...sizes)).toBeGreaterThan(2_000);
  expect(task.faults()).toEqual([]);
});

it("a cloud that is restarted and lost what it was sent changes nothing", () => {
  const { time, task, append, sizes, cloud, host } = losing(10_000);
  time.run(MINUTE);
  cloud.acks = false;
  append(60, 32);
  time.run(15_000);
  cloud.acks = true;
  time.run(30_000);
  expect(host.journal.acknowledged).toBe(120);
  expect(Math.max(...sizes.slice(-2))).toBeGreaterThan(2_000);
  expect(task.faults()).toEqual([]);
});

describe("a broker that ends the connection", () => {
  it("over too many messages at once gets half as many in the next, and so on; after an hour as many as before", () => {
    const { time, task, net, append, lines } = makeSyncRig({ links: ["ethernet"], like: { versions: [5] } });
    task.start();
    time.run(1_000);
    const most = (): number => {
      net.toBox = (bytes) => (bytes[0]! & 0xf0) !== 0x40;
      let seen = 0;
      append(600, 40);
      time.run(2_000, () => {
        seen = Math.max(seen, task.load.inFlight);
      });
      net.say(Uint8Array.of(0xe0, 2, 0x93, 0));
      net.toBox = () => true;
      time.run(MINUTE);
      expect(task.online, lines.slice(-5).join("\n")).toBe(true);
      return seen;
    };
    const first = most();
    expect(first).toBeGreaterThan(8);
    expect(most()).toBe(Math.floor(first / 2));
    expect(most()).toBe(Math.floor(Math.floor(first / 2) / 2));
    expect(task.faults()).toEqual([
      { name: "broker", reason: expect.stringMatching(/^takes \d+ messages at once: raise/) },
    ]);
    time.run(HOUR);
    expect(task.faults()).toEqual([]);
    net.breakLast();
    time.run(MINUTE);
    expect(most()).toBe(first);
  });

  it("twice in a row with none of a session's records taken gets shorter messages; once tells nothing", () => {
    const { time, net, sizes, host, task } = losing(0);
    const end = () => {
      time.run(4_000);
      net.hangUp();
    };
    end();
    end();
    time.run(4_000);
    expect(sizes.map((size) => size > 2_000)).toEqual([true, true, ...sizes.slice(2).map(() => false)]);
    expect(sizes.length).toBeGreaterThan(2);
    expect(host.journal.acknowledged).toBe(0);
    task.stop();
    const other = losing(0);
    other.time.run(4_000);
    other.net.all[0]!.change(false);
    other.net.all[0]!.change(true);
    other.time.run(4_000);
    other.net.all[0]!.change(false);
    other.net.all[0]!.change(true);
    other.time.run(4_000);
    // The link's own trouble is none of the broker's.
    expect(other.sizes.every((size) => size > 2_000)).toBe(true);
  });
});
