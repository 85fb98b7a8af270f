import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CommandLoop } from "../../sim/cli/front/command-loop.js";
import { DataDirectory } from "../../sim/cli/front/data-directory.js";
import { Desk } from "../../sim/cli/front/desk.js";
import { judged } from "../../sim/cli/front/record/judged.js";
import { Playback } from "../../sim/cli/front/record/playback.js";
import type { WorldRecord } from "../../sim/cli/front/record/world-record.js";
import { readWorld, WorldTextError, worldFile, worldLink } from "../../sim/cli/front/record/world-text.js";
import { SilentFront } from "../../sim/cli/page/silent-front.js";

/** A world is its seed and what was done: played again, it is the same, event by event. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SCENARIO = fileURLToPath(new URL("../../sim/cli/scenario.ts", import.meta.url));

let folder: string;
let data: DataDirectory;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartbox-record-"));
  data = new DataDirectory(folder);
});
afterEach(async () => {
  data.release();
  await rm(folder, { recursive: true });
});

const open = (record?: WorldRecord) =>
  Desk.open({
    data,
    record,
    box: undefined,
    seed: 3,
    broker: "inside",
    language: "en",
    onProblem: (message) => {
      // The cloud tells people of doors that stand open; what is wrong with the simulator itself is not to be.
      if (!message.includes("was left open")) throw new Error(message);
    },
  });

/** Runs the commands, and answers what the terminal complained of. */
async function run(desk: Desk, ...lines: readonly string[]): Promise<readonly string[]> {
  const front = new SilentFront();
  const loop = new CommandLoop(desk, front);
  desk.pace = 3_600;
  for (const line of lines) loop.submit(line);
  loop.end();
  await loop.run();
  return front.complaints;
}

describe("played again", () => {
  test("a session of commands is the same, event by event; from a file and from a link as well", async () => {
    const desk = await open();
    expect(await run(desk, "wait synced", "net down", "135790", "take A-1", "close A-1", "skip 3m", "net up")).toEqual(
      [],
    );
    expect(
      await run(desk, "wait synced", 'cloud add-user "Ines Duarte" 910IND', "cloud unlock A-2", "skip 20s"),
    ).toEqual([]);
    expect(
      await run(desk, "reset", "box MS4-TOKYO", "skip 1m", "powercut 5", "skip 2m", "mains off", "skip 10m"),
    ).toEqual([]);
    const record = desk.recorder!.record;
    await desk.close();
    for (const one of [record, readWorld(worldFile(record)), readWorld(`http://127.0.0.1/#${worldLink(record)}`)]) {
      expect(one).toEqual(record);
      const again = await Playback.open(one);
      await again.runTo(one.end);
      expect([again.isSame, again.refused]).toEqual([true, 0]);
      expect(again.machine.name).toBe("MS4-TOKYO");
      again.close();
    }
  });

  test("a box that goes on from an earlier start is the same as well, in a file; for a link it is too much", async () => {
    const first = await open();
    await run(first, "wait synced", "135790", "take A-1", "close A-1", "wait synced", "skip 30s");
    await first.close();
    const second = await open();
    expect(await run(second, "wait synced", "scan 012ABC", "skip 1s")).toEqual([]);
    const bin = second.machine.bins.label(second.machine.bins.state.open.indexOf(true));
    expect(await run(second, `put ${bin} 012ABC`, `close ${bin}`, "skip 1m")).toEqual([]);
    const record = second.recorder!.record;
    await second.close();
    expect(() => worldLink(record)).toThrow("save it as a file instead");
    const again = readWorld(worldFile(record));
    expect(await judged(again)).toMatchObject({ isSame: true, problems: [], falsehoods: 0, exchanges: 1 });
  });

  test("a folder goes on from a world that was played, and is kept from there on", async () => {
    const first = await open();
    await run(first, "wait synced", "135790", "take A-1", "close A-1", "skip 20s", "box MS4-TOKYO", "skip 20s");
    const { record } = first.recorder!;
    const { done } = record;
    await first.close();
    data.clear();
    const second = await open(record);
    expect([second.machine.name, second.world.nowMs, second.hand.held]).toEqual([
      "MS4-TOKYO",
      record.end.at,
      ["012ABC"],
    ]);
    expect(await run(second, "box MS5-PARIS", "scan 012ABC", "skip 2s", "mains off", "skip 5m")).toEqual([]);
    const longer = second.recorder!.record;
    await second.close();
    expect(longer.done.slice(0, done.length)).toEqual(done);
    const again = await Playback.open(longer);
    await again.runTo(longer.end);
    expect(again.isSame).toBe(true);
    again.close();
    const third = await open();
    expect(third.machine.bins.content(0)).toBeUndefined();
    await third.close();
  });

  test("the stories of the outage plan, and the judge finds nothing wrong", async () => {
    const desk = await open();
    const stories = desk.stories.map((id) => `story ${id}`);
    expect(await run(desk, "wait synced", ...stories)).toEqual([]);
    const record = desk.recorder!.record;
    await desk.close();
    const verdict = await judged(record);
    expect(verdict).toMatchObject({ isSame: true, refused: 0, problems: [], lost: 0, exchanges: 7, falsehoods: 0 });
    expect(record.done.filter(({ input }) => input.act === "caption" && input.isOver).length).toBe(stories.length);
  });

  test("what people say and do that is not so is counted, and not held against the box", async () => {
    const desk = await open();
    await run(desk, "wait synced", "cloud empty A-1 --sure", "skip 1m", "246801", "skip 3s", "close all", "skip 1m");
    const record = desk.recorder!.record;
    await desk.close();
    expect(await judged(record)).toMatchObject({ falsehoods: 2, problems: [] });
  });
});

