import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Auth, CommandKind, Exchange, Kind, Outcome } from "../../firmware/records/records.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import { seal } from "../../firmware/wire/envelope.js";
import { Lane, topicOf } from "../../firmware/wire/lanes.js";
import {
  type Ack,
  type Command,
  Fetch,
  type Offer,
  type Piece,
  Records,
  State,
  Status,
  type Welcome,
} from "../../firmware/wire/messages.js";
import type { Group } from "../../sim/cloud/store/engine.js";
import { MemoryEngine } from "../../sim/cloud/store/memory.js";
import { CloudStore } from "../../sim/cloud/store.js";
import { at, BOX, CloudRig, door, EPOCH, FailingMemory, START_SECONDS, TestBox } from "./support/cloud-rig.js";

vi.setConfig({ testTimeout: 60_000 });

function online(): { world: CloudRig; box: TestBox; welcome: Welcome } {
  const world = new CloudRig();
  const box = new TestBox(world);
  const welcome = box.connect();
  world.timers.advance(2_000);
  box.read();
  return { world, box, welcome };
}

function manyKeys(count: number) {
  return Array.from({ length: count }, (_, i) => ({ name: `key number ${i}`, fob: `F${i}`, roaming: true, home: 1 }));
}

function dropped(world: CloudRig): number {
  return Object.values(world.cloud.dropped).reduce((a, b) => a + b, 0);
}

describe("a session", () => {
  test("begins with a welcome that tells version, time and what is here", () => {
    const { world, box, welcome } = online();
    expect(welcome).toMatchObject({ of: 1, acked: 0, time: START_SECONDS });
    expect(welcome.total).toBe(world.cloud.snapshot(BOX)!.bytes.length);
    box.records(1, [door(1), door(2)]);
    world.timers.advance(0);
    expect(box.bodies<Ack>(Lane.ack)).toEqual([{ epoch: EPOCH, through: 2 }]);
    expect(box.connect(2).acked).toBe(2);
  });

  test("presence follows state and the will of this session only", () => {
    const { world, box } = online();
    const isOnline = () => world.cloud.store.boxState(BOX).online;
    expect(isOnline()).toBe(true);
    box.connect(2);
    const { session } = box;
    box.session = new Uint8Array(8).fill(1);
    box.will();
    expect(isOnline()).toBe(true);
    box.session = session;
    box.will();
    expect(isOnline()).toBe(false);
  });

  test("an old hello from a broker's disk does not cut off the box", () => {
    const world = new CloudRig();
    const box = new TestBox(world);
    box.connect(1);
    const stranger = new TestBox(world);
    stranger.session = new Uint8Array(8).fill(5);
    stranger.hello();
    box.records(1, [door(1)]);
    world.timers.advance(0);
    expect(box.bodies<Ack>(Lane.ack)).toHaveLength(1);
  });

  test("old hellos that come right after each of the box's own do not make the cloud forget whom it welcomed", () => {
    const world = new CloudRig();
    const box = new TestBox(world);
    const stranger = new TestBox(world);
    for (let session = 1; session <= 20; session++) {
      box.session = new Uint8Array(8).fill(session);
      box.hello();
      for (let i = 0; i < 7; i++) {
        stranger.session = new Uint8Array(8).fill(100 + session * 7 + i);
        stranger.hello();
      }
      box.send(Lane.state, State, { online: true });
      expect(world.cloud.dropped.session).toBe(0);
      expect(world.cloud.store.boxState(BOX).online).toBe(true);
    }
  });

  test("a hello of a session that is over is not welcomed again, and a hello of this one only once", () => {
    const { world, box } = online();
    box.connect(2);
    const old = new TestBox(world);
    old.read();
    old.session = new Uint8Array(8).fill(1);
    expect(() => old.hello()).toThrow("no welcome");
    expect(world.cloud.dropped.session).toBe(1);
    const again = new TestBox(world);
    again.read();
    again.session = new Uint8Array(8).fill(2);
    expect(() => again.hello()).toThrow("no welcome");
    expect(world.cloud.dropped.counter).toBe(1);
    // The box itself may say it anew.
    box.hello();
    box.send(Lane.state, State, { online: false });
    expect(world.cloud.store.boxState(BOX).online).toBe(false);
  });

  test("takes no message twice and none of another session", () => {
    const { world, box } = online();
    const message = box.sealed(Lane.records, Records, { epoch: EPOCH, first: 1, records: [Uint8Array.of(0xa0)] });
    world.receive(topicOf(BOX, Lane.records), message);
    world.receive(topicOf(BOX, Lane.records), message);
    expect(world.cloud.dropped.counter).toBe(1);
    box.connect(2);
    world.receive(topicOf(BOX, Lane.records), message);
    expect(world.cloud.dropped.session).toBe(1);
    expect(world.cloud.ingest.through(BOX, "0102030405060708")).toBe(1);
  });

  test("that was welcomed anew takes nothing sealed for the welcome before", () => {
    const { world, box } = online();
    const old = box.sealed(Lane.records, Records, { epoch: EPOCH, first: 1, records: [Uint8Array.of(0xa0)] });
    box.hello();
    box.send(Lane.state, State, { online: true });
    world.receive(topicOf(BOX, Lane.records), old);
    expect(world.cloud.dropped.session).toBe(1);
    expect(world.cloud.store.data.events).toEqual([]);
  });

  test("keeps the status", () => {
    const { world, box } = online();
    const status = { uptime: 5, mains: true, charge: 90, staleness: 0, link: "wifi", faults: [], count: 0, next: 1 };
    box.send(Lane.status, Status, status);
    expect(world.cloud.store.boxState(BOX).status).toMatchObject({ charge: 90, link: "wifi" });
    expect(world.cloud.power(BOX)).toMatchObject({ chargePercent: 90, mainsLostAt: undefined });
  });
});

