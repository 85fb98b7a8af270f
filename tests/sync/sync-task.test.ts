import { describe, expect, it } from "vitest";
import { CommandKind } from "../../firmware/records/records.js";
import { MAX_IN_FLIGHT, MAX_OUTSTANDING_BATCHES, MAX_WINDOW_BYTES } from "../../firmware/sync/limits.js";
import { MAX_SEALED_BYTES, seal } from "../../firmware/wire/envelope.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { Command } from "../../firmware/wire/messages.js";
import { BOX, KEY, makeSyncRig, type SyncRig } from "./support/sync-rig.js";

const MINUTE = 60_000;
const stateTopic = `smartbox/${BOX}/up/state`;

/** Starts the task and runs until it is online. */
function online(world: SyncRig): void {
  world.task.start();
  world.time.run(1000);
  expect(world.task.online).toBe(true);
}

/** Every record is in the cloud, as it was written. */
function expectAllInCloud({ cloud, host }: SyncRig): void {
  const last = host.journal.nextSeq - 1;
  expect(cloud.acked).toBe(last);
  expect([...cloud.records.keys()]).toEqual(Array.from({ length: last }, (_, i) => i + 1));
  for (const [seq, record] of cloud.records) expect(new DataView(record.slice().buffer).getUint32(0)).toBe(seq);
  expect(host.journal.acknowledged).toBe(last);
}

