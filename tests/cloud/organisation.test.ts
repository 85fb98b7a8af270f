import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { offlineCode } from "../../firmware/codes/hotp.js";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { encodeRecord } from "../../firmware/records/codec.js";
import { EmergencyTarget, Kind } from "../../firmware/records/records.js";
import { modelOf } from "../../sim/cloud/box-snapshot.js";
import { hexToBytes } from "../../sim/cloud/domain.js";
import { CloudStore } from "../../sim/cloud/store.js";
import { at, BOX, CloudRig, EPOCH, FailingMemory, START_SECONDS } from "./support/cloud-rig.js";

const ongoing = { kind: "ongoing" } as const;

test("a box gets an opaque id where one is asked for, another each time, and everything that is made of the id has that one", () => {
  const { admin, store } = new CloudRig().cloud;
  const about = { id: "opaque", model: "MS5" as const, location: 1, bins: ["A-1"] };
  const boxes = [admin.addNewBox(about), admin.addNewBox(about)];
  expect(boxes[0]!.id).toMatch(/^BOX-[2-9A-HJKMNP-Z]{10}$/);
  expect(boxes[1]!.id).not.toBe(boxes[0]!.id);
  expect(boxes[0]!.username).toBe(`box-${boxes[0]!.id}`);
  expect(store.organisation.boxes.slice(-2)).toEqual(boxes);
});

describe("the organisation refuses", () => {
  const cases: [string, (world: CloudRig) => unknown, RegExp][] = [
    [
      "a code in use",
      (w) => w.cloud.admin.addAccess(1, 2, ongoing, "135790"),
      /access \d+: code 135790 is access 1's already: choose another/,
    ],
    [
      "a booking code that is a key code",
      (w) => w.cloud.admin.addAccess(1, 2, ongoing, "482913"),
      /482913 is key Rue de Rivoli 12 front door's/,
    ],
    ["a short code", (w) => w.cloud.admin.addAccess(1, 2, ongoing, "123"), /code: code 123 is not 4 to 16 digits/],
    ["a long code", (w) => w.cloud.admin.addAccess(1, 2, ongoing, "12345678901234567"), /not 4 to 16 digits/],
    ["a code with letters", (w) => w.cloud.admin.addAccess(1, 2, ongoing, "12AB"), /code 12AB is not 4 to 16 digits/],
    [
      "a fob in use",
      (w) => w.cloud.admin.addKeys([{ name: "x", fob: "012abc", roaming: false, home: 1 }]),
      /fob 012ABC is key Rue de Rivoli/,
    ],
    [
      "a badge that is a fob",
      (w) => w.cloud.admin.addUser({ name: "x", badge: "012ABC" }),
      /fob 012ABC is key Rue de Rivoli/,
    ],
    [
      "a badge in use",
      (w) => w.cloud.admin.addUser({ name: "x", badge: "900AMG" }),
      /900AMG is user Amélie Girard's already/,
    ],
    ["a bad serial", (w) => w.cloud.admin.changeUser(1, { badge: "01-2" }), /serial 01-2 is not a fob serial/],
    [
      "a start that is no date",
      (w) =>
        w.cloud.admin.addAccess(1, 1, { kind: "scheduled", start: "tomorrow", end: "2026-06-01T08:00", zone: "local" }),
      /access \d+: start: tomorrow is not a local date and time: write it as 2026-/,
    ],
    ["an unknown user", (w) => w.cloud.admin.addAccess(99, 1, ongoing), /there is no user 99: add it first/],
    ["an unknown key", (w) => w.cloud.admin.addAccess(1, 999, ongoing), /there is no key 999/],
    ["an unknown home", (w) => w.cloud.admin.changeKey(1, { home: 9 }), /there is no location 9/],
    [
      "an unknown zone",
      (w) => w.cloud.admin.addLocation({ name: "x", timeZone: "Mars/Base", language: "en" }),
      /Mars\/Base is not known/,
    ],
    [
      "an unknown language",
      (w) => w.cloud.admin.addLocation({ name: "x", timeZone: "UTC", language: "xx" as "en" }),
      /not one of en, /,
    ],
    ["an empty name", (w) => w.cloud.admin.addUser({ name: "  " }), /name " {2}": nothing of it can be seen/],
    ["a name that turns the text", (w) => w.cloud.admin.changeKey(1, { name: "a\u202eb" }), /name .*U\+202E turns/],
    ["10ß, which is not 10SS", (w) => w.cloud.admin.changeUser(1, { badge: "10ß" }), /serial 10ß is not a fob serial/],
    [
      "an end before the start",
      (w) =>
        w.cloud.admin.addAccess(1, 2, {
          kind: "scheduled",
          start: "2026-06-02T00:00",
          end: "2026-06-01T00:00",
          zone: "local",
        }),
      /does not start before it ends: move one/,
    ],
    [
      "a date that is none",
      (w) =>
        w.cloud.admin.addAccess(1, 2, { kind: "scheduled", start: "tomorrow", end: "2026-06-01T00:00", zone: "local" }),
      /tomorrow is not a local date and time: write it as/,
    ],
    ["a box twice", (w) => w.cloud.admin.addBox(w.cloud.store.organisation.boxes[0]!), /two of box MS5-PARIS/],
    [
      "a box named like no topic",
      (w) => w.cloud.admin.addBox({ ...w.cloud.store.organisation.boxes[0]!, id: "a/b" }),
      /box id a\/b is not/,
    ],
    [
      "the cloud's own MQTT user",
      (w) => w.cloud.admin.addBox({ ...w.cloud.store.organisation.boxes[0]!, id: "B2", username: "cloud" }),
      /MQTT user cloud is the cloud's already/,
    ],
    [
      "a bin twice",
      (w) =>
        w.cloud.admin.addBox({
          ...w.cloud.store.organisation.boxes[0]!,
          id: "B2",
          username: "b2",
          bins: [
            { label: "A-1", enabled: true },
            { label: "A-1", enabled: true },
          ],
        }),
      /bin A-1 is there twice/,
    ],
    [
      "too many bins",
      (w) =>
        w.cloud.admin.addBox({
          ...w.cloud.store.organisation.boxes[0]!,
          id: "B2",
          username: "b2",
          bins: Array.from({ length: 201 }, (_, i) => ({ label: `A-${i + 1}`, enabled: true })),
        }),
      /at most 200 bins/,
    ],
    ["to remove what is not there", (w) => w.cloud.admin.removeAccess(99), /no access 99: nothing to remove/],
    ["to place a key in no bin", (w) => w.cloud.admin.placeKey(1, { box: BOX, bin: "Z-9" }), /no bin Z-9/],
    ["to place no key", (w) => w.cloud.admin.placeKey(999, undefined), /there is no key 999/],
  ];
  test.each(cases)("%s", (_, act, message) => {
    const world = new CloudRig();
    const before = JSON.stringify(world.cloud.store.data);
    expect(() => act(world)).toThrow(message);
    expect(JSON.stringify(world.cloud.store.data)).toBe(before);
  });
});

