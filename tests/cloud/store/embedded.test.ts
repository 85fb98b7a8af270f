import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeRecord } from "../../../firmware/records/codec.js";
import {
  Auth,
  EmergencyTarget,
  Exchange,
  Kind,
  Outcome,
  PowerEvent,
  type Rec,
} from "../../../firmware/records/records.js";
import { Lane } from "../../../firmware/wire/lanes.js";
import type { Ack } from "../../../firmware/wire/messages.js";
import { boxLog } from "../../../sim/cloud/box-log.js";
import { Ingest } from "../../../sim/cloud/ingest/ingest.js";
import type { StoreEngine } from "../../../sim/cloud/store/engine.js";
import type { Line } from "../../../sim/cloud/store/lines.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { at, BOX, CloudRig, door, EPOCH, START_SECONDS, TestBox } from "../support/cloud-rig.js";
import { EmbeddedDisk } from "../support/memory-disk.js";

/** Each call: an exchange with its outcome, and a power event. */
function exchanges(first: number, count: number): Rec[] {
  return Array.from({ length: count }, (_, i): Rec[] => {
    const time = START_SECONDS + first + i;
    return [
      {
        kind: Kind.intent,
        exchange: Exchange.pickup,
        bin: i % 3,
        key: 1,
        user: 1,
        auth: Auth.bookingCode,
        ...at(time),
      },
      { kind: Kind.power, event: PowerEvent.mainsLost, ...at(time) },
      { kind: Kind.outcome, of: first + 3 * i, result: Outcome.done, ...at(time) },
    ];
  }).flat();
}

function take(ingest: Ingest, first: number, records: readonly Rec[]): void {
  ingest.take(BOX, { epoch: EPOCH, first, records: records.map((one) => encodeRecord(one)) });
}

/** A group of two lines and a change of the document. */
function commit(engine: StoreEngine, told: number): void {
  const line = (seq: number, kind: string): Line => {
    const source = { box: BOX, epoch: "0102030405060708", seq };
    const when = { clock: "unknown", offline: false, onBattery: false } as const;
    return { source, part: 0, kind: "event", entry: { ...source, ...when, kind, detail: {} } };
  };
  const lines = [line(2 * told, "power"), line(2 * told + 1, "door")];
  engine.document.told = told;
  let failure: Error | undefined;
  engine.commit({ lines, changes: () => [{ key: "told", json: String(told) }] }, (error) => {
    failure = error;
  });
  expect(failure).toBeUndefined();
}

const all = (store: CloudStore) => JSON.parse(JSON.stringify(store.data));

describe("a group", () => {
  test("is one write and one sync, however many lines and boxes are in it, and leaves the document's file alone", () => {
    const disk = new EmbeddedDisk();
    const world = new CloudRig({ store: disk.store() });
    const { log, jsonWrites } = disk;
    const before = [log.writes, log.syncs];
    take(world.cloud.ingest, 1, exchanges(1, 50));
    world.cloud.store.commit();
    expect([log.writes - before[0]!, log.syncs - before[1]!, disk.jsonWrites - jsonWrites]).toEqual([1, 1, 0]);
    world.cloud.store.commit();
    expect(log.writes - before[0]!).toBe(1);
  });

  test("is all there or not at all, at whatever byte a power cut tears it, and the next one comes after it", () => {
    const disk = new EmbeddedDisk();
    const engine = disk.engine();
    const states = [{ end: disk.log.size, told: 0 }];
    for (let told = 1; told <= 5; told++) {
      commit(engine, told);
      states.push({ end: disk.log.size, told });
    }
    for (let left = states[2]!.end; left <= disk.log.size; left++) {
      const { told } = states.findLast(({ end }) => end <= left)!;
      const cut = disk.afterCut(left);
      const found = cut.engine();
      expect([found.document.told, found.log.whole().events.length], `cut at byte ${left}`).toEqual([told, 2 * told]);
      commit(found, 77);
      const after = cut.afterCut().engine();
      expect([after.document.told, after.log.power(BOX).entries.length], `and on, after ${left}`).toEqual([
        77,
        told + 1,
      ]);
    }
  });

  test("that is torn is told from damage: a sound group behind it says that it was whole once", () => {
    const disk = new EmbeddedDisk();
    const world = new CloudRig({ store: disk.store() });
    const from = disk.log.size;
    for (let i = 0; i < 3; i++) {
      take(world.cloud.ingest, 1 + i * 3, exchanges(1 + i * 3, 1));
      world.cloud.store.commit();
    }
    const damaged = disk.afterCut();
    damaged.log.bytes[from + 20]! ^= 0x40;
    const before = Buffer.from(damaged.log.bytes);
    expect(() => damaged.store()).toThrow(
      /cloud\.log is damaged after byte \d+, with sound records behind it: put it back from a copy/,
    );
    expect(damaged.log.bytes.equals(before)).toBe(true);
  });

  test("is acknowledged only after its sync: what a power cut takes back was never acknowledged", () => {
    const disk = new EmbeddedDisk();
    const world = new CloudRig({ store: disk.store() });
    const box = new TestBox(world);
    box.connect();
    for (let i = 0; i < 20; i++) {
      box.records(i + 1, [door(i)]);
      if (i % 3 === 2) world.timers.advance(0);
      const [ack] = box.bodies<Ack>(Lane.ack).slice(-1);
      if (ack === undefined) continue;
      const after = new Ingest(disk.afterCut().store());
      expect(after.through(BOX, "0102030405060708")).toBeGreaterThanOrEqual(ack.through);
    }
  });
});