describe("a session", () => {
  it("says hello, is welcomed, sets the clock, publishes state, sends what is there and what comes", () => {
    const world = makeSyncRig();
    const { host, cloud, time, task, net, broker } = world;
    host.journal.fill(100);
    cloud.time += 500;
    online(world);
    expect(net.attempts).toEqual([
      { kind: "ethernet", atMs: 0, options: { host: "broker.test", port: 8883, tlsAuthority: "PEM" } },
    ]);
    expect(broker.connections).toEqual([
      { clientId: `smartbox-${BOX}`, username: BOX, subscriptions: [`smartbox/${BOX}/down/#`], unacknowledged: 0 },
    ]);
    expect(cloud.hellos).toMatchObject([
      { oldest: 1, next: 101, acked: 0, version: 0, model: "MS5", boot: 3, bins: 12 },
    ]);
    expect(host.log).toEqual([
      expect.stringMatching(/^time 17000005/),
      "online ethernet",
      "acknowledged 64",
      "acknowledged 100",
    ]);
    expect(cloud.online).toBe(true);
    expect(broker.retained.get(stateTopic)).toBeDefined();
    expectAllInCloud(world);
    expect(task.busy).toBe(false);
    world.append(3);
    expect(task.busy).toBe(true);
    time.run(1000);
    expectAllInCloud(world);
    expect(cloud.refused).toBe(0);
    expect(task.droppedMessages).toBe(0);
  });

  it("leaves a clock alone that is off by 2 s, and sets one that is unknown or off by more", () => {
    const near = makeSyncRig();
    near.cloud.time += 2;
    online(near);
    expect(near.host.log).toEqual(["online ethernet"]);
    near.cloud.time -= 5;
    near.time.run(5 * MINUTE);
    expect(near.host.log[1]).toMatch(/^time /);
    const unknown = makeSyncRig();
    unknown.time.wall = undefined;
    online(unknown);
    expect(unknown.host.log[0]).toMatch(/^time /);
  });

  it("says hello again after 10, 20, 40, 60, 60 s while there is no welcome, with a counter one up", () => {
    const world = makeSyncRig();
    const { cloud, time, task } = world;
    cloud.welcomes = false;
    world.append(1);
    task.start();
    const atMs: number[] = [];
    time.run(200_000, () => {
      if (cloud.hellos.length > atMs.length) atMs.push(time.nowMs);
    });
    expect(atMs.map((at) => Math.round((at - atMs[0]!) / 1000))).toEqual([0, 10, 30, 70, 130, 190]);
    expect(task.online).toBe(false);
    expect(cloud.batches).toEqual([]);
    cloud.welcomes = true;
    time.run(MINUTE);
    expect(task.online).toBe(true);
    expectAllInCloud(world);
  });

  it("tells status on welcome, every 5 minutes and when asked, with what is too long cut", () => {
    const world = makeSyncRig();
    const { cloud, host, time, task } = world;
    host.faults = [...Array.from({ length: 20 }, (_, i) => `bin ${i} ${"é".repeat(40)}`), ""];
    online(world);
    expect(cloud.statuses).toMatchObject([{ mains: true, charge: 90, link: "ethernet", count: 0, next: 1 }]);
    expect(cloud.statuses[0]!.faults).toHaveLength(16);
    task.statusChanged();
    time.run(100);
    expect(cloud.statuses).toHaveLength(2);
    time.run(5 * MINUTE);
    expect(cloud.statuses).toHaveLength(3);
  });

  it("welcomes the box anew every 5 minutes while idle, so that a cloud that forgot the session is found again", () => {
    const world = makeSyncRig();
    const { cloud, time, host, task } = world;
    online(world);
    time.run(5 * MINUTE);
    expect(cloud.hellos).toHaveLength(2);
    expect(host.log).toEqual(["online ethernet"]);
    world.append(2);
    time.run(1000);
    expectAllInCloud(world);
    expect(task.secondsSinceSync()).toBeLessThan(2);
  });

  it("calls itself offline when the cloud stops answering hellos, and online again when it does", () => {
    const world = makeSyncRig();
    const { cloud, time, host, task } = world;
    online(world);
    cloud.welcomes = false;
    time.run(5 * MINUTE + 1000);
    // Under the old challenge the cloud would not take it.
    world.append(1);
    time.run(1000);
    expect(cloud.batches).toEqual([]);
    expect(task.online).toBe(true);
    time.run(8_000);
    expect(task.online).toBe(false);
    expect(host.log).toEqual(["online ethernet", "offline cloud does not answer"]);
    world.append(1);
    time.run(2 * MINUTE);
    expect(cloud.batches).toEqual([]);
    cloud.welcomes = true;
    time.run(MINUTE);
    expect(host.log.slice(2)).toEqual(["online ethernet", "acknowledged 2"]);
    expect(world.net.attempts).toHaveLength(1);
  });

  it("says that the cloud does not answer where it never did, and not what stood in the way before", () => {
    const { cloud, time, task } = makeSyncRig();
    cloud.welcomes = false;
    task.start();
    time.run(MINUTE);
    expect(task.online).toBe(false);
    expect(task.lastFailure).toBe("cloud does not answer");
  });

  it("knows how long ago the last sync was", () => {
    const world = makeSyncRig({ lastSyncWallSeconds: 1_700_000_000 - 3600 });
    expect(world.task.secondsSinceSync()).toBe(3600);
    world.time.wall = undefined;
    expect(world.task.secondsSinceSync()).toBeUndefined();
    world.time.wall = 1_700_000_000;
    online(world);
    expect(world.cloud.statuses[0]!.staleness).toBe(3600);
    world.task.stop();
    world.time.run(90_000);
    expect(world.task.secondsSinceSync()).toBe(90);
    expect(makeSyncRig().task.secondsSinceSync()).toBeUndefined();
  });

  it("hands on commands, each delivery once", () => {
    const world = makeSyncRig();
    online(world);
    world.cloud.command({ id: 4, command: CommandKind.oneTouchUnlock, bin: 3 });
    world.time.run(100);
    expect(world.host.commands).toEqual([{ id: 4, command: CommandKind.oneTouchUnlock, bin: 3 }]);
  });

  it("lets a power cut in the host through", () => {
    class Cut extends Error {}
    const world = makeSyncRig();
    online(world);
    world.host.command = () => {
      throw new Cut();
    };
    world.cloud.command({ id: 4, command: CommandKind.reboot });
    expect(() => world.time.run(100)).toThrow(Cut);
  });

  it("stops: the will says offline, links and timers end", () => {
    const world = makeSyncRig();
    online(world);
    world.task.stop();
    expect(world.host.log).toEqual(["online ethernet", "offline ethernet: stopped"]);
    world.time.run(1000);
    expect(world.cloud.online).toBe(false);
    expect(world.broker.connections).toEqual([]);
    expect(world.net.all.map((link) => [link.started, link.stopped, link.onChange])).toEqual(
      Array(3).fill([1, 1, undefined]),
    );
    expect(world.time.pendingTimers).toBe(0);
    world.task.recordsAdded();
    world.task.reconnectNow();
    world.time.run(10 * MINUTE);
    expect(world.net.attempts).toHaveLength(1);
  });

  it.each(["online", "offline"] as const)(
    "that is stopped while it tells that it is %s asks and takes nothing more",
    (told) => {
      const world = makeSyncRig();
      const { cloud, time, host, task } = world;
      host[told] = () => task.stop();
      cloud.snapshot = { version: 2, bytes: new Uint8Array(100) };
      task.start();
      time.run(1000);
      cloud.welcomes = false;
      time.run(10 * MINUTE);
      expect(task.online).toBe(false);
      expect(host.begun).toBe(told === "online" ? 0 : 1);
      expect(time.pendingTimers).toBe(0);
    },
  );
});