describe("a local window that falls into an hour that the clocks of a place leave out", () => {
  // 2026-03-29 from 2:00 to 3:00 is no time in Paris; London leaves out the hour before.
  const gone = { kind: "scheduled", start: "2026-03-29T01:10", end: "2026-03-29T01:50", zone: "local" } as const;
  const london = { name: "London", timeZone: "Europe/London", language: "en" } as const;

  test("does not keep the place from being added, past or to come, nor the database from being opened", () => {
    const disk = new FailingMemory();
    const world = new CloudRig({ store: disk.store() });
    const { id } = world.cloud.admin.addAccess(1, 1, gone, "424242");
    const { id: location } = world.cloud.admin.addLocation(london);
    const paris = world.cloud.store.organisation.boxes[0]!;
    world.cloud.admin.addBox({ ...paris, id: "LONDON", username: "london", location });
    const { log } = new CloudRig({ store: disk.store(), sample: false }).cloud.ingest;
    const has = (box: string) =>
      modelOf(world.cloud.store, log.index, log.inventory, box, START_SECONDS - 70 * 86_400).accesses.some(
        (a) => a.id === id,
      );
    expect([has(BOX), has("LONDON")]).toEqual([true, false]);
    // And nobody is refused for it: codes, bookings and keys go on.
    expect(world.cloud.admin.addAccess(1, 1, ongoing).code).toMatch(/^\d+$/);
  });

  test("is refused when it is new", () => {
    const world = new CloudRig();
    world.cloud.admin.addLocation(london);
    expect(() => world.cloud.admin.addAccess(1, 1, gone)).toThrow(/Europe\/London\) does not start before it ends/);
  });
});

