import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { loadOrganisation } from "../../sim/cloud/import/organisation-file.js";
import { CloudService } from "../../sim/cloud/service.js";
import { CloudStore } from "../../sim/cloud/store.js";
import { Random } from "../../sim/world/random.js";

const SAMPLE = fileURLToPath(new URL("../../sim/samples/organisation.json", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "organisation-"));
afterAll(() => rmSync(folder, { recursive: true }));

function empty(): CloudService {
  const random = new Random(1);
  const timers = { set: () => 0, clear: () => {} };
  return new CloudService({
    store: new CloudStore(),
    now: () => 1_780_308_000,
    timers,
    random: (count) => random.bytes(count),
  });
}

function load(content: unknown): CloudService {
  const file = join(folder, "file.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  const cloud = empty();
  loadOrganisation(cloud, file);
  return cloud;
}

const PLACE = { name: "Lyon", timeZone: "Europe/Paris", language: "fr" };
const BOX = { id: "L1", model: "MS5", location: "Lyon", bins: 4 };

const ANAS = [{ name: "Ana Roy" }, { name: "ANA ROY" }];

describe("an organisation's file", () => {
  test("that is not UTF-8 is said to be that, and nothing of spreadsheets", () => {
    const file = join(folder, "latin.json");
    writeFileSync(file, Buffer.from('{"locations":[{"name":"Orl\xe9ans"}]}', "latin1"));
    expect(() => loadOrganisation(empty(), file)).toThrow(/latin.json is not UTF-8: save it as UTF-8 text$/);
  });

  test("of the samples is in the cloud: places, boxes with secrets, people, keys in their bins, accesses", () => {
    const cloud = empty();
    loadOrganisation(cloud, SAMPLE);
    const { boxes, keys, users, accesses } = cloud.store.organisation;
    expect(boxes.map(({ id, bins }) => [id, bins.length, bins.at(-1)!.label])).toEqual([
      ["LYON-1", 24, "B-12"],
      ["LYON-2", 8, "A-8"],
    ]);
    expect(new Set(boxes.flatMap((box) => [box.sealingKey, box.codesKey, box.lookupKey])).size).toBe(6);
    expect(users.map(({ badge }) => badge)).toEqual(["903INR", undefined]);
    expect(cloud.ingest.log.inventory.in("LYON-2", 0)).toMatchObject({ item: `key:${keys[2]!.id}` });
    expect(accesses.map(({ schedule }) => schedule.kind)).toEqual(["ongoing", "scheduled"]);
  });

  test("calls things by name, whatever case and accents are made of", () => {
    const cloud = load({
      locations: [{ ...PLACE, name: "Orléans" }],
      boxes: [{ ...BOX, location: "orle\u0301ans", bins: [2, 1] }],
    });
    expect(cloud.store.organisation.boxes[0]).toMatchObject({ location: 1 });
    expect(cloud.store.organisation.boxes[0]!.bins.map(({ label }) => label)).toEqual(["A-1", "A-2", "B-1"]);
  });

  const bad: [string, unknown, RegExp[]][] = [
    ["that is not JSON", "{", [/file.json is not JSON: /]],
    ["without a box", { locations: [PLACE] }, [/boxes: there must be one at least/]],
    [
      "with many faults",
      { locations: [{ name: 7, timeZone: "UTC", language: "xx" }], boxes: [{ ...BOX, bins: "4" }], keyz: "x.csv" },
      [
        /4 things to correct/,
        /locations\[0\]\.name: write text in quotes/,
        /locations\[0\]\.language: write en, fr or ja/,
        /boxes\[0\]\.bins: write how many bins/,
        /keyz: there is no such field/,
      ],
    ],
    [
      "without a field",
      { boxes: [{ id: "L1" }] },
      [/boxes\[0\]\.model: is missing/, /boxes\[0\]\.location: is missing/],
    ],
    [
      "a zone that is none",
      { locations: [{ ...PLACE, timeZone: "Mars" }] },
      [/locations\[0\]: .*Mars is not known: use an IANA name such as Europe\/Paris$/],
    ],
    [
      "a place that is none",
      { locations: [PLACE], boxes: [{ ...BOX, location: "Nice" }] },
      [/boxes\[0\]: there is no location Nice: there are Lyon/],
    ],
    ["a model that is none", { boxes: [{ ...BOX, model: "MS9" }] }, [/boxes\[0\]\.model: write MS5, MS4 or MS3/]],
    [
      "a list of keys that is not there",
      { locations: [PLACE], boxes: [BOX], keys: "no.csv" },
      [/keys no.csv: it cannot be read: ENOENT/],
    ],
    [
      "an access with half a window",
      {
        locations: [PLACE],
        boxes: [BOX],
        users: [{ name: "A" }],
        accesses: [{ user: "A", key: "K", start: "2026-01-01T00:00" }],
      },
      [/accesses\[0\]: give both start and end/],
    ],
  ];
  test.each(bad)("%s is refused, and says where", (_, content, messages) => {
    for (const message of messages) expect(() => load(content)).toThrow(message);
  });

  test.each([
    ["locations", { locations: [PLACE, { ...PLACE, name: "LYON" }] }, "boxes[0]: there is more than one location Lyon"],
    [
      "users",
      { users: ANAS, accesses: [{ user: "Ana  Roy", key: "x" }] },
      "accesses[0]: there is more than one user Ana  Roy",
    ],
  ])("gives nothing to either of two %s of one name", (_, more, message) => {
    expect(() => load({ locations: [PLACE], boxes: [BOX], ...more })).toThrow(
      `${message}: give them names that differ`,
    );
  });

  test("that is not there is named", () => {
    expect(() => loadOrganisation(empty(), join(folder, "none.json"))).toThrow(/none.json cannot be read: ENOENT/);
  });
});