describe("records", () => {
  it("drain 10,000 in order with bounded memory", () => {
    const world = makeSyncRig();
    const { host, task, time, net } = world;
    net.sendBufferBytes = 4096;
    host.journal.fill(10_000);
    const most = { outstandingBatches: 0, outstandingBytes: 0, inFlight: 0, queuedBytes: 0 };
    task.start();
    time.run(2 * MINUTE, () => {
      for (const key of Object.keys(most) as (keyof typeof most)[]) most[key] = Math.max(most[key], task.load[key]);
    });
    expectAllInCloud(world);
    expect(most.outstandingBatches).toBeLessThanOrEqual(MAX_OUTSTANDING_BATCHES);
    // Some are on their way at once, and the last of them may go beyond the window.
    expect(most.outstandingBytes).toBeGreaterThan(8_000);
    expect(most.outstandingBytes).toBeLessThan(MAX_WINDOW_BYTES + MAX_SEALED_BYTES);
    expect(most.inFlight).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    expect(most.queuedBytes).toBeLessThanOrEqual(4200);
    // Nothing was sent twice; a batch that a record no longer fits in reads that record again.
    expect(host.journal.reads).toBeLessThan(10_200);
  });

  it("keep to 64 records and 3,072 bytes a batch", () => {
    const world = makeSyncRig();
    world.host.journal.fill(70, 20);
    world.host.journal.fill(30, 240);
    online(world);
    expectAllInCloud(world);
    expect(world.cloud.batches[0]!.records).toHaveLength(64);
    for (const { records } of world.cloud.batches) {
      expect(records.reduce((sum, record) => sum + record.length, 0)).toBeLessThanOrEqual(3072);
    }
    expect(world.cloud.batches.some(({ records }) => records.length === 12)).toBe(true);
  });

  it("go in batches of as many records as the cloud says that it takes, and never of more than the box makes", () => {
    const world = makeSyncRig();
    world.cloud.batchRecords = 9_999;
    world.host.journal.fill(300, 20);
    online(world);
    expectAllInCloud(world);
    expect(world.cloud.batches.map(({ records }) => records.length)).toEqual([128, 128, 44]);
  });

  it("are sent again three times, 20 s apart, then the connection is ended", () => {
    const world = makeSyncRig();
    const { cloud, time, net, task, host } = world;
    cloud.acks = false;
    host.journal.fill(500);
    task.start();
    time.run(79_000);
    const asBefore = [1, 65, 129, 193, 257, 321, 385, 449];
    const firsts = cloud.batches.map(({ first }) => first);
    expect(firsts.slice(0, 17)).toEqual([...asBefore, ...asBefore, 1]);
    // From the second time on in shorter messages.
    expect(firsts.filter((first) => first === 1)).toHaveLength(4);
    expect(firsts[17]).toBeLessThan(65);
    expect(net.attempts).toHaveLength(1);
    time.run(2000);
    expect(host.log).toEqual(["online ethernet", "offline ethernet: cloud acknowledges no records"]);
    cloud.acks = true;
    time.run(10_000);
    expectAllInCloud(world);
  });

  it("that wait for a second are reason enough to ask a cloud that knocks, and none before; each is sent once more", () => {
    const world = makeSyncRig();
    const { cloud, time, net, task } = world;
    const knock = () => cloud.raw(Lane.offer, new Uint8Array(0));
    online(world);
    knock();
    time.run(2_000);
    expect([cloud.hellos.length, task.droppedMessages]).toEqual([1, 1]);
    cloud.acks = false;
    world.append(3);
    time.run(900);
    knock();
    time.run(90);
    expect(cloud.hellos).toHaveLength(1);
    time.run(200);
    cloud.acks = true;
    knock();
    time.run(500);
    expect(cloud.hellos).toHaveLength(2);
    expect(net.attempts).toHaveLength(1);
    expectAllInCloud(world);
    // What forges a longer message gains nothing by it.
    cloud.acks = false;
    world.append(1);
    time.run(5_000);
    cloud.raw(Lane.offer, new Uint8Array(9));
    time.run(100);
    expect(cloud.hellos).toHaveLength(2);
  });

  it("go on for as long as there is progress, however often they were sent again", () => {
    const world = makeSyncRig();
    const { cloud, time, net, host, task } = world;
    cloud.acks = false;
    host.journal.fill(5_000);
    task.start();
    for (let i = 1; i <= 12; i++) {
      time.run(50_000);
      cloud.acked = 64 * i;
      cloud.ack(cloud.acked, host.journal.epoch!);
    }
    expect(net.attempts).toHaveLength(1);
    expect(task.online).toBe(true);
  });

  it("that the cloud does not get are told with since when, on the panel and to the cloud, whether or not it answers", () => {
    const world = makeSyncRig();
    const { cloud, time, task, append } = world;
    online(world);
    append(1);
    time.run(1000);
    expect(task.behind).toEqual({ unsent: undefined, outdated: undefined });
    cloud.acks = false;
    time.run(10_000);
    append(1);
    const from = time.nowMs;
    for (let i = 0; i < 60; i++) {
      time.run(MINUTE);
      append(1);
    }
    expect(task.behind.unsent).toBe(Math.floor((time.nowMs - from) / 1000));
    expect(cloud.statuses.at(-1)!.unsent).toBeGreaterThan(3_000);
    cloud.acks = true;
    time.run(5 * MINUTE);
    expect(task.behind.unsent).toBeUndefined();
    task.statusChanged();
    time.run(1000);
    expect(cloud.statuses.at(-1)!.unsent).toBeUndefined();
  });

  it("that a boot finds unsent have waited since the last sync", () => {
    const world = makeSyncRig({ lastSyncWallSeconds: 1_700_000_000 - 3600 });
    world.host.journal.fill(3);
    world.cloud.acks = false;
    online(world);
    expect(world.task.behind.unsent).toBe(3601);
  });

  it("are not held up by acks that get lost", () => {
    const world = makeSyncRig();
    const { cloud, time, host, task } = world;
    host.journal.fill(500);
    let seen = 0;
    const take = cloud.ack.bind(cloud);
    // Every third ack is lost.
    cloud.ack = (through, epoch) => {
      if (++seen % 3 !== 0) take(through, epoch);
    };
    task.start();
    time.run(5 * MINUTE);
    expectAllInCloud(world);
  });

  it("are sent again from below when the cloud lost some: at the welcome, and in the session", () => {
    const world = makeSyncRig();
    const { cloud, host, time } = world;
    host.journal.fill(100);
    host.journal.acknowledge(90);
    cloud.acked = 40;
    for (let seq = 1; seq <= 40; seq++) cloud.records.set(seq, host.journal.read(seq).next()!.payload);
    online(world);
    expect(host.log).toContain("acknowledged 40");
    expect(cloud.batches[0]!.first).toBe(41);
    expectAllInCloud(world);
    cloud.acked = 80;
    cloud.ack(80, host.journal.epoch!);
    time.run(100);
    expect(host.log.slice(-2)).toEqual(["acknowledged 80", "acknowledged 100"]);
    expectAllInCloud(world);
  });

  it("that are gone from flash are told as a gap, at the start and in the middle", () => {
    const world = makeSyncRig();
    const { cloud, host } = world;
    host.journal.fill(60);
    host.journal.oldestSeq = 11;
    for (const seq of [30, 31, 32]) host.journal.missing.add(seq);
    online(world);
    expect(cloud.batches.map(({ first, gapFrom, records }) => [first, gapFrom, records.length])).toEqual([
      [11, 1, 19],
      [33, 30, 28],
    ]);
    expect(cloud.gaps).toEqual([
      { from: 1, to: 10 },
      { from: 30, to: 32 },
    ]);
    expect(cloud.acked).toBe(60);
  });

  it("do not suffer from acks that come twice, for another epoch, or for what was never sent", () => {
    const world = makeSyncRig();
    const { cloud, host, time, task } = world;
    host.journal.fill(10);
    online(world);
    const { epoch } = host.journal;
    cloud.ack(10, epoch!);
    time.run(100);
    expect(task.droppedMessages).toBe(0);
    cloud.ack(11, epoch!);
    cloud.ack(5, new Uint8Array(8));
    time.run(100);
    expect(task.droppedMessages).toBe(2);
    expect(host.log.filter((line) => line.startsWith("acknowledged"))).toEqual(["acknowledged 10"]);
    expect(cloud.batches).toHaveLength(1);
  });

  it("are never counted as acknowledged beyond the journal's end", () => {
    const world = makeSyncRig();
    world.host.journal.fill(10);
    world.cloud.acked = 5000;
    online(world);
    expect(world.host.log).toContain("acknowledged 10");
    expect(world.lines.some((line) => line.includes("journal ends at 10"))).toBe(true);
  });
});