describe("the power of a box", () => {
  test("is unknown before the first status, and then as last told, with the loss of mains in the cloud's time", () => {
    const { world, box } = online();
    expect(world.cloud.power(BOX)).toBeUndefined();
    const about = { uptime: 5, staleness: 0, link: "wifi", faults: [], count: 0, next: 1 };
    const toldAt = Math.floor(START_SECONDS + world.timers.nowMs / 1_000);
    const told = { mains: false, charge: 61, millivolts: 3_801, celsius: -4, sinceMains: 7_000, timeLeft: 86_400 };
    box.send(Lane.status, Status, { ...about, ...told });
    world.timers.advance(3_600_000);
    expect(world.cloud.power(BOX)).toEqual({
      toldAt,
      mains: false,
      chargePercent: 61,
      millivolts: 3_801,
      celsius: -4,
      mainsLostAt: toldAt - 7_000,
      emptyAt: toldAt + 86_400,
    });
    expect(() => world.cloud.power("NOWHERE")).toThrow("there is no box NOWHERE");
  });
});

describe("a record that this version cannot read", () => {
  test("is acknowledged, kept as it came, counted, and told until somebody has seen it", () => {
    const { world, box } = online();
    const records = [Uint8Array.of(0xff, 0), encodeCbor({ kind: 99, at: 1, flags: 0, bin: 3 })];
    box.send(Lane.records, Records, { epoch: EPOCH, first: 1, records });
    world.timers.advance(0);
    expect(box.bodies<Ack>(Lane.ack)).toEqual([{ epoch: EPOCH, through: 2 }]);
    expect(world.cloud.store.data.events.map(({ kind, seq }) => ({ kind, seq }))).toEqual([
      { kind: "undecodable", seq: 1 },
      { kind: "undecodable", seq: 2 },
    ]);
    expect(world.cloud.ingest.log.inventory.isDoubtful(BOX, 3)).toBe(true);
    const unread = () => world.cloud.alerts.of(BOX).filter(({ id }) => id === `unread/${BOX}`);
    expect(unread()[0]!.what).toContain("2 so far");
    world.cloud.seen(BOX);
    box.records(3, [door(1)]);
    expect(unread()).toEqual([]);
  });
});