describe("what somebody saw in a bin", () => {
  const rig = () => {
    const { cloud } = new CloudRig();
    const { inventory } = cloud.ingest.log;
    return { admin: cloud.admin, inventory, edits: () => inventory.edits(BOX) };
  };

  test("is taken as it is where the doors left a doubt", () => {
    const { admin, inventory, edits } = rig();
    inventory.doubt(BOX, 0);
    inventory.believe(BOX, 1, "taken", "key:2");
    inventory.doubt(BOX, 20);
    admin.emptyBin(BOX, "A-1");
    admin.emptyBin(BOX, "A-2");
    admin.fillBin(BOX, "B-9", 2);
    expect([0, 1, 20].map((bin) => inventory.content(BOX, bin))).toEqual([
      { belief: "empty" },
      { belief: "empty" },
      { belief: "holds", item: "key:2" },
    ]);
    expect(edits()).toBeGreaterThan(0);
  });

  test("leaves a bin in doubt that was in doubt about it: whoever opened that may have hung another thing there", () => {
    const { admin, inventory } = rig();
    inventory.doubt(BOX, 0);
    inventory.believe(BOX, 1, "taken", "key:2");
    admin.fillBin(BOX, "B-9", 1);
    admin.fillBin(BOX, "B-10", 2);
    expect([0, 1].map((bin) => inventory.content(BOX, bin))).toEqual([{ belief: "doubt" }, { belief: "empty" }]);
    inventory.doubt(BOX, 20);
    admin.placeKey(1, undefined);
    expect(inventory.content(BOX, 20)).toEqual({ belief: "doubt" });
  });

  test("against what a door says needs somebody who is sure", () => {
    const { admin, inventory } = rig();
    const name = "Rue de Rivoli 12 front door";
    expect(() => admin.emptyBin(BOX, "A-1")).toThrow(`bin A-1 holds the key ${name}: look into it, and if it is empty`);
    expect(() => admin.fillBin(BOX, "B-9", 1)).toThrow(
      `the key ${name} hangs in bin A-1 of ${BOX}: if you see it in B-9`,
    );
    expect(() => admin.fillBin(BOX, "A-2", 1)).toThrow(/^bin A-2 holds the key .*: look into it, and if the key Rue/);
    expect(inventory.content(BOX, 0)).toEqual({ belief: "holds", item: "key:1" });
    admin.fillBin(BOX, "A-1", 1);
    admin.fillBin(BOX, "B-9", 1, true);
    expect(inventory.content(BOX, 20)).toEqual({ belief: "holds", item: "key:1" });
    // Who knows what the door of A-1 shut on.
    expect(inventory.content(BOX, 0)).toEqual({ belief: "doubt" });
    admin.emptyBin(BOX, "B-9", true);
    expect(inventory.content(BOX, 20)).toEqual({ belief: "empty" });
  });
});

describe("codes", () => {
  test("that are generated are free, and of one length for a whole list", () => {
    const world = new CloudRig();
    const accesses = world.cloud.admin.addAccesses(
      Array.from({ length: 500 }, () => ({ user: 1, key: 2, schedule: ongoing })),
    );
    const codes = new Set(accesses.map((a) => a.code));
    expect(codes.size).toBe(500);
    for (const code of codes) expect(code).toMatch(/^\d{9}$/);
    expect(world.cloud.admin.generateKeyCode(2)).toMatch(/^\d{9}$/);
  });

  test("of an access that ended over a day ago may be given again", () => {
    const world = new CloudRig();
    const past = { kind: "scheduled", start: "2026-01-01T00:00", end: "2026-01-02T00:00", zone: "UTC" } as const;
    world.cloud.admin.addAccess(1, 2, past, "999111");
    expect(world.cloud.admin.addAccess(1, 2, ongoing, "999111").code).toBe("999111");
  });
});

