import type { IConnectPacket } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { makeSyncRig, type SyncRigOptions } from "./support/sync-rig.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A world, and the version of each CONNECT that its broker took. */
function versioned(like: NonNullable<SyncRigOptions["like"]>) {
  const taken: (number | undefined)[] = [];
  const judge = (packet: IConnectPacket) => {
    taken.push(packet.protocolVersion);
    return 0;
  };
  return { ...makeSyncRig({ links: ["ethernet"], like: { judge, ...like } }), taken };
}

/** A world whose broker can go, so that it closes on every CONNECT, and come back with other versions. */
function outage({ speaks = [4, 5], unspoken = "close" }: { speaks?: (4 | 5)[]; unspoken?: "code" | "close" }) {
  const versions = [...speaks];
  const asked: number[] = [];
  const atMs: number[] = [];
  const world = versioned({ versions, unspoken });
  world.net.fromBox = (bytes) => {
    if (bytes[0] === 0x10) {
      asked.push(bytes[Buffer.from(bytes).indexOf("MQTT") + 4]!);
      atMs.push(world.time.nowMs);
    }
  };
  const becomes = (...spoken: (4 | 5)[]) => {
    versions.splice(0, versions.length, ...spoken);
    world.net.breakLast();
  };
  return { ...world, asked, atMs, becomes };
}