describe("an ack", () => {
  test("goes out only after the store has the records", () => {
    const disk = new FailingMemory();
    const world = new CloudRig({ store: disk.store() });
    const box = new TestBox(world);
    box.connect();
    disk.failure = new Error("ENOSPC: no space left on device");
    box.records(1, [door(1)]);
    world.timers.advance(100);
    expect(box.bodies(Lane.ack)).toEqual([]);
    expect(world.problems.join()).toMatch(/could not be written: ENOSPC.*nothing is acknowledged/);
    expect(disk.saved).not.toContain('"codeFailure"');
    // A welcome would acknowledge as well.
    box.session = new Uint8Array(8).fill(2);
    expect(() => box.hello()).toThrow("no welcome");

    disk.failure = undefined;
    world.timers.advance(10_000);
    expect(box.bodies<Ack>(Lane.ack)).toEqual([{ epoch: EPOCH, through: 1 }]);
    expect(JSON.parse(disk.saved!).events).toHaveLength(1);
  });

  test("is of what the commit had in it, and not of what came while that was under way", () => {
    const waiting: (() => void)[] = [];
    let isSlow = false;
    class SlowEngine extends MemoryEngine {
      override commit(group: Group, done: (error?: Error) => void): void {
        const write = () => super.commit(group, done);
        if (isSlow) waiting.push(write);
        else write();
      }
    }
    const world = new CloudRig({ store: new CloudStore(new SlowEngine()) });
    const box = new TestBox(world);
    box.connect();
    world.timers.advance(5_000);
    box.read();
    isSlow = true;
    box.records(1, [door(1)]);
    world.timers.advance(0);
    box.records(2, [door(2)]);
    world.timers.advance(0);
    waiting.shift()!();
    expect(box.bodies<Ack>(Lane.ack).map(({ through }) => through)).toEqual([1]);
    waiting.shift()!();
    expect(box.bodies<Ack>(Lane.ack).map(({ through }) => through)).toEqual([2]);
  });

  test("covers several batches with one write, and answers early and repeated ones with what is here", () => {
    const disk = new FailingMemory();
    const world = new CloudRig({ store: disk.store() });
    const box = new TestBox(world);
    box.connect();
    world.timers.advance(5_000);
    const before = disk.writes;
    box.records(1, [door(1), door(2)]);
    box.records(3, [door(3)]);
    world.timers.advance(0);
    expect(disk.writes - before).toBe(1);
    expect(box.bodies<Ack>(Lane.ack)).toEqual([{ epoch: EPOCH, through: 3 }]);
    box.records(7, [door(7)]);
    world.timers.advance(0);
    box.records(1, [door(1)]);
    world.timers.advance(0);
    expect(box.bodies<Ack>(Lane.ack).map((a) => a.through)).toEqual([3, 3]);
    expect(disk.writes - before).toBe(1);
  });
});