describe("what a box is told", () => {
  function model(world: CloudRig, box = BOX, now = START_SECONDS) {
    const { log } = world.cloud.ingest;
    return modelOf(world.cloud.store, log.index, log.inventory, box, now);
  }

  test("is everything that can be in it, and every badge", () => {
    const world = new CloudRig();
    const { organisation } = world.cloud.store;
    const paris = model(world);
    expect(paris.keys).toHaveLength(organisation.keys.length);
    expect(paris.badges.map((b) => b.serial)).toEqual(["900AMG", "901KJT", "902NHD"]);
    const keys = new Set(paris.accesses.map((a) => organisation.keys.find((k) => k.id === a.key)!.name));
    expect(keys.has("Meter room east") && !keys.has("桜坂ハイツ 101")).toBe(true);
    // Roaming: known everywhere.
    expect(
      model(world, "MS4-TOKYO").accesses.map((a) => organisation.keys.find((k) => k.id === a.key)!.name),
    ).toContain("Master key, fire panel");
    expect(paris.bins[0]).toEqual({ bin: 0, enabled: true, key: 1, uncertain: false });
    expect(paris.location).toMatchObject({ name: "Paris Marais", language: "fr" });
    expect(paris.keys[0]!.homeLocationName).toBe("Paris Marais");
  });

  test("a local window is one of its own location", () => {
    const world = new CloudRig();
    const local = world.cloud.store.organisation.accesses.find((a) => a.code === "662607")!.id;
    const from = (box: string) => model(world, box).accesses.find((a) => a.id === local)!.window!.from;
    expect(from("MS4-TOKYO") - from(BOX)).toBe(-7 * 3_600);
  });

  test("accesses that ended over a day ago are left out, and the day before still there", () => {
    const world = new CloudRig();
    const id = world.cloud.store.organisation.accesses.find((a) => a.code === "577215")!.id;
    const until = Date.parse("2026-06-05T16:00:00Z") / 1000;
    const has = (now: number) => model(world, BOX, now).accesses.some((a) => a.id === id);
    expect([has(until + 86_400), has(until + 86_401)]).toEqual([true, false]);
    const codes = model(world, BOX, until + 86_401).codes.map((c) => c.text);
    expect(codes).not.toContain("577215");
    expect(codes).toContain("482913");
  });
});

describe("offline-code sheets", () => {
  test("list the codes, mark the used ones, and go on to the next", () => {
    const world = new CloudRig();
    const { sheets, store } = world.cloud;
    const first = sheets.sheet(BOX);
    expect(first.targets.map((t) => t.codes.length)).toEqual([...Array(24).fill(10), 5, 3]);
    const codesKey = hexToBytes(store.organisation.boxes[0]!.codesKey);
    expect(first.targets[13]).toMatchObject({ target: "bin:B-2" });
    expect(first.targets[13]!.codes[6]).toEqual({
      number: 7,
      code: offlineCode(TWEETNACL_HASH, codesKey, "bin:B-2", 1, 7),
      state: "good",
    });
    const burn = {
      kind: Kind.emergency,
      target: EmergencyTarget.bin,
      sheet: 1,
      number: 7,
      bin: 13,
      ...at(START_SECONDS),
    } as const;
    world.cloud.ingest.take(BOX, { epoch: EPOCH, first: 1, records: [encodeRecord(burn)] });
    expect(sheets.sheet(BOX).targets[13]!.codes[6]).toMatchObject({ state: "used", usedAt: START_SECONDS });
    // The box never asks for a number below one that was used.
    expect(sheets.sheet(BOX).targets[13]!.codes.map((one) => one.state)).toEqual([
      ...Array(6).fill("passed"),
      "used",
      ...Array(3).fill("good"),
    ]);
    expect(sheets.sheet(BOX).targets[12]!.codes[6]!.state).toBe("good");
    expect(() => sheets.sheet(BOX, 2)).toThrow(/sheet 2 of box MS5-PARIS is not issued, the newest is 1/);
    expect(sheets.rotate(BOX)).toBe(2);
    expect(store.boxState(BOX).sheets.minimum).toBe(1);
    expect(sheets.sheet(BOX, 1)).toMatchObject({ standing: "superseded", inForce: 2 });
    expect(sheets.revoke(BOX)).toBe(2);
    const second = sheets.sheet(BOX);
    expect(second).toMatchObject({ sheet: 2, standing: "inForce", inForce: 2 });
    expect(second.targets.flatMap((one) => one.codes).every((one) => one.state === "good")).toBe(true);
    expect(second.targets[13]!.codes[6]!.code).not.toBe(first.targets[13]!.codes[6]!.code);
    const closed = sheets.sheet(BOX, 1);
    expect(closed).toMatchObject({ sheet: 1, standing: "closed", inForce: 2 });
    expect(closed.targets[13]!.codes[6]!.state).toBe("used");
    expect(closed.targets.flatMap((one) => one.codes).some((one) => one.state === "good")).toBe(false);
  });

  test("a code of a newer sheet closes the older ones in the cloud too", () => {
    const world = new CloudRig();
    const burn = {
      kind: Kind.emergency,
      target: EmergencyTarget.all,
      sheet: 4,
      number: 1,
      ...at(START_SECONDS),
    } as const;
    world.cloud.ingest.take(BOX, { epoch: EPOCH, first: 1, records: [encodeRecord(burn)] });
    expect(world.cloud.store.boxState(BOX).sheets).toMatchObject({ current: 4, minimum: 4 });
  });

  test("end at 999", () => {
    const world = new CloudRig();
    world.cloud.store.boxState(BOX).sheets.current = 999;
    expect(() => world.cloud.sheets.rotate(BOX)).toThrow(/last sheet, 999/);
    expect(() => world.cloud.sheets.sheet(BOX, 1_000)).toThrow(/not one of 1 to 999/);
  });
});