describe("a disk", () => {
  test("that is full takes nothing of a group, and the whole of it when there is room again", () => {
    const disk = new EmbeddedDisk();
    const world = new CloudRig({ store: disk.store() });
    const box = new TestBox(world);
    box.connect();
    world.timers.advance(5_000);
    const before = disk.log.size;
    disk.log.room = before + 40;
    box.records(1, [door(1)]);
    world.timers.advance(1_000);
    expect(world.problems.join()).toMatch(/could not be written: ENOSPC.*nothing is acknowledged until it can be/);
    expect([box.bodies(Lane.ack), disk.log.size]).toEqual([[], before]);
    disk.log.room = Number.POSITIVE_INFINITY;
    world.timers.advance(10_000);
    expect(box.bodies<Ack>(Lane.ack)).toMatchObject([{ through: 1 }]);
    expect(all(disk.afterCut().store()).events).toHaveLength(1);
  });

  test("that cannot sync keeps nothing of the group", () => {
    const disk = new EmbeddedDisk();
    const world = new CloudRig({ store: disk.store() });
    disk.log.syncFailure = new Error("EIO: i/o error, fdatasync");
    take(world.cloud.ingest, 1, exchanges(1, 1));
    expect(() => world.cloud.store.commit()).toThrow(/could not be written: EIO/);
    disk.log.syncFailure = undefined;
    world.cloud.store.commit();
    expect(all(disk.afterCut().store()).exchanges).toHaveLength(1);
  });

  test("that does not take the organisation leaves the old one, here and after a restart", () => {
    const disk = new EmbeddedDisk();
    const world = new CloudRig({ store: disk.store() });
    disk.jsonFailure = new Error("ENOSPC");
    expect(() => world.cloud.admin.addUser({ name: "Nobody" })).toThrow(/could not be written: ENOSPC/);
    for (const store of [world.cloud.store, disk.store()]) {
      expect(store.organisation.users.map(({ name }) => name)).not.toContain("Nobody");
    }
  });
});

test("what a cloud knows is the same after a restart, after any run of records, changes and commits", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("records" as const), count: fc.integer({ min: 1, max: 8 }), bin: fc.nat(23) }),
    fc.record({ kind: fc.constantFrom("commit", "key", "reboot", "empty", "emergency", "restart") }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const disk = new EmbeddedDisk();
      let world = new CloudRig({ store: disk.store() });
      let next = 1;
      const tell = (...records: Rec[]) => {
        take(world.cloud.ingest, next, records);
        next += records.length;
      };
      for (const one of steps) {
        const { admin } = world.cloud;
        if (one.kind === "records" && "count" in one) tell(...exchanges(next, one.count));
        else if (one.kind === "key") admin.addKeys([{ name: `Key ${next}-${Math.random()}`, roaming: true, home: 1 }]);
        else if (one.kind === "reboot" && next < 200) world.cloud.closeSheets(BOX);
        else if (one.kind === "empty") admin.emptyBin(BOX, "A-2", true);
        else if (one.kind === "emergency") {
          tell({
            kind: Kind.emergency,
            target: EmergencyTarget.bin,
            sheet: 1,
            number: 1,
            bin: 3,
            ...at(START_SECONDS),
          });
        } else if (one.kind === "restart") {
          world.cloud.store.commit();
          world = new CloudRig({ store: disk.store(), sample: false });
        } else world.cloud.store.commit();
      }
      world.cloud.store.commit();
      expect(all(disk.store())).toEqual(all(world.cloud.store));
    }),
    { seed: 20261127, numRuns: 40 },
  );
});

test("the document is written anew when much of the log stands above it, so that little is read at the start", () => {
  const disk = new EmbeddedDisk();
  const world = new CloudRig({ store: disk.store() });
  const before = disk.jsonWrites;
  for (let i = 0; disk.log.size < 11 * 1024 * 1024; i++) {
    take(world.cloud.ingest, 1 + i * 6_000, exchanges(1 + i * 6_000, 2_000));
    world.cloud.store.commit();
  }
  expect(disk.jsonWrites - before).toBe(1);
  expect(disk.log.size - JSON.parse(disk.json!).log.end).toBeLessThan(5 * 1024 * 1024);
});

