import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DataDirectory } from "../../sim/cli/front/data-directory.js";
import { Desk } from "../../sim/cli/front/desk.js";
import { BOX_PACKAGES } from "../../sim/cli/release/build.js";
import { trialRelease } from "../../sim/cli/release/trial.js";
import { xsProgram } from "../../sim/engines/xs/program.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const HOUR_MS = 3_600_000;
const BOX = "MS5-PARIS";

describe("releases rolled out to the boxes of npm start", () => {
  let folder: string;
  let data: DataDirectory;
  let desk: Desk;
  const problems: string[] = [];
  const open = async () => {
    data = new DataDirectory(join(folder, "data"));
    const onProblem = (problem: string) => problems.push(problem);
    desk = await Desk.open({ data, box: undefined, seed: 1, broker: "inside", language: "en", onProblem });
  };
  const close = async () => {
    await desk.close();
    data.release();
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "smartbox-rollout-"));
    await open();
  });
  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  const make = (release: number, program: string) =>
    trialRelease(
      join(folder, "made"),
      { release, model: "MS5", firmware: `2.${release}.0`, security: 1, expires: 4_000_000_000 },
      new Uint8Array(Buffer.from(program)),
      { image: BOX_PACKAGES, page: [] },
    );
  const told = () => desk.cloud.store.data.events.filter(({ kind, box }) => kind === "update" && box === BOX);
  const became = (event: string, release: number) => () =>
    told().some(({ detail }) => detail.event === event && detail.release === release);
  const runs = () => desk.cloud.store.boxState(BOX).image;
  /** Time goes by as fast as this machine can. */
  async function until(reached: () => boolean): Promise<boolean> {
    for (let minutes = 0; minutes < 90 && !reached(); minutes++) await desk.skip(60_000, () => {});
    return reached();
  }
  /** What the device status says of firmware. */
  async function onStatus(): Promise<readonly string[]> {
    expect(await until(() => desk.machine.panel.view?.screen === "idle")).toBe(true);
    await desk.person.choose("status");
    const lines = desk.machine.panel.view!.lines.map((line) => desk.format(line));
    await desk.person.choose("done");
    return lines;
  }

  test("a box without the maker's keys takes nothing; with them it restarts with the new firmware, which is what runs", async () => {
    const { file, keys } = make(2, await xsProgram("none", "2.2.0"));
    expect(await until(() => runs() !== undefined)).toBe(true);
    expect(runs()).toMatchObject({ release: 1, list: 0 });
    data.releases.add(keys);
    data.releases.add(file);
    // As the page and the terminal do.
    desk.cloud.releases.start("MS5", 2);
    desk.cloud.releases.pin(BOX, 2);
    const { boots } = desk.machine;
    expect(await until(became("confirmed", 2))).toBe(true);
    expect(desk.machine.boots).toBe(boots + 1);
    expect(await until(() => runs()?.release === 2)).toBe(true);
    expect((await onStatus()).join("\n")).toMatch(/2\.2\.0/);
  });

  test("one that does not start is given up, and the box and the cloud say why", async () => {
    const { file } = make(3, `throw new Error("it does not start");`);
    data.releases.add(file);
    desk.cloud.releases.pin(BOX, 3);
    expect(await until(became("returned", 3))).toBe(true);
    expect(told().at(-1)!.detail).toMatchObject({ event: "returned", release: 3, reason: "not-confirmed" });
    expect(runs()).toMatchObject({ release: 2, isTrial: false });
    expect((await onStatus()).join("\n")).toMatch(/3/);
  });

  test("what runs is still there after the simulator was stopped, and a world with it is no record", async () => {
    desk.save();
    await close();
    await open();
    expect(await until(() => desk.machine.state === "running")).toBe(true);
    expect(desk.machine.running).toMatchObject({ release: 2, isTrial: false });
    expect(desk.recorder).toBeUndefined();
    expect(problems).toEqual([]);
    await desk.skip(HOUR_MS / 60, () => {});
    expect(desk.machine.crashCount).toBe(0);
  });
});