describe("snapshots", () => {
  function fetchAll(box: TestBox, offer: { version: number; total: number }): Uint8Array {
    const bytes = new Uint8Array(offer.total);
    for (let offset = 0; offset < offer.total; ) {
      box.send(Lane.fetch, Fetch, { version: offer.version, offset, count: 2_000 });
      for (const piece of box.bodies<Piece>(Lane.snapshot)) {
        expect(piece.offset).toBe(offset);
        bytes.set(piece.bytes, piece.offset);
        offset += piece.bytes.length;
      }
    }
    return bytes;
  }

  test("are fetched in pieces, and offered anew a second after something changed", () => {
    const { world, box } = online();
    const { version } = world.cloud.snapshot(BOX)!;
    world.cloud.admin.addAccess(1, 2, { kind: "ongoing" });
    world.cloud.admin.addAccess(1, 3, { kind: "ongoing" });
    world.timers.advance(999);
    expect(box.bodies(Lane.offer)).toEqual([]);
    world.timers.advance(1);
    const offers = box.bodies<Offer>(Lane.offer);
    expect(offers).toHaveLength(1);
    expect(offers[0]!.version).toBe(version + 1);
    expect(fetchAll(box, offers[0]!)).toEqual(world.cloud.snapshot(BOX)!.bytes);
  });

  test("are not made anew for what does not matter to the box", () => {
    const { world, box } = online();
    const { version } = world.cloud.snapshot(BOX)!;
    const tokyoKey = world.cloud.store.organisation.keys.find((k) => k.name === "Mailroom Shibuya")!;
    world.cloud.admin.addAccess(2, tokyoKey.id, { kind: "ongoing" });
    world.timers.advance(5_000);
    expect(box.bodies(Lane.offer)).toEqual([]);
    expect(world.cloud.snapshot(BOX)!.version).toBe(version);
  });

  test("an older version that is asked for is answered with an offer of the newest", () => {
    const { world, box } = online();
    box.send(Lane.fetch, Fetch, { version: 999, offset: 0, count: 100 });
    const { version, bytes } = world.cloud.snapshot(BOX)!;
    expect(box.bodies<Offer>(Lane.offer)).toEqual([{ version, total: bytes.length }]);
  });

  test("beyond the end there are no pieces", () => {
    const { world, box } = online();
    const { version, bytes } = world.cloud.snapshot(BOX)!;
    box.send(Lane.fetch, Fetch, { version, offset: bytes.length, count: 100 });
    expect(box.bodies(Lane.snapshot)).toEqual([]);
  });

  test("are made anew when the box has 501 records more, as of what is here", () => {
    const { world, box } = online();
    for (let first = 1; first <= 481; first += 20) {
      box.records(
        first,
        Array.from({ length: 20 }, (_, i) => door(first + i)),
      );
    }
    world.timers.advance(5_000);
    expect(box.bodies(Lane.offer)).toEqual([]);
    box.records(501, [door(501)]);
    world.timers.advance(5_000);
    expect(box.bodies(Lane.offer)).toHaveLength(1);
    expect(world.cloud.store.boxState(BOX).snapshot.asOf).toBe(501);
  });

  test("have new versions after a restart, and never an old number", () => {
    const disk = new FailingMemory();
    const versions: number[] = [];
    for (let i = 0; i < 3; i++) {
      const world = new CloudRig({ store: disk.store(), sample: i === 0 });
      versions.push(new TestBox(world).connect(i + 1).version);
    }
    expect(versions).toEqual([1, 2, 3]);
  });

  test("go on above what a box holds when the database was put back from a copy, and commands do too", () => {
    const { world, box } = online();
    world.cloud.reboot(BOX);
    const before = world.cloud.snapshot(BOX)!.version;
    world.told.length = 0;
    const welcome = box.connect(2, { version: before + 40, id: 77 });
    expect(welcome.version).toBe(before + 41);
    expect(world.told).toHaveLength(1);
    expect(world.told[0]).toMatch(/knows more than this database/);
    world.timers.advance(1_000);
    expect(world.cloud.reboot(BOX).id).toBe(78);
    expect(world.cloud.alerts.of(BOX)).toMatchObject([{ id: `put-back/${BOX}` }]);
  });

  test("number what is new apart from what was entered since the copy, once: a new key is none that a box remembers", () => {
    const { world, box } = online();
    const { version } = world.cloud.snapshot(BOX)!;
    const last = Math.max(...world.cloud.store.organisation.keys.map(({ id }) => id));
    for (const above of [40, 90]) box.connect(above, { version: version + above });
    expect(world.cloud.admin.addKeys(manyKeys(2)).map(({ id }) => id)).toEqual([last + 10_001, last + 10_002]);
    const { lastIds } = world.cloud.store.document;
    expect(Object.keys(lastIds!).sort()).toEqual(["accesses", "keys", "locations", "users"]);
  });

  test("that are too large go without keys that nobody may take there: what is taken away is never held back", () => {
    const { world, box } = online();
    const { version } = world.cloud.snapshot(BOX)!;
    world.cloud.admin.addKeys(manyKeys(12_000));
    world.cloud.admin.removeAccess(1);
    world.timers.advance(2_000);
    expect(box.bodies<Offer>(Lane.offer)[0]!.version).toBe(version + 1);
    const [alert] = world.cloud.alerts.of(BOX);
    expect(alert).toMatchObject({ id: `too-large/${BOX}`, wayOut: expect.stringContaining("remove old accesses") });
    expect(alert!.what).toMatch(
      /^its snapshot is full: 120\d\d keys that nobody may take there .* and 0 of the accesses/,
    );
  });

  test("that are too large go without the accesses that begin last", () => {
    const { world, box } = online();
    const far = { kind: "scheduled", start: "2030-01-01T00:00", end: "2030-01-02T00:00", zone: "UTC" } as const;
    const user = world.cloud.admin.addUser({ name: "Booker" }).id;
    const booked = Array.from({ length: 14_000 }, (_, i) => ({
      user,
      key: 1,
      schedule: far,
      code: String(10 ** 9 + i),
    }));
    world.cloud.admin.addAccesses(booked);
    world.timers.advance(2_000);
    const [{ version, total }] = box.bodies<Offer>(Lane.offer) as [Offer];
    expect(world.cloud.snapshot(BOX)!.version).toBe(version);
    expect(total).toBeLessThanOrEqual(512 * 1024);
    expect(world.cloud.alerts.of(BOX)[0]!.what).toMatch(/ [1-9]\d{3} of the accesses that begin last$/);
    world.cloud.admin.removeUser(user);
    world.timers.advance(2_000);
    expect(world.cloud.alerts.of(BOX)).toEqual([]);
  }, 60_000);

  test("that cannot be made at all are an alert with the cause, and the old one stays", () => {
    const { world, box } = online();
    const { version } = world.cloud.snapshot(BOX)!;
    const { organisation } = world.cloud.store;
    const badges = Array.from({ length: 16_000 }, (_, i) => ({ id: 100 + i, name: `Somebody ${i}`, badge: `B${i}` }));
    world.cloud.store.organise({ ...organisation, users: [...organisation.users, ...badges] });
    world.timers.advance(2_000);
    expect(world.cloud.alerts.of(BOX).map(({ what }) => what)).toEqual([
      expect.stringMatching(/^no new snapshot can be made.*: it has \d+ bytes without any right, boxes hold 524288$/),
    ]);
    expect(world.cloud.snapshot(BOX)!.version).toBe(version);
    expect(box.bodies(Lane.offer)).toEqual([]);
    world.cloud.store.organise(organisation);
    world.timers.advance(2_000);
    expect(world.cloud.alerts.of(BOX).filter(({ id }) => id === `snapshot/${BOX}`)).toEqual([]);
  });

  test("of another box change when a key moves away from it", () => {
    const { world, box } = online();
    const key = world.cloud.store.organisation.keys.find((k) => k.name === "Master key, fire panel")!.id;
    const tokyo = new TestBox(world, "MS4-TOKYO");
    tokyo.connect(7, { model: "MS4", bins: 8 });
    const stamp = at(START_SECONDS + 100);
    tokyo.records(1, [
      { kind: Kind.intent, exchange: Exchange.dropoff, bin: 7, auth: Auth.quickScan, key, ...stamp },
      { kind: Kind.outcome, of: 1, result: Outcome.done, ...stamp },
    ]);
    world.timers.advance(2_000);
    expect(box.bodies(Lane.offer)).toHaveLength(1);
  });
});