describe("a world's file or link that cannot be", () => {
  let file: string;
  let link: string;
  beforeEach(async () => {
    const desk = await open();
    await run(desk, "wait synced", "135790", "skip 2s");
    file = worldFile(desk.recorder!.record);
    link = worldLink(desk.recorder!.record);
    await desk.close();
  });

  test("each is refused with a sentence that says what is wrong", () => {
    const changed = (change: (world: Record<string, unknown>) => void) => {
      const world = JSON.parse(file);
      change(world);
      return JSON.stringify(world);
    };
    const step = (input: unknown) => changed((world) => (world.done = [[0, 0, input]]));
    const cases: readonly (readonly [string, string])[] = [
      ["", "neither a world's file nor a world's link"],
      ["{}", "not the file of a world"],
      ["[1, 2]", "not the file of a world"],
      [file.slice(0, -200), "the file is cut or was changed"],
      [link.slice(0, -20), "the link is cut or was changed"],
      [link.replace(/.{9}$/, "AAAAAAAAA"), "the link is cut or was changed"],
      [`${link}<script>`, "something was added to it"],
      [link.replace("world=1.", "world=2."), "of a newer simulator"],
      [link.replace("world=1.", "world=0."), "there never was a world of format 0"],
      [changed((world) => (world.format = 7)), "of a newer simulator"],
      [changed((world) => (world.seed = -1)), "at seed"],
      [changed((world) => (world.traceHash = "x")), "at traceHash"],
      [changed((world) => (world.end = [1e15, 0])), "at end.0"],
      [changed((world) => (world.end = [0, 0])), "it ends before what was done last"],
      [changed((world) => (world.begins = { kind: "file", path: "/etc/passwd" })), "at begins.kind"],
      [step({ act: "explode" }), "at done.0.2.act"],
      [step({ act: "start-over" }), "at done.0.2.act"],
      [step({ act: "take", bin: -1 }), "at done.0.2.bin"],
      [changed((world) => (world.done = [[-5, 0, { act: "reset" }]])), "at done.0.0"],
      [changed((world) => (world.done = Array(60_000).fill([0, 0, { act: "reset" }]))), "at done"],
    ];
    for (const [text, cause] of cases) {
      expect(() => readWorld(text), text.slice(0, 80)).toThrow(WorldTextError);
      expect(() => readWorld(text), text.slice(0, 80)).toThrow(cause);
    }
  });

  test("one that unfolds to more than any world is not unfolded", () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1_048_576)).toString("base64url");
    expect(() => readWorld(`world=1.${bomb}`)).toThrow(/cut or was changed: .*(larger|length)/);
  });

  test("a cloud or a box in it that cannot be is told when it is opened", async () => {
    const of = (change: object) => readWorld(JSON.stringify({ ...JSON.parse(file), ...change }));
    const opening = (change: object) => Playback.open(of(change));
    await expect(opening({ box: "NOWHERE" })).rejects.toThrow("there is no box NOWHERE");
    await expect(opening({ begins: { kind: "cloud", database: '{"format":99}' } })).rejects.toThrow(WorldTextError);
    await expect(
      opening({ begins: { kind: "cloud", database: '{"format":3,"organisation":{},"boxes":{}}' } }),
    ).rejects.toThrow(WorldTextError);
    await expect(opening({ begins: { kind: "cloud", database: "{" } })).rejects.toThrow(WorldTextError);
  });

  test("`scenario --file` plays it, and ends with 2 where it cannot", async () => {
    const path = join(folder, "world.json");
    const scenario = (...options: string[]) =>
      spawnSync(process.execPath, ["--import", "tsx", SCENARIO, ...options], { encoding: "utf8" });
    await writeFile(path, file);
    const good = scenario("--file", path);
    expect([good.status, JSON.parse(good.stdout.trim().split("\n").at(-1)!)]).toMatchObject([
      0,
      { isSame: true, problems: [] },
    ]);
    await writeFile(path, link.slice(0, 50));
    const bad = scenario("--file", path);
    expect([bad.status, bad.stderr]).toEqual([2, expect.stringContaining(`--file ${path}: the link is cut`)]);
    expect(scenario("--file", path, "--seed", "2").stderr).toContain("--seed goes with a scenario's name");
    expect(scenario().stderr).toContain("Which scenario?");
  });
});
