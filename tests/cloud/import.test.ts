import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importKeys } from "../../sim/cloud/import/import-keys.js";
import { csvText } from "../../sim/cloud/import/text.js";
import { SAMPLE_KEYS_FILE } from "../../sim/samples/sample.js";
import { BOX, CloudRig } from "./support/cloud-rig.js";

const HEADER = "key name,fob serial,bin,home location,roaming,key code";

function run(csv: string, prepare: (world: CloudRig) => void = () => {}, isSure = false) {
  const world = new CloudRig();
  prepare(world);
  const before = JSON.stringify(world.cloud.store.data);
  const act = () => importKeys(world.cloud.admin, world.cloud.store.organisation, csv, isSure);
  return { world, before, act };
}

describe("the key list", () => {
  test("of the sample is in the cloud, bins and all", () => {
    const { organisation } = new CloudRig().cloud.store;
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

  test("with a home that is the name of two locations is refused as a whole", () => {
    const twice = ({ cloud }: CloudRig) => {
      for (const name of ["Twin", "TWIN"]) cloud.admin.addLocation({ name, timeZone: "Europe/Paris", language: "fr" });
    };
    const { act } = run(`${HEADER}\nx,100AAA,,Twin,,`, twice);
    expect(act).toThrow(/line 2: home location Twin: there is more than one of that name, give them names that differ/);
  });

  const occupied: [string, string, (world: CloudRig) => void, RegExp][] = [
    [
      "a key",
      "A-1",
      () => {},
      /line 2: bin A-1 of MS5-PARIS holds key Rue de Rivoli 12 front door: .*`cloud empty A-1 --sure`/,
    ],
    [
      "an unknown fob",
      "B-12",
      ({ cloud }) => cloud.ingest.log.inventory.believe(BOX, 23, "holds", "fob:999"),
      /line 2: bin B-12 of MS5-PARIS holds fob 999: /,
    ],
    [
      "perhaps a key",
      "A-1",
      ({ cloud }) => cloud.ingest.log.inventory.doubt(BOX, 0),
      /line 2: bin A-1 of MS5-PARIS may hold key Rue de Rivoli 12 front door: /,
    ],
    [
      "perhaps something",
      "B-12",
      ({ cloud }) => cloud.ingest.log.inventory.doubt(BOX, 23),
      /line 2: bin B-12 of MS5-PARIS may hold something: /,
    ],
    [
      "the fob in another bin",
      "B-12",
      ({ cloud }) => cloud.ingest.log.inventory.believe(BOX, 22, "holds", "fob:100AAA"),
      /line 2: fob serial 100AAA hangs in bin B-11 of MS5-PARIS: write MS5-PARIS\/B-11/,
    ],
  ];
  test.each(occupied)("does not hang a key into a bin that is recorded to hold %s", (_, bin, prepare, message) => {
    const { world, before, act } = run(`${HEADER}\nx,100AAA,${bin},Paris Marais,,`, prepare);
    expect(act).toThrow(message);
    expect(JSON.stringify(world.cloud.store.data)).toBe(before);
  });

  test("names the owner of a fob that hung in that very bin already", () => {
    const { world, act } = run(`${HEADER}\nx,100AAA,B-12,Paris Marais,,`, ({ cloud }) =>
      cloud.ingest.log.inventory.believe(BOX, 23, "holds", "fob:100AAA"),
    );
    const [key] = act();
    expect(world.cloud.ingest.log.inventory.in(BOX, 23)).toEqual({ item: `key:${key!.id}`, certain: true });
  });

  const written: [string, string][] = [
    ["semicolons", `${HEADER}\nCafé;100AAA;B-12;Paris Marais;;`.replaceAll(",", ";")],
    ["tabs", `${HEADER}\nCafé,100AAA,B-12,Paris Marais,,`.replaceAll(",", "\t")],
    ["its own line sep=", `sep=;\r\n${HEADER}\r\nCafé;100AAA;B-12;Paris Marais;;`.replaceAll(",", ";")],
    ["rows of separators", `,,,,,\n${HEADER}\n,,,,,\nCafé,100AAA,B-12,Paris Marais,,\n,,,,,\n , ,,,,\n`],
    ["a no-break space", `${HEADER}\nCafé,100AAA,B-12,Paris\u00a0Marais,,`],
    ["letters and accents apart", `${HEADER}\nCafe\u0301,100AAA,B-12,Paris Marais,,`],
    ["a serial kept as text", `${HEADER}\nCafé,'100AAA,B-12,Paris Marais,FAUX,`],
  ];
  test.each(written)("as a spreadsheet writes it, with %s, is read", (_, csv) => {
    const { world, act } = run(csv);
    expect(act()).toMatchObject([{ name: "Café", fob: "100AAA", home: 1, roaming: false }]);
    expect(world.cloud.ingest.log.inventory.in(BOX, 23)).toBeDefined();
  });

  test("keeps its line numbers behind sep= and empty rows", () => {
    const { act } = run(`sep=;\n${HEADER}\n;;;;;\nx;1-1;;Paris Marais;;`.replaceAll(",", ";"));
    expect(act).toThrow(/line 4: fob serial 1-1/);
  });

  const slips: [string, string, RegExp][] = [
    [
      "a serial that lost its zeros",
      "x,1234,,Paris Marais,,\ny,100AAB,,Paris Marais,,",
      /1 problem to look at first:\nline 2: fob serial 1234: others have 6 characters; .*import with `--sure`$/,
    ],
    [
      "a code that lost its zeros",
      "x,100AAA,,Paris Marais,,1234\ny,100AAB,,Paris Marais,,567890",
      /line 2: key code: it has 4 digits, others 6; were zeros at its beginning lost\?/,
    ],
    [
      "one name twice",
      "Porte  du café,100AAA,,Paris Marais,,\nporte du cafe\u0301,100AAB,,Paris Marais,,",
      /line 3: key name porte du café is that of line 2 too; if it is meant/,
    ],
    [
      "a name that is there",
      "Van PR-482-KD,100AAA,,Paris Marais,,",
      /line 2: key name Van PR-482-KD is that of key \d+ too/,
    ],
  ];
  test.each(slips)("with %s is imported only for whoever is sure", (_, lines, message) => {
    const { world, before, act } = run(`${HEADER}\n${lines}`);
    expect(act).toThrow(message);
    expect(JSON.stringify(world.cloud.store.data)).toBe(before);
    expect(run(`${HEADER}\n${lines}`, () => {}, true).act()).toHaveLength(lines.split("\n").length);
  });

  test("is not in doubt about a short serial with letters, or one name at two places", () => {
    const { act } = run(`${HEADER}\nAccueil,12A,,Paris Marais,,\nAccueil,100AAB,,Tokyo Shibuya,,`);
    expect(act()).toHaveLength(2);
  });

  test.each([
    ["10ß is not 10SS", "x,10ß,,Paris Marais,,", /fob serial 10ß: use 1 to 16/],
    ["a serial that became a number", "x,1.23E+47,,Paris Marais,,", /fob serial 1.23E\+47: .*took it for a number/],
    ["a name that turns the text", "ab\u202ecd,100AAA,,Paris Marais,,", /key name: U\+202E turns the direction/],
    ["a name with an invisible letter", "ab\u200bcd,100AAA,,Paris Marais,,", /key name: U\+200B is invisible/],
    ["a name of an accent alone", "\u0301,100AAA,,Paris Marais,,", /key name: nothing of it can be seen/],
  ])("%s", (_, line, message) => {
    const { act } = run(`${HEADER}\n${line}`);
    expect(act).toThrow(message);
  });

  test("lets letters through that Persian, Hindi and emoji need", () => {
    const { act } = run(`${HEADER}\nمی\u200cخواهم,100AAA,,Paris Marais,,\n👩\u200d🔧 क्\u200dष,100AAB,,Paris Marais,,`);
    expect(act()).toHaveLength(2);
  });

  test("in an older encoding is refused by its line, which shows how it would read", () => {
    const bytes = Buffer.from(`${HEADER}\nx,1A,,Paris,,\nCafé,2A,,Paris,,`, "latin1");
    expect(() => csvText(bytes)).toThrow(
      /line 3: the file is not UTF-8: .*`--encoding windows-1252`, if Café is right/,
    );
    expect(csvText(bytes, "windows-1252")).toContain("Café");
    const kana = Buffer.from([...Buffer.from(`${HEADER}\n`), 0x83, 0x4a, 0x83, 0x4d]);
    expect(() => csvText(kana)).toThrow(/line 2: .*`--encoding shift_jis`, if カギ is right/);
    expect(csvText(kana, "shift_jis")).toBe(`${HEADER}\nカギ`);
  });

  test("in Unicode is read, with its mark and without", () => {
    const little = Buffer.from("Café,é", "utf16le");
    for (const bytes of [
      Buffer.from("\ufeffCafé,é"),
      Buffer.concat([Buffer.of(0xff, 0xfe), little]),
      little,
      Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(little).swap16()]),
    ]) {
      expect(csvText(bytes)).toBe("Café,é");
    }
    expect(() => csvText(Buffer.from("PK\u0003\u0004"))).toThrow("line 1: this is a workbook, not CSV");
  });

  test("makes the same sample from the same seed", () => {
    expect(JSON.stringify(new CloudRig().cloud.store.data)).toBe(JSON.stringify(new CloudRig().cloud.store.data));
  });
});
