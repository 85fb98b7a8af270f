import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Auth, Exchange, Kind, Outcome, type Rec } from "../../firmware/records/records.js";
import { entryWords } from "../../sim/cloud/box-log.js";
import { happeningOf } from "../../sim/cloud/outward/happening.js";
import { backUp } from "../../sim/cloud/store/backup.js";
import { CloudStore } from "../../sim/cloud/store.js";
import { apiRig } from "./api/support.js";
import { at, BOX, CloudRig, EPOCH, START_SECONDS } from "./support/cloud-rig.js";
import { EmbeddedDisk } from "./support/memory-disk.js";
import { worked } from "./support/worked.js";

const DAY = 86_400;
const AMELIE = { id: 1, name: "Amélie Girard", badge: "900AMG" };

let next: number;
beforeEach(() => {
  next = 1;
});

function exchange(time: number, { user = AMELIE.id, key = 1 } = {}): Rec[] {
  const intent = { kind: Kind.intent, exchange: Exchange.pickup, bin: 0, auth: Auth.bookingCode, key, user, access: 1 };
  return [
    { ...intent, ...at(time) },
    { kind: Kind.outcome, of: next, result: Outcome.done, ...at(time) },
  ];
}

function exchanged(rig: CloudRig, time: number, by?: { readonly user?: number; readonly key?: number }): void {
  const records = exchange(time, by).map((one) => encodeRecord(one));
  rig.cloud.ingest.take(BOX, { epoch: EPOCH, first: next, records });
  next += 2;
}

/** As when a service ends. */
function shut({ cloud }: CloudRig): void {
  cloud.close();
  cloud.store.close();
}

const who = ({ cloud }: CloudRig) => cloud.store.log.box(BOX).entries.map((entry) => entryWords(entry).who);
const everything = ({ cloud }: CloudRig) => JSON.stringify([cloud.store.document, cloud.store.log.after(0, 1_000_000)]);