it("goes on behind what the cloud has when the end of the journal was damaged", () => {
  const world = makeSyncRig();
  const { host, cloud } = world;
  host.journal.fill(10);
  cloud.acked = 12;
  online(world);
  expect(host.log).toContain("acknowledged 12");
  expect(host.journal.nextSeq).toBe(13);
  host.journal.fill(3);
  world.task.recordsAdded();
  world.time.run(1000);
  expect(cloud.acked).toBe(15);
});

describe("a broker that misbehaves", () => {
  it("whose PUBACKs get lost is left after 30 s, and nothing is lost", () => {
    const world = makeSyncRig();
    const { net, time, host, task } = world;
    host.journal.fill(2000);
    let losing = true;
    net.toBox = (bytes) => !(losing && bytes[0] === 0x40);
    task.start();
    time.run(31_000);
    expect(net.attempts).toHaveLength(1);
    expect(task.load.inFlight).toBe(0);
    expect(task.lastFailure).toBe("ethernet: broker acknowledges nothing");
    losing = false;
    time.run(MINUTE);
    expectAllInCloud(world);
  });

  it("that dies in the middle of the replay costs nothing", () => {
    const world = makeSyncRig();
    const { broker, cloud, time, host, task } = world;
    host.journal.fill(3000);
    task.start();
    time.run(100_000, () => {
      if (broker.running && cloud.acked > 1000) broker.crash({ keepRetained: false });
    });
    expect(task.online).toBe(false);
    expect(cloud.acked).toBeLessThan(2000);
    broker.restart();
    time.run(5 * MINUTE);
    expectAllInCloud(world);
    expect(host.log.filter((line) => line.startsWith("online"))).toHaveLength(2);
  });

  it("opens nothing by replaying or forging: same session, older session, own key, changed lane", () => {
    const world = makeSyncRig();
    const { cloud, broker, time, host, task } = world;
    online(world);
    cloud.command({ id: 1, command: CommandKind.oneTouchUnlock, bin: 3 });
    time.run(100);
    const first = [...cloud.sent];
    const replay = (message: { topic: string; payload: Uint8Array }) => {
      broker.publish({ ...message, qos: 1, retain: false });
      time.run(100);
    };
    // In the same session: command and welcome.
    first.forEach(replay);
    expect(task.droppedMessages).toBe(first.length);
    // Under another name.
    const [command] = first.filter(({ topic }) => topic.endsWith("command"));
    replay({ topic: command!.topic.replace("command", "offer"), payload: command!.payload });
    // With a key of its own, for the right session and challenge.
    const [session, challenge] = [command!.payload.subarray(1, 9), command!.payload.subarray(9, 17)];
    const body = Command.encode({ id: 2, command: CommandKind.oneTouchUnlock, bin: 4 });
    const forged = seal(new Uint8Array(32).fill(1), Lane.command, session, challenge, 99, body);
    replay({ topic: command!.topic, payload: forged });
    // Sealed by the box's key for another session, for another challenge.
    const other = new Uint8Array(8).fill(5);
    replay({ topic: command!.topic, payload: seal(KEY, Lane.command, other, challenge, 99, body) });
    replay({ topic: command!.topic, payload: seal(KEY, Lane.command, session, other, 99, body) });
    expect(task.droppedMessages).toBe(first.length + 4);
    // Out of an older session: while the new one waits for its welcome, and after.
    cloud.welcomes = false;
    world.net.breakLast();
    time.run(5000);
    first.forEach(replay);
    expect(task.online).toBe(false);
    cloud.welcomes = true;
    time.run(20_000);
    expect(task.online).toBe(true);
    first.forEach(replay);
    expect(host.commands).toEqual([{ id: 1, command: CommandKind.oneTouchUnlock, bin: 3 }]);
    expect(task.droppedMessages).toBe(first.length * 3 + 4);
    task.statusChanged();
    time.run(100);
    expect(cloud.statuses.at(-1)!.count).toBe(task.droppedMessages);
  });

  it("cannot pass off an old welcome of the session for the answer to a later hello", () => {
    const world = makeSyncRig();
    const { cloud, broker, time, task } = world;
    online(world);
    const welcome = cloud.sent[0]!;
    time.run(5 * MINUTE);
    const second = cloud.sent.at(-1)!;
    cloud.welcomes = false;
    time.run(5 * MINUTE);
    expect(cloud.hellos).toHaveLength(3);
    for (const old of [welcome, second]) broker.publish({ ...old, qos: 1, retain: false });
    time.run(100);
    expect(task.droppedMessages).toBe(2);
  });

  it("cannot use a welcome that it held back for a hello that was said again", () => {
    const world = makeSyncRig();
    const { cloud, broker, time, task } = world;
    const raw = cloud.raw.bind(cloud);
    const held: [Lane, Uint8Array][] = [];
    cloud.raw = (lane, payload) => void held.push([lane, payload]);
    task.start();
    time.run(9000);
    cloud.welcomes = false;
    time.run(2000);
    expect(cloud.hellos).toHaveLength(2);
    for (const [lane, payload] of held) raw(lane, payload);
    time.run(100);
    expect(task.online).toBe(false);
    expect(task.droppedMessages).toBe(1);
    expect(broker.connections).toHaveLength(1);
  });

  it("sends what is too long, badly formed, or under topics that do not exist: dropped and counted", () => {
    const world = makeSyncRig();
    const { cloud, broker, time, task } = world;
    online(world);
    const topic = `smartbox/${BOX}/down/ack`;
    const publish = (to: string, payload: Uint8Array) => {
      const before = task.droppedMessages;
      broker.publish({ topic: to, payload, qos: 1, retain: false });
      time.run(100);
      expect(task.droppedMessages - before, to).toBe(1);
    };
    publish(topic, new Uint8Array(0));
    publish(topic, new Uint8Array(4097).fill(1));
    publish(topic, new Uint8Array(7000).fill(1));
    publish(`smartbox/${BOX}/down/unknown`, new Uint8Array(100));
    publish(`smartbox/${BOX}/down/`, new Uint8Array(100));
    // Genuine, but not a body.
    const before = task.droppedMessages;
    cloud.send(Lane.ack, Uint8Array.of(0xff, 0xff));
    cloud.send(Lane.command, Uint8Array.of(0xa0));
    cloud.send(Lane.snapshot, Uint8Array.of());
    time.run(100);
    expect(task.droppedMessages - before).toBe(3);
    expect(task.online).toBe(true);
  });

  it("that announces a packet of more than 8 KiB is left", () => {
    const world = makeSyncRig();
    online(world);
    world.broker.publish({ topic: `smartbox/${BOX}/down/ack`, payload: new Uint8Array(9000), qos: 1, retain: false });
    world.time.run(500);
    expect(world.task.lastFailure).toMatch(/^ethernet: broker breaks MQTT: packet of 90\d\d bytes announced$/);
    world.time.run(20_000);
    expect(world.task.online).toBe(true);
  });

  it("that refuses the password is named, and every link is tried", () => {
    const world = makeSyncRig();
    (world.host.identity.broker as { password: string }).password = "wrong";
    world.task.start();
    world.time.run(500);
    expect(world.net.attempts.map(({ kind }) => kind)).toEqual(["ethernet", "wifi", "cellular"]);
    expect(world.task.lastFailure).toBe("cellular: broker refuses user name or password (CONNACK 0x86)");
  });
});

