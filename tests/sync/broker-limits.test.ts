import type { IConnectPacket } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { BOX, makeSyncRig, type SyncRig, type SyncRigOptions } from "./support/sync-rig.js";

const MINUTE = 60_000;
const stateTopic = `smartbox/${BOX}/up/state`;

/** A world whose broker judges CONNECT as told, and what each CONNECT asked for, with its time. */
function judged(judge: (packet: IConnectPacket) => number | "close", options: SyncRigOptions = {}) {
  const asked: string[] = [];
  const atMs: number[] = [];
  const world: SyncRig = makeSyncRig({
    links: ["ethernet"],
    ...options,
    like: {
      versions: [4],
      ...options.like,
      judge: (packet) => {
        asked.push(packet.will === undefined ? "none" : packet.will.retain === true ? "retained" : "plain");
        atMs.push(world.time.nowMs);
        return judge(packet);
      },
    },
  });
  return { ...world, asked, atMs };
}

describe("a broker that refuses a retained will", () => {
  it.each([[5], [3], [2], [77]])("by CONNACK %i is tried without it, and the code is told in words", (code) => {
    const world = judged(({ will }) => (will?.retain === true ? code : 0));
    const { time, task, asked, broker, lines, host } = world;
    task.start();
    time.run(1_000);
    expect(task.online).toBe(true);
    expect(asked).toEqual(["retained", "plain"]);
    expect(lines.some((line) => line.includes(`(CONNACK ${code})`))).toBe(true);
    expect(task.faults()).toEqual([
      {
        name: "broker",
        reason: expect.stringMatching(
          code < 10 ? /^no retained will: .*\(CONNACK \d\)$/ : /^no retained will: refuses/,
        ),
      },
    ]);
    // The message that is retained elsewhere goes out without the flag.
    expect(broker.retained.get(stateTopic)).toBeUndefined();
    expect(world.cloud.online).toBe(true);
    world.append(3);
    time.run(1_000);
    expect(host.journal.acknowledged).toBe(3);
  });

  it("is remembered: later connections ask for what it took, and after six hours for all once more", () => {
    const { time, task, asked, net } = judged(({ will }) => (will?.retain === true ? 5 : 0));
    task.start();
    time.run(MINUTE);
    for (let i = 0; i < 4; i++) {
      net.breakLast();
      time.run(5 * MINUTE);
    }
    expect(asked).toEqual(["retained", "plain", "plain", "plain", "plain", "plain"]);
    time.run(6 * 60 * MINUTE);
    net.breakLast();
    time.run(5 * MINUTE);
    expect(asked.slice(6)).toEqual(["retained", "plain"]);
    expect(task.online).toBe(true);
  });

  it("takes all of the will again once it can", () => {
    let takes = false;
    const { time, task, asked, net } = judged(({ will }) => (will?.retain === true && !takes ? 5 : 0));
    task.start();
    time.run(6 * 60 * MINUTE);
    takes = true;
    net.breakLast();
    time.run(5 * MINUTE);
    expect(asked.at(-1)).toBe("retained");
    expect(task.faults()).toEqual([]);
  });

  it("by closing without a CONNACK is tried without it at the second time", () => {
    const { time, task, asked } = judged(({ will }) => (will?.retain === true ? "close" : 0));
    task.start();
    time.run(MINUTE);
    expect(asked).toEqual(["retained", "retained", "plain"]);
    expect(task.online).toBe(true);
    expect(task.faults()[0]?.reason).toBe("no retained will: closed the connection");
  });

  it("that was taken is asked for again after an outage in which the broker closed on every CONNECT", () => {
    let isDown = false;
    const { time, task, asked, net } = judged(() => (isDown ? "close" : 0));
    task.start();
    time.run(MINUTE);
    isDown = true;
    net.breakLast();
    asked.length = 0;
    time.run(3 * 60 * MINUTE);
    // Of 15 connections one asks for less, for some of the will or for none; those that are taken for the version's do not count.
    expect(asked.length).toBeGreaterThan(60);
    const less = asked.filter((form) => form !== "retained");
    expect(asked.length / less.length).toBeGreaterThan(15);
    expect(asked.length / less.length).toBeLessThan(22);
    expect(less.slice(0, 3)).toEqual(["plain", "none", "plain"]);
    while (asked.at(-1) === "retained") time.run(1_000);
    isDown = false;
    time.run(5 * MINUTE);
    expect(task.online).toBe(true);
    expect(asked.at(-1)).toBe("retained");
    expect(task.faults()).toEqual([]);
  });

  it("that was taken once is left out in the end where the broker closes on it ever after", () => {
    let refuses = false;
    const { time, task, net } = judged(({ will }) => (refuses && will?.retain === true ? "close" : 0));
    task.start();
    time.run(MINUTE);
    refuses = true;
    net.breakLast();
    time.run(40 * MINUTE);
    expect(task.online).toBe(true);
    expect(task.faults()[0]?.reason).toBe("no retained will: closed the connection");
  });

  it("of any kind is tried without one", () => {
    const { time, task, asked } = judged(({ will }) => (will === undefined ? 0 : 5));
    task.start();
    time.run(1_000);
    expect(asked).toEqual(["retained", "plain", "none"]);
    expect(task.online).toBe(true);
    expect(task.faults()[0]?.reason).toMatch(/^no will: /);
  });
});