describe("somebody who is erased", () => {
  test("is gone from the organisation, the log and what the cloud believes; what they did is there", async () => {
    const api = apiRig();
    const { rig, cloud } = api;
    exchanged(rig, START_SECONDS);
    exchanged(rig, START_SECONDS, { user: 2, key: 2 });
    cloud.store.commit();
    expect(everything(rig)).toContain(AMELIE.name);
    const answer = await api.ask("POST", "/v1/users/1/erasure", undefined, { "Idempotency-Key": "once" });
    expect([answer.status, answer.body]).toEqual([202, { days: null, erasing: [1], erased: [1] }]);
    await worked(rig, () => cloud.privacy.erasing.length === 0);
    expect(everything(rig)).not.toContain(AMELIE.name);
    expect(everything(rig)).not.toContain(AMELIE.badge);
    expect(who(rig)).toEqual(["user 1", "田中 健二"]);
    expect(cloud.ingest.log.inventory.whereabouts("key:1")).toEqual({ holder: "user 1" });
    const told = cloud.store.log.after(0, 10).map(happeningOf);
    expect(told[0]!.data).toMatchObject({ user: 1, who: "user 1", exchange: "PICKUP" });
    expect((await api.ask("GET", "/v1/keys/1")).body).toMatchObject({ where: { kind: "holder", name: "user 1" } });
    // What a box tells of them later has no name to take.
    exchanged(rig, START_SECONDS + 60);
    cloud.store.commit();
    expect(who(rig).at(-1)).toBe("user 1");
  });

  test("in the middle of an exchange is nameless when that ends", async () => {
    const rig = new CloudRig();
    const [intent, outcome] = exchange(START_SECONDS) as [Rec, Rec];
    rig.cloud.ingest.take(BOX, { epoch: EPOCH, first: 1, records: [encodeRecord(intent)] });
    rig.cloud.privacy.erase(1);
    await worked(rig, () => rig.cloud.privacy.erasing.length === 0);
    rig.cloud.ingest.take(BOX, { epoch: EPOCH, first: 2, records: [encodeRecord(outcome)] });
    rig.cloud.store.commit();
    expect(everything(rig)).not.toContain(AMELIE.name);
    expect(rig.cloud.ingest.log.inventory.whereabouts("key:1")).toEqual({ holder: "user 1" });
  });

  test("after they were removed goes by their number; a number that nobody had is refused", async () => {
    const api = apiRig();
    const { rig, cloud } = api;
    exchanged(rig, START_SECONDS);
    cloud.admin.removeUser(1);
    expect((await api.ask("POST", "/v1/users/1/erasure")).status).toBe(202);
    await worked(rig, () => cloud.privacy.erasing.length === 0);
    expect(everything(rig)).not.toContain(AMELIE.name);
    const nobody = await api.ask("POST", "/v1/users/999/erasure");
    expect([nobody.status, nobody.body]).toEqual([
      409,
      expect.objectContaining({ detail: expect.stringMatching(/never was a user 999/) }),
    ]);
  });

  test("with a name that somebody else has leaves them theirs", async () => {
    const rig = new CloudRig();
    const { cloud } = rig;
    const twin = cloud.admin.addUser({ name: AMELIE.name });
    exchanged(rig, START_SECONDS, { user: twin.id });
    cloud.store.commit();
    cloud.privacy.erase(1);
    await worked(rig, () => cloud.privacy.erasing.length === 0);
    expect(who(rig)).toEqual([AMELIE.name]);
    expect(cloud.ingest.log.inventory.whereabouts("key:1")).toEqual({ holder: AMELIE.name });
  });

  test("what programs were told under an idempotency key is nameless as well", async () => {
    const api = apiRig();
    await api.ask("PATCH", "/v1/users/1", { badge: null }, { "Idempotency-Key": "k" });
    expect(everything(api.rig)).toContain(AMELIE.name);
    api.cloud.privacy.erase(1);
    await worked(api.rig, () => api.cloud.privacy.erasing.length === 0);
    expect(JSON.stringify(api.cloud.store.document)).not.toContain(AMELIE.name);
  });

  test("goes again from an older copy that is put back, and nobody is given a number of theirs", async () => {
    const path = mkdtempSync(join(tmpdir(), "smartbox-erased-"));
    const file = join(path, "cloud.json");
    const copy = join(path, "copy");
    try {
      const first = new CloudRig({ store: CloudStore.inFile(file) });
      exchanged(first, START_SECONDS);
      first.cloud.store.commit();
      backUp(file, copy);
      const late = first.cloud.admin.addUser({ name: "Zoé Après" });
      for (const user of [AMELIE.id, late.id]) first.cloud.privacy.erase(user);
      await worked(first, () => first.cloud.privacy.erasing.length === 0);
      shut(first);
      for (const one of ["cloud.json", "cloud.log"]) copyFileSync(join(copy, one), join(path, one));

      const again = new CloudRig({ store: CloudStore.inFile(file), sample: false });
      expect(everything(again)).toContain(AMELIE.name);
      await worked(again, () => again.cloud.privacy.erased.length === 2 && again.cloud.privacy.erasing.length === 0);
      expect(everything(again)).not.toContain(AMELIE.name);
      expect(who(again)).toEqual(["user 1"]);
      expect(again.cloud.admin.addUser({ name: "Yves Nouveau" }).id).toBeGreaterThan(late.id);
      shut(again);
      // It is done once.
      const third = new CloudRig({ store: CloudStore.inFile(file), sample: false });
      expect(third.cloud.privacy.erasing).toEqual([]);
      expect(everything(third)).toContain("Yves Nouveau");
      shut(third);
      expect(readFileSync(`${file}.erased`, "utf8")).not.toContain("Am");
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  test("is nobody of another database in whose place it was put, and a torn line erases nobody", async () => {
    const path = mkdtempSync(join(tmpdir(), "smartbox-erased-"));
    const file = join(path, "cloud.json");
    try {
      writeFileSync(`${file}.erased`, "0123456789abcdef 1 1793606400\n0123456789abcd");
      const rig = new CloudRig({ store: CloudStore.inFile(file) });
      rig.timers.advance(60_000);
      expect(rig.cloud.privacy.erased).toEqual([]);
      expect(everything(rig)).toContain(AMELIE.name);
      rig.cloud.privacy.erase(2);
      await worked(rig, () => rig.cloud.privacy.erasing.length === 0);
      shut(rig);
      const again = CloudStore.inFile(file);
      expect(again.erased?.read().map(({ user }) => user)).toEqual([2]);
      again.close();
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  test("stays where the list of the erased cannot be written, and the answer says so", () => {
    const path = mkdtempSync(join(tmpdir(), "smartbox-erased-"));
    const file = join(path, "cloud.json");
    try {
      const rig = new CloudRig({ store: CloudStore.inFile(file) });
      mkdirSync(`${file}.erased`);
      expect(() => rig.cloud.privacy.erase(1)).toThrow(
        /user 1 was not erased, as .*cloud.json.erased cannot be written/,
      );
      expect(everything(rig)).toContain(AMELIE.name);
      expect(rig.cloud.privacy.erasing).toEqual([]);
      shut(rig);
      expect(() => new CloudRig({ store: CloudStore.inFile(file), sample: false })).toThrow(
        /nobody knows who is to be/,
      );
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  test("goes from the log after a restart, where the cloud was killed before", async () => {
    const disk = new EmbeddedDisk();
    const rig = new CloudRig({ store: disk.store() });
    exchanged(rig, START_SECONDS);
    rig.cloud.store.commit();
    rig.cloud.privacy.erase(1);
    const again = new CloudRig({ store: disk.afterCut().store(), sample: false });
    expect(everything(again)).toContain(AMELIE.name);
    await worked(again, () => again.cloud.privacy.erasing.length === 0);
    expect(everything(again)).not.toContain(AMELIE.name);
  });

  test("is on no byte of the file any more", async () => {
    const disk = new EmbeddedDisk();
    const rig = new CloudRig({ store: disk.store() });
    for (let i = 0; i < 50; i++) exchanged(rig, START_SECONDS + i);
    rig.cloud.store.commit();
    rig.cloud.privacy.erase(2);
    rig.cloud.privacy.erase(1);
    await worked(rig, () => rig.cloud.privacy.erasing.length === 0);
    // One who took keys, and one who never did.
    for (const name of [AMELIE.name, "田中 健二"]) {
      expect(disk.log.bytes.includes(name)).toBe(false);
      expect(disk.json).not.toContain(name);
    }
  });
});

describe("edits of the log's file", () => {
  test("are done wholly or not at all, at whatever byte a power cut tears plan or log", async () => {
    const before = new EmbeddedDisk();
    const rig = new CloudRig({ store: before.store() });
    for (let i = 0; i < 3; i++) exchanged(rig, START_SECONDS + i);
    rig.cloud.store.commit();
    rig.cloud.privacy.erase(1);
    const old = { log: Buffer.from(before.log.bytes), json: before.json };
    const writes: { at: number; bytes: Uint8Array }[] = [];
    let plan: Uint8Array | undefined;
    const { write } = before.log;
    before.log.write = (at, bytes) => {
      // Before the first of them, all of them are noted.
      if (at < old.log.length) expect(plan).toBeDefined();
      writes.push({ at, bytes: bytes.slice() });
      write.call(before.log, at, bytes);
    };
    Object.defineProperty(before, "plan", {
      get: () => undefined,
      set: (bytes: Uint8Array | undefined) => {
        plan ??= bytes;
      },
    });
    await worked(rig, () => rig.cloud.privacy.erasing.length === 0);
    // Those of the first plan.
    const edits = writes.filter(({ at }) => at < old.log.length).slice(0, 3);
    expect(edits).toHaveLength(3);

    const opened = (log: Buffer, left: Uint8Array | undefined): CloudRig => {
      const disk = new EmbeddedDisk();
      disk.json = old.json;
      disk.log.bytes = Buffer.from(log);
      disk.plan = left;
      return new CloudRig({ store: disk.store(), sample: false });
    };
    for (let cut = 0; cut < plan!.length; cut += 7) {
      const torn = opened(old.log, plan!.slice(0, cut));
      expect(who(torn)).toEqual(Array(3).fill(AMELIE.name));
    }
    for (const [i, { at: place, bytes }] of edits.entries()) {
      for (let cut = 0; cut <= bytes.length; cut += 5) {
        const log = Buffer.from(old.log);
        for (const done of edits.slice(0, i)) log.set(done.bytes, done.at);
        log.set(bytes.subarray(0, cut), place);
        expect(who(opened(log, plan))).toEqual(Array(3).fill("user 1"));
      }
    }
  });

  test("that would make a line longer are refused", async () => {
    const store = new EmbeddedDisk().store();
    const rig = new CloudRig({ store });
    exchanged(rig, START_SECONDS);
    store.commit();
    const [{ at: place, line }] = store.log.after(0, 1) as [never] as [{ at: number; line: never }];
    const longer = { ...(line as object), more: "x".repeat(200) } as never;
    await expect(store.edit([{ at: place, line: longer }])).rejects.toThrow(/cannot become longer/);
  });
});

describe("a period of retention", () => {
  test("takes from the log who did it, when it is over, and nothing else", async () => {
    const api = apiRig({ store: new CloudStore() });
    const { rig, cloud } = api;
    exchanged(rig, START_SECONDS - 31 * DAY);
    exchanged(rig, START_SECONDS - 29 * DAY);
    cloud.store.commit();
    const before = cloud.store.log.box(BOX).entries;
    expect((await api.ask("PUT", "/v1/privacy", { days: 30 })).body).toEqual({ days: 30, erasing: [], erased: [] });
    await worked(rig, () => who(rig)[0] === "somebody");
    expect(who(rig)).toEqual(["somebody", AMELIE.name]);
    const [old] = cloud.store.log.box(BOX).entries;
    const { user: _user, access: _access, ...kept } = before[0] as unknown as Record<string, unknown>;
    expect(old).toEqual({ ...kept, userName: "" });
    // Two days later it is the other one's turn.
    rig.timers.advance(2 * DAY * 1_000);
    await worked(rig, () => who(rig)[1] === "somebody");
    expect(cloud.store.organisation.users.map(({ name }) => name)).toContain(AMELIE.name);
  });

  test("can be taken back, and what makes no sense is refused in words", async () => {
    const api = apiRig();
    await api.ask("PUT", "/v1/privacy", { days: 30 });
    expect((await api.ask("PUT", "/v1/privacy", { days: null })).body).toEqual({ days: null, erasing: [], erased: [] });
    expect((await api.ask("GET", "/v1/privacy")).body).toEqual({ days: null, erasing: [], erased: [] });
    for (const days of [0, 36_501, 1.5, "30"]) expect((await api.ask("PUT", "/v1/privacy", { days })).status).toBe(422);
    expect(() => api.cloud.privacy.keepFor(0)).toThrow(/give 1 to 36500/);
  });

  test("outlives a restart, and what is new is not gone through again", async () => {
    const disk = new EmbeddedDisk();
    const rig = new CloudRig({ store: disk.store() });
    exchanged(rig, START_SECONDS - 31 * DAY);
    exchanged(rig, START_SECONDS);
    rig.cloud.store.commit();
    rig.cloud.privacy.keepFor(30);
    await worked(rig, () => (rig.cloud.store.document.retention?.from ?? 0) > 0);
    const again = new CloudRig({ store: disk.afterCut().store(), sample: false });
    expect([again.cloud.privacy.days, who(again)]).toEqual([30, ["somebody", AMELIE.name]]);
  });
});