describe("commands", () => {
  test("are sent at once, again without a receipt, and in the next session", () => {
    const { world, box } = online();
    const { id } = world.cloud.setBinEnabled(BOX, "A-2", false);
    const body = { id, command: CommandKind.disableBin, bin: 1 };
    expect(box.bodies<Command>(Lane.command)).toMatchObject([body]);
    world.timers.advance(30_000);
    expect(box.bodies<Command>(Lane.command)).toMatchObject([body]);
    box.connect(2);
    expect(box.bodies<Command>(Lane.command)[0]).toMatchObject(body);
    box.records(1, [{ kind: Kind.command, id, command: CommandKind.disableBin, bin: 1, ...at(START_SECONDS) }]);
    world.timers.advance(100_000);
    box.read();
    box.connect(3);
    expect(box.bodies(Lane.command)).toEqual([]);
  });

  test("a one-touch unlock is dropped after a minute", () => {
    const world = new CloudRig();
    const box = new TestBox(world);
    const early = world.cloud.oneTouchUnlock(BOX, "B-12");
    world.timers.advance(59_000);
    box.connect();
    expect(box.bodies<Command>(Lane.command)).toMatchObject([
      { id: early.id, command: CommandKind.oneTouchUnlock, bin: 23, time: START_SECONDS },
    ]);
    world.timers.advance(1_000);
    box.connect(2);
    expect(box.bodies(Lane.command)).toEqual([]);
    expect(early.status).toBe("expired");
  });

  test("name a bin that is not there", () => {
    const { world } = online();
    expect(() => world.cloud.oneTouchUnlock(BOX, "C-1")).toThrow(/no bin C-1: it has A-1 to B-12/);
    expect(() => world.cloud.reboot("NOBODY")).toThrow(/no box NOBODY/);
  });

  test("that wait in a copy of the database are not carried out a second time, and new ones get numbers above", () => {
    const disk = new FailingMemory();
    const first = new CloudRig({ store: disk.store() });
    first.cloud.reboot(BOX);
    const copy = disk.saved;
    first.cloud.setBinEnabled(BOX, "A-1", false);
    for (let again = 0; again < 2; again++) {
      disk.saved = copy;
      const world = new CloudRig({ store: disk.store(), sample: false });
      // Asked for before the box has said that it is at number 2.
      const fresh = world.cloud.oneTouchUnlock(BOX, "A-2");
      expect(fresh.id).toBe(2);
      const box = new TestBox(world);
      box.connect(1, { id: 2 });
      const sent = box.bodies<Command>(Lane.command);
      expect(sent.map(({ id, command }) => ({ id, command }))).toEqual([
        { id: 3, command: CommandKind.oneTouchUnlock },
      ]);
      expect(world.cloud.store.boxState(BOX).commands.map(({ id, status }) => ({ id, status }))).toEqual([
        { id: 1, status: "received" },
        { id: 3, status: "waiting" },
      ]);
    }
  });

  test("wait in a bounded queue", () => {
    const { world } = online();
    for (let i = 0; i < 64; i++) world.cloud.reboot(BOX);
    expect(() => world.cloud.reboot(BOX)).toThrow(/64 commands waiting/);
  });

  test("closing sheets goes to the box and into the snapshot", () => {
    const { world, box } = online();
    world.cloud.sheets.rotate(BOX);
    const { id } = world.cloud.closeSheets(BOX);
    world.timers.advance(1_000);
    const down = box.read();
    expect(down.find((m) => m.lane === Lane.command)?.body).toMatchObject({
      id,
      command: CommandKind.closeSheets,
      sheet: 2,
    });
    expect(down.some((m) => m.lane === Lane.offer)).toBe(true);
  });
});