describe("the version of MQTT", () => {
  it("is 5 where the broker has it", () => {
    const { task, time, net, taken } = versioned({});
    task.start();
    time.run(1_000);
    expect(task.online).toBe(true);
    expect(taken).toEqual([5]);
    expect(net.attempts).toHaveLength(1);
  });

  it.each([
    ["code", 1_000],
    ["close", 1_000],
    // Two attempts of 20 s without an answer, and the waits between them.
    ["mute", 2 * MINUTE],
  ] as const)("is 3.1.1 where the broker answers version 5 with a %s", (unspoken, withinMs) => {
    const { task, time, taken, host, append } = versioned({ versions: [4], unspoken });
    task.start();
    append(3);
    time.run(withinMs);
    expect(task.online).toBe(true);
    expect(taken).toEqual([4]);
    time.run(1_000);
    expect(host.journal.acknowledged).toBe(3);
    expect(task.faults()).toEqual([]);
  });

  it.each([
    ["code", 2, 1_000],
    ["close", 2, 1_000],
    // A check-in on battery has a minute.
    ["mute", 3, 60_000],
  ] as const)(
    "is found anew after each boot, by a %s in %i connections and %i ms",
    (unspoken, connections, withinMs) => {
      for (let boot = 0; boot < 3; boot++) {
        const { task, time, net } = versioned({ versions: [4], unspoken });
        task.start();
        time.run(withinMs);
        expect(task.online).toBe(true);
        expect(net.attempts).toHaveLength(connections);
        task.stop();
      }
    },
  );

  it("that the broker took is remembered for six hours", () => {
    const { task, time, net, taken } = versioned({ versions: [4] });
    task.start();
    time.run(MINUTE);
    expect(net.attempts).toHaveLength(2);
    for (let i = 0; i < 3; i++) {
      net.breakLast();
      time.run(5 * MINUTE);
    }
    expect(net.attempts).toHaveLength(5);
    time.run(6 * HOUR);
    net.breakLast();
    time.run(5 * MINUTE);
    // The first of these asked for 5 again.
    expect(net.attempts).toHaveLength(7);
    expect(taken).toEqual([4, 4, 4, 4, 4]);
  });

  it("that the broker took is what an outage is waited out with: the other is tried at every seventh close", () => {
    const { time, task, asked, becomes } = outage({});
    task.start();
    time.run(MINUTE);
    expect(asked.splice(0)).toEqual([5]);
    becomes();
    time.run(2 * HOUR);
    expect(asked.length).toBeGreaterThan(40);
    expect(asked).toEqual(asked.map((_, i) => (i % 8 === 7 ? 4 : 5)));
    expect(task.faults()).toEqual([]);
  });

  it.each([
    [[5], [4]],
    [[4], [5]],
  ] as const)("%j that the broker took is given up where it comes back with %j and closes on the other", (was, is) => {
    const { time, task, taken, becomes } = outage({ speaks: [...was] });
    task.start();
    time.run(MINUTE);
    expect(task.online).toBe(true);
    becomes(...is);
    // Seven rounds, whose waits are 128 s at most.
    time.run(15 * MINUTE);
    expect(task.online).toBe(true);
    expect(taken).toEqual([...was, ...is]);
  });

  it("3.1.1 is left at once where the broker says that it takes it no more", () => {
    const { time, task, taken, becomes } = outage({ speaks: [4], unspoken: "code" });
    task.start();
    time.run(MINUTE);
    becomes(5);
    time.run(20_000);
    expect(task.online).toBe(true);
    expect(taken).toEqual([4, 5]);
  });

  it("3.1.1 stays the first in an outage of a day: MQTT 5 is asked for at every seventh close and each six hours", () => {
    const { time, task, asked, taken, becomes } = outage({ speaks: [4] });
    task.start();
    time.run(MINUTE);
    asked.length = 0;
    becomes();
    time.run(24 * HOUR);
    expect(asked.length).toBeGreaterThan(500);
    const fives = asked.filter((version) => version === 5).length;
    expect(fives).toBeGreaterThanOrEqual(Math.floor(asked.length / 8));
    expect(fives).toBeLessThanOrEqual(Math.ceil(asked.length / 8) + 4);
    becomes(4);
    time.run(5 * MINUTE);
    expect(task.online).toBe(true);
    expect(taken).toEqual([4, 4]);
  });

  it("MQTT 5 is asked for after six hours however often the box reconnects, and 3.1.1 follows at once", () => {
    const { time, net, task, asked, atMs } = outage({ speaks: [4] });
    task.start();
    time.run(MINUTE);
    asked.length = 0;
    atMs.length = 0;
    for (let i = 0; i < 4; i++) {
      time.run(2 * HOUR);
      net.breakLast();
      time.run(5 * MINUTE);
    }
    expect(asked).toEqual([4, 4, 5, 4, 4]);
    expect(atMs[3]! - atMs[2]!).toBeLessThan(200);
    expect(task.online).toBe(true);
  });

  it("3.1.1 is tried once and not twice at a seventh close, where MQTT 5 came by a question", () => {
    const { time, task, asked, atMs, becomes } = outage({ speaks: [4] });
    task.start();
    time.run(6 * HOUR + MINUTE);
    becomes(5);
    time.run(5 * MINUTE);
    expect(task.online).toBe(true);
    asked.length = 0;
    atMs.length = 0;
    becomes();
    time.run(HOUR);
    const atOnce = asked.filter((_, i) => i > 0 && atMs[i]! - atMs[i - 1]! < 200);
    expect(atOnce.length).toBeGreaterThan(2);
    expect(new Set(atOnce)).toEqual(new Set([4]));
  });

  it("that the broker took is kept where it says nothing for minutes", () => {
    const { net, task, taken, time } = versioned({});
    task.start();
    time.run(MINUTE);
    net.all[0]!.mode = "mute";
    net.breakLast();
    time.run(4 * MINUTE);
    net.all[0]!.mode = "ok";
    time.run(5 * MINUTE);
    expect(task.online).toBe(true);
    expect(taken).toEqual([5, 5]);
  });

  it("is not given up because one connection gets no answer", () => {
    const { task, time, net, taken } = versioned({});
    net.all[0]!.mode = "mute";
    task.start();
    time.run(20_500);
    net.all[0]!.mode = "ok";
    time.run(5 * MINUTE);
    expect(taken).toEqual([5]);
  });

  it("that the broker took is kept through failures of the network", () => {
    const { task, time, net, taken } = versioned({ versions: [4] });
    task.start();
    time.run(MINUTE);
    net.all[0]!.mode = "refuse";
    net.breakLast();
    time.run(5 * MINUTE);
    net.all[0]!.mode = "ok";
    const before = net.attempts.length;
    time.run(5 * MINUTE);
    expect(net.attempts.length - before).toBe(1);
    expect(taken).toEqual([4, 4]);
  });

  it("is not given up because the network fails", () => {
    const { task, time, net, taken } = versioned({});
    net.all[0]!.mode = "noAnswer";
    task.start();
    time.run(10 * MINUTE);
    net.all[0]!.mode = "ok";
    time.run(5 * MINUTE);
    expect(taken).toEqual([5]);
  });

  it("is not given up because TLS breaks on the way, and neither is the will", () => {
    const { task, time, net, broker, taken } = versioned({});
    net.fromBox = () => time.set(0, () => net.breakLast("TLS with broker.test:8883 failed: bad record mac"));
    task.start();
    time.run(2 * MINUTE);
    expect(net.attempts.length).toBeGreaterThan(2);
    net.fromBox = () => {};
    time.run(5 * MINUTE);
    expect(taken).toEqual([5]);
    expect(task.faults()).toEqual([]);
    expect(broker.retained.size).toBe(1);
  });

  it("is not the will's business: a broker of 3.1.1 that refuses a retained will is asked for less of both", () => {
    const asked: string[] = [];
    const world = makeSyncRig({
      links: ["ethernet"],
      like: {
        versions: [4],
        judge: ({ will }) => {
          asked.push(will?.retain === true ? "retained" : "plain");
          return will?.retain === true ? 5 : 0;
        },
      },
    });
    world.task.start();
    world.time.run(1_000);
    expect(asked).toEqual(["retained", "plain"]);
    expect(world.task.online).toBe(true);
  });
});

describe("what a broker of MQTT 5 says of itself", () => {
  it("is kept to: nothing retained, and the fault says so", () => {
    const { task, time, broker, cloud } = versioned({ limits: { retainAvailable: false } });
    task.start();
    time.run(5_000);
    expect(task.online).toBe(true);
    expect(cloud.online).toBe(true);
    expect(broker.retained.size).toBe(0);
    expect(task.faults()[0]?.reason).toBe("no retained will: takes no retained messages (CONNACK 0x9a)");
  });

  it.each([[640], [900], [1_200], [4_096]])("makes batches smaller, for packets of %i bytes", (maximumPacketSize) => {
    const { task, time, host, append, lines } = versioned({
      limits: { maximumPacketSize },
      maxPacketBytes: maximumPacketSize,
    });
    append(200);
    task.start();
    time.run(60_000);
    expect(host.journal.acknowledged).toBe(200);
    expect(lines.filter((line) => line.includes("broker"))).toEqual([]);
  });
});