describe("the store", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "smartbox-store-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("keeps everything in a file, whole, and nothing beside it", () => {
    const path = join(folder, "cloud.json");
    const world = new CloudRig({ store: CloudStore.inFile(path) });
    world.cloud.close();
    world.cloud.store.close();
    expect(readdirSync(folder).sort()).toEqual(["cloud.json", "cloud.log"]);
    expect(CloudStore.inFile(path).data).toEqual(JSON.parse(JSON.stringify(world.cloud.store.data)));
  });

  test("says what is wrong with a file and leaves it alone", () => {
    const path = join(folder, "cloud.json");
    writeFileSync(path, '{"half":');
    expect(() => CloudStore.inFile(path)).toThrow(/cloud.json is not a cloud database .*restore it, or move it away/);
    expect(readFileSync(path, "utf8")).toBe('{"half":');
    writeFileSync(path, '{"format":99}');
    expect(() => CloudStore.inFile(path)).toThrow(
      /has format 99, of a newer version; this version reads 1 to 3: use the version that wrote it/,
    );
  });

  test("brings a database of format 1 up to date: places, holders and doubt", () => {
    const disk = new FailingMemory();
    const world = new CloudRig({ store: disk.store() });
    const { bins: _bins, holders: _holders, told: _told, ...rest } = world.cloud.store.data;
    const inventory = {
      "key:1": { place: { box: BOX, bin: 0, certain: true }, movedBy: BOX, movedAt: 1 },
      "key:2": { place: { box: BOX, bin: 1, certain: false } },
      "fob:777ZZZ": { holder: "Quick Scan", movedBy: BOX },
    };
    disk.saved = JSON.stringify({
      ...rest,
      format: 1,
      inventory,
      doubtful: { [`${BOX}/1`]: true, [`${BOX}/5`]: true },
    });
    const store = disk.store();
    const { inventory: now } = new CloudRig({ store, sample: false }).cloud.ingest.log;
    expect([0, 1, 5, 6].map((bin) => now.content(BOX, bin))).toEqual([
      { belief: "holds", item: "key:1" },
      { belief: "doubt", item: "key:2" },
      { belief: "doubt" },
      { belief: "empty" },
    ]);
    expect(now.whereabouts("fob:777ZZZ")).toEqual({ holder: "Quick Scan" });
    store.touch();
    store.commit();
    expect(JSON.parse(disk.saved!)).toMatchObject({ format: 3, bins: { [`${BOX}/0`]: { belief: "holds" } } });
    expect(disk.saved).not.toContain('"inventory"');
  });

  test("undoes a change that the disk did not take", () => {
    const disk = new FailingMemory();
    const world = new CloudRig({ store: disk.store() });
    disk.failure = new Error("EIO");
    expect(() => world.cloud.admin.addUser({ name: "Nobody" })).toThrow(/could not be written: EIO/);
    expect(world.cloud.store.organisation.users.map((u) => u.name)).not.toContain("Nobody");
  });

  test("refuses a file in a folder that is not there", () => {
    expect(() => CloudStore.inFile(join(folder, "none", "cloud.json"))).toThrow(/cannot be opened: ENOENT/);
  });
});