describe("links", () => {
  it("are tried in order; one that refuses costs no wait", () => {
    const world = makeSyncRig();
    world.net.all[0]!.mode = "refuse";
    online(world);
    expect(world.net.attempts.map(({ kind }) => kind)).toEqual(["ethernet", "wifi"]);
    expect(world.host.log).toEqual(["online wifi"]);
  });

  it("that are down are passed over; with none up nothing is tried until one comes", () => {
    const world = makeSyncRig();
    for (const link of world.net.all) link.up = false;
    world.task.start();
    world.time.run(10 * MINUTE);
    expect(world.net.attempts).toEqual([]);
    expect(world.task.lastFailure).toBe("no link is up");
    world.net.all[2]!.change(true);
    world.time.run(3500);
    expect(world.host.log).toEqual(["online cellular"]);
  });

  it.each([
    ["noAnswer" as const, "ethernet: no connection to the broker in time"],
    ["mute" as const, "ethernet: no CONNACK in time"],
    ["full" as const, "ethernet: no CONNACK in time"],
  ])("that do not answer (%s) are given 20 s", (mode, reason) => {
    const world = makeSyncRig();
    world.net.all[0]!.mode = mode;
    world.task.start();
    world.time.run(19_900);
    expect(world.net.attempts).toHaveLength(1);
    world.time.run(200);
    expect(world.lines).toContain(`sync: ${reason}`);
    world.time.run(500);
    expect(world.host.log).toEqual(["online wifi"]);
  });

  it("whose socket stalls in the middle of a session are left when the ping is not answered", () => {
    const world = makeSyncRig();
    online(world);
    world.net.toBox = () => false;
    world.time.run(66_000);
    expect(world.task.lastFailure).toBe("ethernet: no PINGRESP in time");
  });

  it("that go down end the session at once", () => {
    const world = makeSyncRig();
    online(world);
    world.net.all[0]!.change(false);
    expect(world.host.log).toEqual(["online ethernet", "offline ethernet: link is down"]);
    world.time.run(4000);
    expect(world.host.log.at(-1)).toBe("online wifi");
  });

  it("that flap do not keep the others waiting", () => {
    const world = makeSyncRig({ links: ["wifi", "cellular"] });
    const [wifi] = world.net.all;
    world.net.accept = (endpoint) => endpoint.close();
    world.task.start();
    world.time.run(60_000);
    wifi!.up = false;
    const before = world.net.attempts.length;
    for (let i = 0; i < 40; i++) {
      wifi!.change(true);
      wifi!.change(false);
      world.time.run(500);
    }
    expect(world.net.attempts.length - before).toBeGreaterThan(2);
    expect(world.net.attempts.length - before).toBeLessThanOrEqual(20);
  });

  it("are retried after a jitter between 1 s and 128 s that grows, and starts anew after a stable session", () => {
    const world = makeSyncRig({ links: ["ethernet"] });
    const { net, time, task } = world;
    net.all[0]!.mode = "refuse";
    task.start();
    time.run(120 * MINUTE);
    const waits = net.attempts.slice(1).map(({ atMs }, i) => atMs - net.attempts[i]!.atMs - 5);
    let previous = 1000;
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(1000);
      expect(wait).toBeLessThanOrEqual(Math.min(128_000, previous * 3));
      previous = wait;
    }
    expect(Math.max(...waits)).toBeGreaterThan(60_000);
    expect(new Set(waits).size).toBeGreaterThan(waits.length / 2);
    net.all[0]!.mode = "ok";
    time.run(130_000);
    expect(task.online).toBe(true);
    time.run(20_000);
    const atMs = time.nowMs;
    net.breakLast();
    time.run(3100);
    expect(net.attempts.at(-1)!.atMs - atMs).toBeGreaterThanOrEqual(1000);
    expect(task.online).toBe(true);
    // A session that ends at once does not start the jitter anew.
    let shortest = 0;
    for (let i = 0; i < 30; i++) {
      const before = net.attempts.length;
      net.breakLast();
      const from = time.nowMs;
      while (net.attempts.length === before) time.run(100);
      shortest = Math.max(shortest, time.nowMs - from);
      time.run(100);
    }
    expect(shortest).toBeGreaterThan(3100);
  });

  it("are tried at once when somebody waits", () => {
    const world = makeSyncRig({ links: ["ethernet"] });
    const { net, time, task } = world;
    net.all[0]!.mode = "refuse";
    task.start();
    time.run(10 * MINUTE);
    net.all[0]!.mode = "ok";
    task.reconnectNow();
    time.run(200);
    expect(task.online).toBe(true);
  });

  it("are not used where no name is sure to be new: without entropy and with a boot that is not on record", () => {
    const world = makeSyncRig({ links: ["ethernet"], withoutEntropy: true });
    const { host, net, time, task } = world;
    host.journal.fill(3);
    host.isBootRecorded = false;
    task.start();
    time.run(30 * MINUTE);
    expect(net.attempts).toEqual([]);
    expect(task.lastFailure).toBe("no random numbers, and this boot is not on record: it does not talk");
    // A journal that never began names no boot either.
    const empty = makeSyncRig({ links: ["ethernet"], withoutEntropy: true });
    empty.task.start();
    empty.time.run(30 * MINUTE);
    expect(empty.net.attempts).toEqual([]);
    world.mendEntropy();
    time.run(3 * MINUTE);
    expect(task.online).toBe(true);
  });

  it("work without entropy: sessions differ, and the jitter is fixed", () => {
    const waits = () => {
      const world = makeSyncRig({ links: ["ethernet"], withoutEntropy: true });
      world.host.journal.fill(3);
      online(world);
      const sessions = [Buffer.from(world.cloud.sent[0]!.payload.subarray(1, 9)).toString("hex")];
      world.net.breakLast();
      world.time.run(5000);
      sessions.push(Buffer.from(world.cloud.sent.at(-1)!.payload.subarray(1, 9)).toString("hex"));
      // Boot 3 and the connection's number, under the epoch 0102030405060708.
      expect(sessions).toEqual(["0102030705060709", "010203070506070a"]);
      expectAllInCloud(world);
      return world.net.attempts.map(({ atMs }) => atMs);
    };
    expect(waits()).toEqual(waits());
  });
});
