import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { csvText, importKeys } from "../../sim/cloud/import/import-keys.js";
import { SAMPLE_KEYS_FILE } from "../../sim/samples/sample.js";
import { BOX, World } from "./support/world.js";

const HEADER = "key name,fob serial,bin,home location,roaming,key code";

function run(csv: string) {
  const world = new World();
  const before = JSON.stringify(world.cloud.store.data);
  const act = () => importKeys(world.cloud.admin, world.cloud.store.organisation, csv);
  return { world, before, act };
}

describe("the key list", () => {
  test("of the sample is in the cloud, bins and all", () => {
    const { organisation } = new World().cloud.store;
    const lines = readFileSync(SAMPLE_KEYS_FILE, "utf8").trim().split("\n");
    expect(organisation.keys).toHaveLength(lines.length - 1);
    expect(organisation.keys.find((k) => k.name === "桜坂ハイツ 屋上")).toMatchObject({ fob: "358VRU", home: 2 });
    expect(organisation.keys.filter((k) => k.fob === undefined).map((k) => k.name)).toEqual([
      "Concierge desk code only",
    ]);
  });

  test("takes columns in any order and case, quotes, a BOM and CRLF, and ignores other columns", () => {
    const { world, act } = run(
      "\ufeffHome Location;x".replace(";x", ",Note,FOB SERIAL,Bin,Key Name\r\n") +
        'paris marais,hi,100aaa,b-12,"A ""b"", c"\r\n\r\n',
    );
    const [key] = act();
    expect(key).toMatchObject({ name: 'A "b", c', fob: "100AAA", home: 1, roaming: false });
    expect(world.cloud.ingest.log.inventory.in(BOX, 23)?.item).toBe(`key:${key!.id}`);
  });

  const bad: [string, string, RegExp[]][] = [
    ["an empty file", "", [/line 1: the file is empty/]],
    [
      "missing columns",
      "key name,bin\nx,A-1",
      [/line 1: columns missing: fob serial, home location; there are: key name, bin/],
    ],
    ["a column twice", `${HEADER},bin\n`, [/column bin is there twice/]],
    ["an open quote", `${HEADER}\n"x,100AAA,,Paris Marais,,`, [/not CSV: /]],
    ["a short line", `${HEADER}\nx,100AAA`, [/line 2: 2 fields where the header has 6/]],
    [
      "fobs twice",
      `${HEADER}\nx,100AAA,,Paris Marais,,\ny,100aaa,,Paris Marais,,`,
      [/line 3: fob serial 100AAA is on line 2 too/],
    ],
    [
      "a fob that is in use",
      `${HEADER}\nx,012ABC,,Paris Marais,,`,
      [/line 2: fob serial 012ABC is key Rue de Rivoli 12 front door's already/],
    ],
    ["a fob that is a badge", `${HEADER}\nx,900AMG,,Paris Marais,,`, [/900AMG is the badge of Amélie Girard/]],
    [
      "bins twice",
      `${HEADER}\nx,100AAA,B-12,Paris Marais,,\ny,100AAB,B-12,Paris Marais,,`,
      [/line 3: bin B-12 is on line 2 too/],
    ],
    [
      "codes twice",
      `${HEADER}\nx,100AAA,,Paris Marais,,5555\ny,100AAB,,Paris Marais,,5555`,
      [/line 3: key code is on line 2 too/],
    ],
    [
      "fobs twice on lines that have other faults",
      `${HEADER}\nx,100AAA,,London,,\ny,100AAA,,London,,`,
      [/line 2: home location/, /line 3: home location/, /line 3: fob serial 100AAA is on line 2 too/],
    ],
    ["a code in use", `${HEADER}\nx,100AAA,,Paris Marais,,135790`, [/key code is the booking code of access 1/]],
    [
      "an unknown location",
      `${HEADER}\nx,100AAA,,London,,`,
      [/home location London is not known: there are Paris Marais, Tokyo Shibuya/],
    ],
    ["an unknown bin", `${HEADER}\nx,100AAA,C-1,Paris Marais,,`, [/box MS5-PARIS has no such bin, it has A-1 to B-12/]],
    ["an unknown box", `${HEADER}\nx,100AAA,NO/A-1,Paris Marais,,`, [/there is no box NO/]],
    [
      "a bin that could be in two boxes",
      `${HEADER}\nx,100AAA,A-8,Tokyo Shibuya,,`,
      [/has 2 boxes: write MS4-TOKYO\/A-8/],
    ],
    ["a bad serial", `${HEADER}\nx,10-AAA,,Paris Marais,,`, [/fob serial 10-AAA: use 1 to 16/]],
    ["a bad code", `${HEADER}\nx,100AAA,,Paris Marais,,12a4`, [/key code: use 4 to 16 digits/]],
    ["a bad roaming", `${HEADER}\nx,100AAA,,Paris Marais,perhaps,`, [/roaming perhaps: write yes or no/]],
    ["no name", `${HEADER}\n,100AAA,,Paris Marais,,`, [/key name: give one/]],
    ["a virtual key in a bin", `${HEADER}\nx,,B-12,Paris Marais,,`, [/without a fob is virtual/]],
    [
      "many at once, each with its line",
      `${HEADER}\nok,100AAA,,Paris Marais,,\n,1-1,,London,,\n"two\nlines",100AAA,,Paris Marais,,`,
      [
        /5 problems/,
        /line 3: key name/,
        /line 3: fob serial 1-1/,
        /line 3: home location London/,
        /line 5: key name: .* on one line/,
        /line 5: fob serial 100AAA is on line 2 too/,
      ],
    ],
  ];
  test.each(bad)("with %s is refused as a whole", (_, csv, messages) => {
    const { world, before, act } = run(csv);
    for (const message of messages) expect(act).toThrow(message);
    expect(JSON.stringify(world.cloud.store.data)).toBe(before);
  });

  test("separated by semicolons says so", () => {
    const { act } = run(`${HEADER.replaceAll(",", ";")}\nx;100AAA;;Paris Marais;;`);
    expect(act).toThrow(/columns missing: .*; separate fields with commas$/);
  });

  test.each([
    ["Latin-1", Buffer.from(`${HEADER}\nx,1A,,Paris,,\nCafé,2A,,Paris,,`, "latin1"), 3],
    ["UTF-16", Buffer.from(`\ufeff${HEADER}`, "utf16le"), 1],
  ])("in %s is refused by its line, and not imported with other letters", (_, bytes, line) => {
    expect(() => csvText(bytes)).toThrow(`line ${line}: the file is not UTF-8`);
    expect(csvText(Buffer.from("\ufeffCafé"))).toBe("Café");
  });

  test("makes the same sample from the same seed", () => {
    expect(JSON.stringify(new World().cloud.store.data)).toBe(JSON.stringify(new World().cloud.store.data));
  });
});