it("a broker that closes on the first retained message gets none", () => {
  const world = judged(() => 0);
  const { time, task, broker, net, asked } = world;
  broker.subscribe(stateTopic, ({ retain }) => {
    if (retain) time.set(0, () => net.breakLast());
  });
  // The message is lost with the connection, before it is acknowledged.
  net.toBox = (bytes) => !(bytes[0] === 0x40 && asked.at(-1) === "retained");
  task.start();
  time.run(MINUTE);
  expect(asked).toEqual(["retained", "plain"]);
  expect(task.online).toBe(true);
});

describe("a broker that refuses whatever is asked", () => {
  it("is asked for less and less, then for all again, and ever more seldom", () => {
    const { time, task, asked, atMs, lines } = judged(() => 5);
    task.start();
    time.run(30_000);
    expect(asked.slice(0, 6)).toEqual(["retained", "plain", "none", "retained", "plain", "none"]);
    expect(asked.length).toBeLessThanOrEqual(9);
    time.run(60 * MINUTE);
    const rounds = atMs.filter((_, i) => i % 3 === 0);
    for (let i = 1; i < rounds.length; i++) expect(rounds[i]! - rounds[i - 1]!).toBeGreaterThanOrEqual(10_000);
    expect(task.lastFailure).toBe("ethernet: broker does not authorise this box (CONNACK 5)");
    expect(lines).toContain("sync: ethernet: broker does not authorise this box (CONNACK 5)");
    expect(task.faults()).toEqual([]);
  });

  it("for a wrong password is asked once a round: the will has nothing to do with it", () => {
    const { time, task, asked, atMs } = judged(() => 4);
    task.start();
    time.run(60 * MINUTE);
    expect(new Set(asked)).toEqual(new Set(["retained"]));
    for (let i = 1; i < atMs.length; i++) expect(atMs[i]! - atMs[i - 1]!).toBeGreaterThanOrEqual(10_000);
  });
});

