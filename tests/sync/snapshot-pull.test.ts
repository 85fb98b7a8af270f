import { describe, expect, it } from "vitest";
import { makeSyncRig, type SyncRig } from "./support/sync-rig.js";

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31) % 251);

function start(world: SyncRig): void {
  world.task.start();
  world.time.run(1000);
}

describe("a snapshot", () => {
  it("is pulled in order after the welcome, activated once, and the next one after an offer", () => {
    const world = makeSyncRig();
    const { cloud, host, task, time } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(20_000) };
    start(world);
    expect(cloud.fetches).toEqual([
      { version: 5, offset: 0, count: 8192 },
      { version: 5, offset: 8192, count: 8192 },
      { version: 5, offset: 16384, count: 3616 },
    ]);
    expect(host.activated).toEqual(cloud.snapshot.bytes);
    expect(host.log).toEqual(["online ethernet", "snapshot 5"]);
    expect(task.busy).toBe(false);
    cloud.snapshot = { version: 6, bytes: bytesOf(100) };
    cloud.offer();
    time.run(1000);
    expect(host.version).toBe(6);
    expect(task.droppedMessages).toBe(0);
  });

  it("that is not newer is never fetched", () => {
    const world = makeSyncRig();
    world.host.version = 5;
    for (const version of [5, 4]) {
      world.cloud.snapshot = { version, bytes: bytesOf(100) };
      if (version === 5) start(world);
      else world.cloud.offer();
      world.time.run(30_000);
    }
    expect(world.cloud.fetches).toEqual([]);
    expect(world.task.busy).toBe(false);
  });

  it("whose pieces get lost is asked for again from where it is; pieces that come twice are dropped", () => {
    const world = makeSyncRig();
    const { cloud, host, time, task } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(20_000) };
    let lost = 0;
    cloud.piece = (offset) => !(offset === 3072 && lost++ < 2);
    start(world);
    expect(task.busy).toBe(true);
    // The five pieces after the lost one are not the one expected.
    expect(task.droppedMessages).toBe(4);
    const twice = cloud.sent.find(({ topic }) => topic.endsWith("snapshot"))!;
    world.broker.publish({ ...twice, qos: 1, retain: false });
    time.run(35_000);
    expect(cloud.fetches.slice(0, 3)).toEqual([
      { version: 5, offset: 0, count: 8192 },
      { version: 5, offset: 3072, count: 8192 },
      // Lost twice: it may be too long for the broker.
      { version: 5, offset: 3072, count: 512 },
    ]);
    expect(host.activated).toEqual(cloud.snapshot.bytes);
    expect(host.begun).toBe(1);
  });

  it("goes on in the next session where it was", () => {
    const world = makeSyncRig();
    const { cloud, host, time, net } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(20_000) };
    cloud.piece = (offset) => offset < 10_000;
    start(world);
    cloud.piece = () => true;
    net.breakLast();
    time.run(4000);
    expect(host.activated).toEqual(cloud.snapshot.bytes);
    expect(host.begun).toBe(1);
    expect(cloud.fetches.map(({ offset }) => offset)).toEqual([0, 8192, 10_240, 18_432]);
  });

  it("that the cloud no longer serves gives way to the one that it told of last", () => {
    const world = makeSyncRig();
    const { cloud, host, time } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(20_000) };
    cloud.piece = (offset) => offset < 4096;
    start(world);
    cloud.piece = () => true;
    cloud.snapshot = { version: 6, bytes: bytesOf(9000) };
    cloud.offer();
    time.run(15_000);
    expect(host.log).toEqual(["online ethernet", "snapshot 6"]);
    expect(host.activated).toEqual(cloud.snapshot.bytes);
  });

  it("that the cloud does not answer for makes the box say hello again", () => {
    const world = makeSyncRig();
    const { cloud, host, time } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(100) };
    cloud.answersFetches = false;
    start(world);
    time.run(31_000);
    expect(cloud.hellos.length).toBe(2);
    cloud.answersFetches = true;
    time.run(41_000);
    expect(host.version).toBe(5);
  });

  it.each([
    [700, 512],
    [400, 256],
  ])("comes in short pieces through a broker that loses what is over %i bytes", (mostBytes, pieceBytes) => {
    const world = makeSyncRig();
    const { cloud, host, time, net, task } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(5_000) };
    net.toBox = (bytes) => bytes.length <= mostBytes;
    start(world);
    expect(host.version).toBe(0);
    time.run(10 * 60_000);
    expect(host.activated).toEqual(cloud.snapshot.bytes);
    expect(cloud.fetches.at(-2)!.count).toBe(pieceBytes);
    expect(host.begun).toBe(1);
    expect(task.faults()).toEqual([]);
    // The next one waits for one fetch in vain, and then it is said.
    cloud.snapshot = { version: 6, bytes: bytesOf(5_000) };
    cloud.offer();
    time.run(15_000);
    expect(host.version).toBe(6);
    const reason = `loses messages over ${pieceBytes} bytes to the box: raise its limit`;
    expect(task.faults()).toEqual([{ name: "broker", reason }]);
    // A broker that is mended is found to be.
    net.toBox = () => true;
    cloud.fetches.length = 0;
    cloud.snapshot = { version: 7, bytes: bytesOf(5_000) };
    cloud.offer();
    time.run(1_000);
    expect(cloud.fetches).toEqual([{ version: 7, offset: 0, count: 5_000 }]);
    expect(task.faults()).toEqual([]);
    // What comes after that is counted anew.
    net.toBox = (bytes) => bytes.length <= mostBytes;
    cloud.snapshot = { version: 8, bytes: bytesOf(5_000) };
    cloud.offer();
    time.run(10 * 60_000);
    expect(host.version).toBe(8);
    expect(task.faults()).toEqual([]);
  });

  it("that nothing gets through for is asked for in whole pieces again, time after time", () => {
    const world = makeSyncRig();
    const { cloud, host, time } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(5_000) };
    cloud.answersFetches = false;
    start(world);
    time.run(20 * 60_000);
    expect([...new Set(cloud.fetches.map(({ count }) => count))]).toEqual([5_000, 512, 256]);
    time.run(2 * 3_600_000);
    expect(cloud.fetches.slice(-30).map(({ count }) => count)).toContain(5_000);
    cloud.answersFetches = true;
    time.run(3_600_000);
    expect(host.version).toBe(5);
  });

  it("that the host does not put on record stays a fault, and is tried again", () => {
    const world = makeSyncRig();
    const { cloud, host, time, task } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(3000) };
    const activate = host.activateSnapshot.bind(host);
    host.activateSnapshot = () => {};
    start(world);
    time.run(60_000);
    expect(task.faults()).toEqual([{ name: "snapshot", reason: "cannot be put on record" }]);
    host.activateSnapshot = activate;
    time.run(11 * 60_000);
    expect(host.version).toBe(5);
    expect(task.faults()).toEqual([]);
  });

  it("that can be taken at last ends the fault", () => {
    const world = makeSyncRig();
    const { cloud, host, time, task } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(3000) };
    host.failWrites = 4;
    start(world);
    time.run(60_000);
    expect(task.faults()).toHaveLength(1);
    time.run(10 * 60_000);
    expect(host.version).toBe(5);
    expect(task.faults()).toEqual([]);
  });

  it("that has rotted since is fetched once more, as soon as that is known; the cloud hears its version as before", () => {
    const world = makeSyncRig();
    const { cloud, host, time, task } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(3000) };
    start(world);
    task.snapshotRotted();
    time.run(1000);
    expect([host.begun, cloud.fetches.length], "nothing has").toEqual([1, 1]);
    host.isRotten = true;
    task.snapshotRotted();
    time.run(1000);
    expect([host.begun, host.isRotten, cloud.fetches.length]).toEqual([2, false, 2]);
    expect(task.faults()).toEqual([]);
    // While one is under way, that goes on.
    host.isRotten = true;
    cloud.piece = (offset) => offset < 1024;
    task.snapshotRotted();
    time.run(1000);
    task.snapshotRotted();
    expect(host.begun).toBe(3);
  });

  it("that nobody answers for is asked for less and less often, and at once after a welcome", () => {
    const world = makeSyncRig();
    const { cloud, host, task, time } = world;
    cloud.snapshot = { version: 5, bytes: bytesOf(100) };
    cloud.answersFetches = false;
    start(world);
    expect(task.behind.outdated).toBe(0);
    time.run(24 * 60 * 60_000);
    expect(cloud.fetches.length).toBeLessThan(400);
    expect(task.behind.outdated).toBeGreaterThanOrEqual(86_400);
    cloud.answersFetches = true;
    time.run(301_000);
    expect(host.version).toBe(5);
    expect(task.behind).toEqual({ unsent: undefined, outdated: undefined });
    // What comes after that is not asked for slowly.
    cloud.snapshot = { version: 6, bytes: bytesOf(20_000) };
    let lost = 0;
    cloud.piece = (offset) => !(offset === 3072 && lost++ < 1);
    cloud.offer();
    time.run(12_000);
    expect(host.version).toBe(6);
  });

  it.each(["failFinishes" as const, "failWrites" as const])(
    "that fails (%s) is begun again, three times in a row, then ever more seldom; the next is begun at once",
    (failing) => {
      const world = makeSyncRig();
      const { cloud, host, time, task, lines } = world;
      cloud.snapshot = { version: 5, bytes: bytesOf(3000) };
      host[failing] = 2;
      start(world);
      time.run(60_000);
      expect(host.version).toBe(5);
      expect(host.begun).toBe(3);
      host[failing] = 99;
      cloud.snapshot = { version: 6, bytes: bytesOf(3000) };
      cloud.offer();
      time.run(9 * 60_000);
      expect(host.begun).toBe(6);
      expect(task.busy).toBe(false);
      expect(task.faults()).toEqual([
        { name: "snapshot", reason: failing === "failWrites" ? "write fails" : "damaged" },
      ]);
      // 10, 20, 40, 80, 160, 320, 360, 360 minutes later.
      time.run(24 * 3_600_000);
      expect(host.begun).toBe(6 + 8 * 3);
      expect(task.faults()).toHaveLength(1);
      expect(lines).toContain(`sync: snapshot failed: ${failing === "failWrites" ? "write fails" : "damaged"}`);
      host[failing] = 0;
      cloud.snapshot = { version: 7, bytes: bytesOf(3000) };
      cloud.offer();
      time.run(1000);
      expect(host.version).toBe(7);
      expect(task.faults()).toEqual([]);
      time.run(24 * 3_600_000);
      expect(host.begun).toBe(6 + 8 * 3 + 1);
    },
  );
});