test("the newest of a box are read from the end, each as it is by now, with how many are older", () => {
  const disk = new EmbeddedDisk();
  const world = new CloudRig({ store: disk.store() });
  take(world.cloud.ingest, 1, exchanges(1, 30));
  world.cloud.store.commit();
  const { store } = world.cloud;
  const whole = boxLog(store, BOX);
  expect(whole.map(({ seq, status }) => [seq, status])).toEqual(
    Array.from({ length: 30 }, (_, i) => [1 + 3 * i, "done"]),
  );
  expect(store.log.box(BOX, 4)).toEqual({ entries: whole.slice(-4), older: 26 });
  expect(store.log.power(BOX, 2)).toMatchObject({ entries: [{ seq: 86 }, { seq: 89 }], older: 28 });
  expect(store.log.box("MS4-TOKYO", 4)).toEqual({ entries: [], older: 0 });
});

describe("files", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "smartbox-embedded-"));
    path = join(folder, "cloud.json");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function filled(): CloudRig {
    const world = new CloudRig({ store: CloudStore.inFile(path) });
    take(world.cloud.ingest, 1, exchanges(1, 5));
    world.cloud.store.commit();
    return world;
  }

  test("of format 2, with the log in the document, become a document and a log, with what is open", () => {
    const world = new CloudRig();
    take(world.cloud.ingest, 1, exchanges(1, 5).slice(0, -1));
    world.cloud.store.commit();
    const { alerts: _alerts, ...old } = all(world.cloud.store);
    for (const state of Object.values<Record<string, unknown>>(old.boxes)) {
      delete state.open;
      delete state.accepted;
    }
    writeFileSync(path, JSON.stringify({ ...old, format: 2 }));
    const store = CloudStore.inFile(path);
    expect(all(store)).toEqual(all(world.cloud.store));
    const ingest = new Ingest(store);
    take(ingest, 15, [{ kind: Kind.outcome, of: 13, result: Outcome.done, ...at(START_SECONDS) }]);
    store.commit();
    expect(boxLog(store, BOX).at(-1)).toMatchObject({ seq: 13, status: "done" });
    store.close();
    expect(JSON.parse(readFileSync(path, "utf8"))).not.toHaveProperty("exchanges");
  });

  test("belong to one process at a time", () => {
    const world = filled();
    const lock = join(folder, "cloud.lock");
    writeFileSync(lock, String(process.ppid));
    expect(() => CloudStore.inFile(path)).toThrow(
      `the cloud database ${path} is open in process ${process.ppid}: stop that cloud, or give this one a database of its own`,
    );
    // One that was killed left its lock behind.
    writeFileSync(lock, String(2 ** 22 + 1));
    const again = CloudStore.inFile(path);
    expect(all(again)).toEqual(all(world.cloud.store));
    again.close();
  });

  test("that do not belong together are refused, with the way out, and left alone", () => {
    const world = filled();
    world.cloud.store.close();
    const json = readFileSync(path);
    const log = readFileSync(join(folder, "cloud.log"));
    const refused = (change: () => void, cause: RegExp) => {
      change();
      expect(() => CloudStore.inFile(path)).toThrow(cause);
      writeFileSync(path, json);
      writeFileSync(join(folder, "cloud.log"), log);
    };
    refused(
      () => writeFileSync(join(folder, "cloud.log"), log.subarray(0, log.length - 5)),
      /cloud\.log ends at byte \d+, and its database knows of \d+: put both back from the same copy/,
    );
    refused(() => rmSync(join(folder, "cloud.log")), /ends at byte 0, and its database knows/);
    refused(() => rmSync(path), /cloud\.log is there and its database is not: put that back, or move the log away/);
    refused(() => {
      const other = Buffer.from(log);
      other[9]! ^= 1;
      writeFileSync(join(folder, "cloud.log"), other);
    }, /is the log of another database: put both back from the same copy/);
    expect(all(CloudStore.inFile(path))).toEqual(all(world.cloud.store));
  });

  test("a document put back from an earlier copy beside the log of now loses nothing that boxes told", () => {
    const world = filled();
    const copy = readFileSync(path);
    take(world.cloud.ingest, 16, exchanges(16, 5));
    world.cloud.store.commit();
    const now = all(world.cloud.store);
    world.cloud.store.close();
    writeFileSync(path, copy);
    expect(all(CloudStore.inFile(path))).toEqual(now);
  });

  test("are read by others while a cloud has them open, as they are now", () => {
    const world = filled();
    const copy = CloudStore.copyOfFile(path);
    const { format: _format, ...document } = JSON.parse(JSON.stringify(world.cloud.store.document));
    expect(copy.document).toMatchObject(document);
  });
});