describe("hostile input", () => {
  test("is dropped and counted by reason", () => {
    const { world, box } = online();
    const { dropped: counts } = world.cloud;
    world.receive("smartbox/../up/records", new Uint8Array(10));
    world.receive(topicOf(BOX, Lane.ack), new Uint8Array(10));
    expect(counts.topic).toBe(2);
    world.receive(topicOf("NOBODY", Lane.hello), new Uint8Array(100));
    expect(counts.box).toBe(1);
    world.receive(topicOf(BOX, Lane.records), new Uint8Array(5_000));
    world.receive(topicOf(BOX, Lane.records), box.sealed(Lane.state, State, { online: true }));
    world.receive(topicOf("MS4-TOKYO", Lane.state), box.sealed(Lane.state, State, { online: true }));
    expect(counts.sealed).toBe(3);
    box.counter++;
    const junk = seal(box.key, Lane.records, box.session, box.challenge, box.counter, Uint8Array.of(0xff, 0xff));
    world.receive(topicOf(BOX, Lane.records), junk);
    expect(counts.body).toBe(1);
    box.send(Lane.records, Records, { epoch: EPOCH, first: 0, records: [Uint8Array.of(1)] });
    expect(world.problems).toEqual([]);
    expect(world.cloud.store.data.events).toEqual([]);
  });

  test("random bytes and damaged messages neither throw nor change anything", () => {
    const { world, box } = online();
    const before = JSON.stringify({ ...world.cloud.store.data, boxes: undefined });
    const good = box.sealed(Lane.records, Records, { epoch: EPOCH, first: 1, records: [Uint8Array.of(0xa0)] });
    const topics = ["hello", "records", "status", "fetch", "state", "nothing"].map((t) => `smartbox/${BOX}/up/${t}`);
    const start = dropped(world);
    let count = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...topics),
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })).map(([i, x]) => {
            const bad = good.slice();
            bad[i]! ^= x;
            return bad;
          }),
        ),
        (topic, payload) => {
          count++;
          world.receive(topic, payload);
        },
      ),
      { seed: 42, numRuns: 500 },
    );
    world.timers.advance(10_000);
    expect(dropped(world) - start).toBe(count);
    expect(JSON.stringify({ ...world.cloud.store.data, boxes: undefined })).toBe(before);
    expect(world.problems).toEqual([]);
  });
});

test("the same seed and messages give the same bytes down", () => {
  const run = () => {
    const world = new CloudRig({ seed: 3 });
    const box = new TestBox(world);
    box.connect();
    box.records(1, [door(1)]);
    world.cloud.reboot(BOX);
    world.timers.advance(60_000);
    return world.sent.map((m) => [m.topic, [...m.payload]]);
  };
  expect(run()).toEqual(run());
});
