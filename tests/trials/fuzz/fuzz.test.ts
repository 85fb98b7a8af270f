import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { buildSnapshot } from "../../../sim/cloud/snapshot/build.js";
import { addToCorpus, CORPUS, CorpusError, checkCorpus, readCorpus } from "../../../sim/trials/fuzz/corpus.js";
import { search } from "../../../sim/trials/fuzz/search.js";
import { Broken, type Target } from "../../../sim/trials/fuzz/target.js";
import { GOOD_SNAPSHOT } from "../../../sim/trials/fuzz/targets/good-snapshot.js";
import { TARGETS } from "../../../sim/trials/fuzz/targets.js";
import { wrongWith } from "../../../sim/trials/fuzz/wrong.js";

vi.setConfig({ testTimeout: 60_000 });

const SCRIPT = fileURLToPath(new URL("../../../sim/cli/fuzz.ts", import.meta.url));
const NAMES = TARGETS.map(({ name }) => name);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-fuzz-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("every input that once reached something new, or broke a parser, is borne by", () => {
  test.each(TARGETS.map((target) => [target.name, target] as const))("%s", (name, target) => {
    const inputs = [...target.seeds(), ...readCorpus(name)];
    expect(inputs.length).toBeGreaterThan(1);
    for (const input of inputs) expect(wrongWith(target, input), Buffer.from(input).toString("hex")).toBeUndefined();
  });

  test("and there is no other file there", () => expect(() => checkCorpus(NAMES, CORPUS)).not.toThrow());
});

test("the snapshot that is changed is one as the cloud builds it", () => {
  const [BOX, VERSION] = ["BOX-7", 3];
  const built = buildSnapshot({
    box: BOX,
    version: VERSION,
    epoch: new Uint8Array(8).fill(4),
    asOf: 17,
    sheet: 2,
    lookupKey: new Uint8Array(32).fill(1),
    location: { id: 1, name: "Rivoli", language: "fr", offsets: [{ from: 0, offsetMinutes: 60 }] },
    bins: [
      { bin: 0, enabled: true, key: 1 },
      { bin: 1, enabled: false, fob: "999NEW" },
      { bin: 2, enabled: true, uncertain: true },
    ],
    keys: [
      { id: 1, name: "Van", fob: "012ABC", roaming: false, homeLocation: 1, homeLocationName: "Rivoli" },
      { id: 2, name: "桜坂 101", roaming: true, homeLocation: 1, homeLocationName: "Rivoli" },
    ],
    users: [
      { id: 1, name: "Ana" },
      { id: 2, name: "Bo" },
    ],
    accesses: [
      { id: 1, user: 1, key: 1 },
      { id: 2, user: 2, key: 2, window: { from: 100, until: 200 } },
    ],
    codes: [],
    badges: [],
  } as never);
  expect(Buffer.from(built).toString("hex")).toBe(GOOD_SNAPSHOT);
});

describe("the search", () => {
  const WORD = [0x46, 0x55, 0x5a, 0x5a];
  /** Breaks on one word, letter by letter: by chance alone that is one input in 2^32. */
  const places = new Set<number>();
  const target: Target = {
    name: "word",
    what: "",
    seeds: () => [],
    run(input) {
      let at = 0;
      while (at < WORD.length && input[at] === WORD[at]) places.add(++at);
      if (at === WORD.length) throw new Broken("the word");
    },
  };
  const counted = {
    of(work: () => void) {
      places.clear();
      work();
      return new Set([0, ...places]);
    },
  };
  const options = { seconds: 20, corpus: [], nowMs: () => performance.now() };

  test("goes on from what reached something new, and tells the shortest input that breaks; the same again by the same seed", () => {
    const first = search(target, counted, { ...options, seed: 3 });
    expect([...first.found!.input]).toEqual(WORD);
    expect(first.found!.what).toMatch(/^Broken: the word at /);
    expect(first.reached).toBeGreaterThanOrEqual(3);
    expect(first.worthKeeping.map((input) => input[0])).toContain(WORD[0]);
    const again = search(target, counted, { ...options, seed: 3 });
    expect(again.inputs).toBe(first.inputs);
    expect(search(target, counted, { ...options, seed: 4 }).inputs).not.toBe(first.inputs);
  });

  test("ends when its time is over", () => {
    let ms = 0;
    const { inputs, found } = search({ ...target, run: () => {} }, counted, { ...options, seed: 1, nowMs: () => ms++ });
    expect(found).toBeUndefined();
    expect(inputs).toBeGreaterThan(1_000);
  });
});

describe("a corpus", () => {
  test("is written as it is read, with comments", () => {
    writeFileSync(join(folder, "mqtt.txt"), "# of a broker\n20020000 # CONNACK\n\n");
    addToCorpus("mqtt", [Uint8Array.of(0xd0, 0)], folder);
    expect(readCorpus("mqtt", folder).map((input) => Buffer.from(input).toString("hex"))).toEqual(["20020000", "d000"]);
    expect(readCorpus("cbor", folder)).toEqual([]);
  });

  test.each(["2002000", "0xd0", "zz", "d0 00"])(
    "with the line %s is refused, with its number and the way out",
    (line) => {
      writeFileSync(join(folder, "at.txt"), `0d0a\n${line}\n`);
      expect(() => readCorpus("at", folder)).toThrow(CorpusError);
      expect(() => readCorpus("at", folder)).toThrow(/at\.txt, line 2: .*mend or remove the line/);
      rmSync(join(folder, "at.txt"));
    },
  );
});

const fuzz = (...options: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    // In colour, as where CI is set, a line would not begin with its first word.
    const env = { ...process.env, NO_COLOR: "1" };
    const child = execFile(process.execPath, ["--import", "tsx", SCRIPT, ...options], { env }, (_, out, err) =>
      resolve({ code: child.exitCode!, out, err }),
    );
  });

describe("npm run fuzz", () => {
  test("refuses a target that there is none of, and names those that there are", async () => {
    const { code, err, out } = await fuzz("--target", "mqtt", "xml");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^--target xml: there is no such target: choose among mqtt, cbor, /);
  });

  test("refuses a corpus that is broken, and one of no target", async () => {
    writeFileSync(join(folder, "ndef.txt"), "03 zz\n");
    const broken = await fuzz("--target", "ndef", "--corpus", folder);
    expect([broken.code, broken.err]).toEqual([2, expect.stringMatching(/ndef\.txt, line 1: an input is pairs/)]);
    writeFileSync(join(folder, "ndef.txt"), "03\n");
    writeFileSync(join(folder, "xml.txt"), "");
    const foreign = await fuzz("--target", "ndef", "--corpus", folder);
    expect([foreign.code, foreign.err]).toEqual([2, expect.stringMatching(/xml\.txt: there is no such target/)]);
    rmSync(join(folder, "xml.txt"));
  });

  test("searches, and prints figures as JSON", async () => {
    const { code, out, err } = await fuzz("--target", "ndef", "--seconds", "1", "--corpus", folder);
    expect(code, err).toBe(0);
    const told = JSON.parse(out.trim().split("\n").at(-1)!);
    expect(told).toMatchObject({ seed: 1, seconds: 1, broken: 0, targets: [{ target: "ndef" }] });
    expect(told.targets[0].inputs).toBeGreaterThan(3);
    expect(told.targets[0].places).toBeGreaterThan(20);
  });
});