describe("another client with the same client id", () => {
  /** Another client that comes back `delayMs` after it was thrown out. */
  function rivalled(delayMs: number, version: 4 | 5 = 4) {
    const world = judged(() => 0, { like: { versions: [version] } });
    const { time, net, task } = world;
    let isThere = true;
    let waiting = false;
    const come = () => {
      waiting = false;
      if (!isThere || !task.online) return;
      net.hangUp();
    };
    const watch = () => {
      if (isThere && !waiting && task.online) {
        waiting = true;
        time.set(delayMs, come);
      }
      time.set(100, watch);
    };
    time.set(100, watch);
    return { ...world, leave: () => (isThere = false) };
  }

  // In MQTT 5 where the broker leaves out why it closes.
  it.each([
    [4, 1_000],
    [4, 25_000],
    [4, 128_000],
    [5, 1_000],
    [5, 128_000],
  ] as const)(
    "at protocol level %i that comes back after %i ms is noticed, named and left in peace",
    (version, delayMs) => {
      const { time, task, atMs, lines } = rivalled(delayMs, version);
      task.start();
      time.run(40 * MINUTE);
      expect(task.faults()).toEqual([{ name: "broker", reason: expect.stringContaining("client id in use twice") }]);
      expect(lines).toContain("sync: another client seems to use this box's client id");
      const late = atMs.slice(7);
      for (let i = 1; i < late.length; i++) expect(late[i]! - late[i - 1]!).toBeGreaterThanOrEqual(60_000);
      expect(late.length).toBeGreaterThan(3);
      // With jitter, or two boxes would come and go in step.
      const waits = late.slice(1).map((at, i) => at - late[i]!);
      expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(2_000);
    },
  );

  it("that is a box as well: both notice it, and each has its turn of a minute and more", () => {
    const first = makeSyncRig({ links: ["ethernet"] });
    const second = makeSyncRig({ links: ["ethernet"], beside: first });
    const { time } = first;
    first.task.start();
    time.run(700);
    second.task.start();
    time.run(30 * MINUTE);
    for (const { task } of [first, second]) {
      expect(task.faults()).toEqual([{ name: "broker", reason: expect.stringContaining("client id in use twice") }]);
    }
    const connects = first.net.attempts.length + second.net.attempts.length;
    let online = 0;
    time.run(60 * MINUTE, () => {
      if (first.task.online || second.task.online) online++;
    });
    expect(first.net.attempts.length + second.net.attempts.length - connects).toBeLessThan(90);
    expect(online).toBeGreaterThan(0);
    // One is taken away for good.
    second.task.stop();
    time.run(20 * MINUTE);
    expect(first.task.online).toBe(true);
    expect(first.task.faults()).toEqual([]);
  });

  it("that leaves is forgotten after ten minutes of one session, and the waits are short again", () => {
    const { time, task, atMs, net, leave } = rivalled(1_000);
    task.start();
    time.run(20 * MINUTE);
    leave();
    time.run(5 * MINUTE);
    expect(task.online).toBe(true);
    expect(task.faults()).toHaveLength(1);
    time.run(10 * MINUTE);
    expect(task.faults()).toEqual([]);
    const before = time.nowMs;
    net.hangUp();
    time.run(5_000);
    expect(atMs.at(-1)! - before).toBeLessThan(4_000);
  });

  it("is not what four short sessions show, nor sessions that end at this side, nor one long one in between", () => {
    const { time, task, net } = judged(() => 0);
    task.start();
    const short = (count: number) => {
      for (let i = 0; i < count; i++) {
        time.run(140_000);
        net.hangUp();
      }
    };
    short(4);
    expect(task.faults()).toEqual([]);
    time.run(5 * MINUTE);
    net.hangUp();
    short(4);
    expect(task.faults()).toEqual([]);
    for (let i = 0; i < 6; i++) {
      time.run(20_000);
      net.all[0]!.change(false);
      net.all[0]!.change(true);
    }
    expect(task.faults()).toEqual([]);
    short(2);
    expect(task.faults()).toHaveLength(1);
  });

  it.each([
    [4, undefined],
    [5, undefined],
    [4, "TLS with broker.test:8883 broke: bad record mac"],
    [5, "TLS with broker.test:8883 broke: bad record mac"],
  ] as const)("is not what a way shows that breaks: protocol level %i, %s", (version, error) => {
    const { time, task, net } = makeSyncRig({ links: ["ethernet"], like: { versions: [version] } });
    task.start();
    for (let i = 0; i < 8; i++) {
      time.run(140_000);
      net.breakLast(error);
      expect(task.lastFailure).not.toContain("another client");
    }
    expect(task.faults()).toEqual([]);
  });

  it("is what five times 0x8e show in MQTT 5, and nothing else that a broker says there", () => {
    for (const [code, faults] of [
      [0x8e, 1],
      [0x8b, 0],
    ] as const) {
      const { time, task, net } = makeSyncRig({ links: ["ethernet"], like: { versions: [5] } });
      task.start();
      for (let i = 0; i < 5; i++) {
        time.run(140_000);
        net.say(Uint8Array.of(0xe0, 2, code, 0));
        time.run(1_000);
      }
      expect(task.faults()).toHaveLength(faults);
    }
  });

  it("does not hide why a later session ends at this side", () => {
    const { time, task, net } = judged(() => 0);
    task.start();
    for (let i = 0; i < 5; i++) {
      time.run(140_000);
      net.hangUp();
    }
    expect(task.lastFailure).toContain("another client");
    time.run(4 * MINUTE);
    expect(task.online).toBe(true);
    net.toBox = () => false;
    time.run(MINUTE);
    expect(task.lastFailure).toBe("ethernet: no PINGRESP in time");
  });
});
